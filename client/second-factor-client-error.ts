import type { Fault, FieldName, Moment, Problem } from '../lib/api.js';
import type { ProblemCode } from '../lib/errors.js';
import type { ImpersonationRefusal } from '../lib/events.js';
import { samePlace } from './same-place.js';

/**
 * What can go wrong: the codes of docs/errors.md, and what never reached the package.
 *
 * - `network`: no answer came; the browser is offline, the server is away, or a policy refused the call.
 * - `aborted`: the `signal` was aborted.
 * - `unexpected-answer`: something else answered: the page of a proxy, a sign-in page, a redirect. `status` says how.
 * - `session-missing`: the password was right and the browser did not keep the session cookie.
 * - `key-cancelled`: the user closed the prompt for the key, or its time was over; browsers do not tell which.
 * - `key-unsupported`: this browser has no passkeys, or none on this page.
 * - `key-missing`: the account has no key that could be asked.
 * - `key-failed`: the key or the browser failed. `cause` is its error.
 */
export type ClientErrorCode =
  | ProblemCode
  | 'network'
  | 'aborted'
  | 'unexpected-answer'
  | 'session-missing'
  | 'key-cancelled'
  | 'key-unsupported'
  | 'key-missing'
  | 'key-failed';

/** What is known beside the code. */
interface Details {
  readonly status?: number;
  readonly retryAfter?: number | undefined;
  readonly problem?: Partial<Problem>;
  readonly cause?: unknown;
}

/**
 * Every rejection of the client. Decide by `code`; `message` is English, for logs, and comes from the server: where you show
 * it, show it as text.
 */
export class SecondFactorClientError extends Error {
  override readonly name = 'SecondFactorClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Seconds to wait (`Retry-After`): they need no clock that is right. */
  readonly retryAfter: number | undefined;
  /** With `locked`, and a `code-invalid` that brings a wait: until when codes are not checked; `null`: not before recovery. */
  readonly until: Moment | null | undefined;
  /** With `clock-skew`: by how many minutes the phone is ahead; negative: behind. */
  readonly minutes: number | undefined;
  /** With `step-up-required` and `security-key-required`: how old the proof may be, in seconds. */
  readonly maxAge: number | undefined;
  /** With `impersonation-refused`: which rule. */
  readonly reason: ImpersonationRefusal | undefined;
  /** With `code-malformed` and `body-malformed`: what is wrong with the request. */
  readonly fault: Fault | undefined;
  readonly field: FieldName | undefined;
  /** Of a guard: the page of the package that helps, a path of the same origin. */
  readonly location: string | undefined;

  constructor(code: ClientErrorCode, { status = 0, retryAfter, problem = {}, cause }: Details = {}) {
    super(problem.title ?? code, { cause });
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.until = problem.until;
    this.minutes = problem.minutes;
    this.maxAge = problem.maxAge;
    this.reason = problem.reason;
    this.fault = problem.fault;
    this.field = problem.field;
    this.location = samePlace(problem.location);
  }
}
