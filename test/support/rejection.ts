import type { SecondFactorClientError } from 'passport-second-factor/client';

/** What a promise of the client rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<SecondFactorClientError> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error as SecondFactorClientError }),
  );
  if ('error' in settled) return settled.error;
  throw new Error(`it was done: ${JSON.stringify(settled.value)}`);
}

/** The code of what a promise of the client rejects with. */
export async function rejectionCode(promise: Promise<unknown>): Promise<string> {
  return (await rejection(promise)).code;
}
