import type { Fault, FieldName, Moment, Problem } from '../lib/api.js';
import type { ProblemCode } from '../lib/errors.js';
import type { ImpersonationRefusal } from '../lib/events.js';
import { samePlace } from './same-place.js';

/**
 * What can go wrong: the codes of docs/errors.md, and these for calls that the package did not answer.
 *
 * - `network`: no answer came. The browser is offline, the server is down, or a policy refused the call.
 * - `aborted`: the `signal` was aborted.
 * - `unexpected-answer`: something else answered, such as a proxy, a limiter, a sign-in page or a redirect. `status` has
 *   the status.
 * - `session-missing`: the password was right, but the browser did not keep the session cookie.
 * - `key-cancelled`: the user closed the prompt for the key, or it timed out. Browsers do not tell which.
 * - `key-unsupported`: this browser has no passkeys, or none on this page.
 * - `key-missing`: the account has no key that works here.
 * - `key-failed`: the key or the browser failed. `cause` is the error of the browser.
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

/** Details, besides the code. */
interface Details {
  readonly status?: number;
  readonly retryAfter?: number | undefined;
  readonly problem?: Partial<Problem>;
  readonly cause?: unknown;
}

/**
 * Every rejection of the client. Decide by `code`. `message` is in English, for logs, and comes from the server: if you
 * show it, show it as text, never as HTML.
 */
export class SecondFactorClientError extends Error {
  override readonly name = 'SecondFactorClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** Seconds to wait (`Retry-After`). They work even if the clock of the browser is wrong. */
  readonly retryAfter: number | undefined;
  /**
   * With `locked`, and with a `code-invalid` that starts a wait: when codes are checked again; `null`: only after
   * recovery.
   */
  readonly until: Moment | null | undefined;
  /** With `clock-skew`: by how many minutes the phone's clock is ahead; negative: behind. */
  readonly minutes: number | undefined;
  /** With `step-up-required` and `security-key-required`: how old the proof may be, in seconds. */
  readonly maxAge: number | undefined;
  /** With `impersonation-refused`: the rule that refused. */
  readonly reason: ImpersonationRefusal | undefined;
  /** With `code-malformed` and `body-malformed`: what is wrong with the request. */
  readonly fault: Fault | undefined;
  readonly field: FieldName | undefined;
  /** If a guard refused: the page of the package that helps, a path on the same origin. */
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
