import type { Problem } from '../lib/api.js';
import { SecondFactorClientError } from './second-factor-client-error.js';
import type { CallOptions } from './second-factor-client.js';

/** How `type` begins in every problem document of the package. */
const PROBLEM_TYPE = 'urn:passport-second-factor:error:';

/**
 * The refusal, if a guard such as `requireSecondFactor()` refused a request to your own route. `null`: the answer is
 * something else.
 *
 * @param response is not read: you can still read it afterwards
 * @example
 * const refusal = await refusalOf(response);
 * if (refusal?.code === 'step-up-required') await client.stepUp('123456');
 */
export async function refusalOf(
  response: Response,
  call?: CallOptions,
): Promise<SecondFactorClientError | null> {
  // A clone would keep the connection of a stream open, also when the application has left it.
  const problem = response.ok ? null : problemOf(await readJson(response.clone(), call?.signal));
  return problem && refusal(response, problem);
}

/** The JSON object of a response; `null`: it has none. */
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

/** A problem document of the package; `null`: it is not one. */
export function problemOf(answer: object | null): Problem | null {
  const { type, code } = (answer ?? {}) as Partial<Problem>;
  return typeof code === 'string' && type === PROBLEM_TYPE + code ? (answer as Problem) : null;
}

/** The error of a problem document, or of an answer that the package did not give. */
export function refusal({ status, headers }: Response, problem: Partial<Problem>): SecondFactorClientError {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  const retryAfter = seconds >= 0 ? seconds : undefined;
  return new SecondFactorClientError(problem.code ?? 'unexpected-answer', { status, problem, retryAfter });
}

/** The error of a call that got no usable answer. A call may also be aborted while its answer is read. */
export function failure(cause: unknown, signal: AbortSignal | undefined): SecondFactorClientError {
  const { name = '' } = (cause ?? {}) as { name?: string };
  const isGivenUp = signal?.aborted === true || /^(Abort|Timeout)Error$/.test(name);
  return new SecondFactorClientError(isGivenUp ? 'aborted' : 'network', { cause });
}
