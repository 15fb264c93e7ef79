import { SecondFactorClientError, createSecondFactorClient, refusalOf } from '/second-factor-client.js';

/** The account that the page shows; `undefined`: none. */
let shown;

/** The functions of two-step sign-in. If another tab has signed in as somebody else, they change nothing. */
export const twoStep = createSecondFactorClient({ from: () => shown });

/** Tells whose account the page shows from now on, by the state of the sign-in. */
export function showAccount({ accountId }) {
  shown = accountId;
}

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
