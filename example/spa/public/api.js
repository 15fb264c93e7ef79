import { SecondFactorClientError, createSecondFactorClient, refusalOf } from '/second-factor-client.js';

/** Two-step sign-in. */
export const twoStep = createSecondFactorClient();

/** Calls a route of this application. Where a guard refused it, it rejects as the functions of `twoStep` do. */
export async function call(path, method = 'GET') {
  const response = await fetch(path, { method, headers: { accept: 'application/json' } }).catch((cause) => {
    throw new SecondFactorClientError('network', { cause });
  });
  const refusal = await refusalOf(response);
  if (refusal) throw refusal;
  if (!response.ok) throw new SecondFactorClientError('unexpected-answer', { status: response.status });
  return response.json();
}
