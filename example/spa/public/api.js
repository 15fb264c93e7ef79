import { SecondFactorClientError, createSecondFactorClient, refusalOf } from '/second-factor-client.js';

/** The functions of two-step sign-in. */
export const twoStep = createSecondFactorClient();

/** Calls a route of this application. If a guard refuses, it rejects like the functions of `twoStep`. */
export async function call(path, method = 'GET') {
  const response = await fetch(path, { method, headers: { accept: 'application/json' } }).catch((cause) => {
    throw new SecondFactorClientError('network', { cause });
  });
  const refusal = await refusalOf(response);
  if (refusal) throw refusal;
  if (!response.ok) throw new SecondFactorClientError('unexpected-answer', { status: response.status });
  return response.json().catch((cause) => {
    // A proxy may answer with a page, under 200 as well.
    const code = cause instanceof SyntaxError ? 'unexpected-answer' : 'network';
    throw new SecondFactorClientError(code, { status: response.status, cause });
  });
}
