import type { Problem } from '../lib/api.js';
import { SecondFactorClientError } from './second-factor-client-error.js';
import type { CallOptions } from './second-factor-client.js';

/** How every problem document of the package begins. */
const PROBLEM_TYPE = 'urn:passport-second-factor:error:';

/**
 * What an answer of your own routes says where a guard refused it, such as `requireSecondFactor()`; `null`: something else.
 *
 * @param response stays unread: what is read is a copy
 * @example
 * const refusal = await refusalOf(response);
 * if (refusal?.code === 'step-up-required') await client.stepUp('123456');
 */
export async function refusalOf(
  response: Response,
  { signal }: CallOptions = {},
): Promise<SecondFactorClientError | null> {
  const problem = problemOf(await readJson(response.clone(), signal));
  return problem && refusal(problem, response);
}

/** What a response says in JSON; `null`: nothing, or no object. */
export async function readJson(response: Response, signal?: AbortSignal): Promise<object | null> {
  if (!/^application\/(problem\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return null;
  try {
    const read: unknown = await response.json();
    return typeof read === 'object' ? read : null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw failure(cause, signal);
  }
}

/** A problem document of the package; `null`: it is of somebody else. */
export function problemOf(answer: object | null): Problem | null {
  const { type, code } = (answer ?? {}) as Partial<Problem>;
  return typeof code === 'string' && type === PROBLEM_TYPE + code ? (answer as Problem) : null;
}

/** The error of a problem document. */
export function refusal(problem: Problem, { status, headers }: Response): SecondFactorClientError {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  const retryAfter = seconds >= 0 ? seconds : undefined;
  return new SecondFactorClientError(problem.code, { status, problem, retryAfter });
}

/** The error of a call that came to nothing; an answer may be given up while it is read, by whoever asked for it. */
export function failure(cause: unknown, signal: AbortSignal | undefined): SecondFactorClientError {
  const { name = '' } = (cause ?? {}) as { name?: string };
  const isGivenUp = signal?.aborted === true || /^(Abort|Timeout)Error$/.test(name);
  return new SecondFactorClientError(isGivenUp ? 'aborted' : 'network', { cause });
}
