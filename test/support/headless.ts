import type { Panel } from './panel.js';

/** What a call without a session is rejected with. */
export function caught(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error as Error,
  );
}

/** Gives wrong codes to `secondFactor.verify()`. */
export async function guess(panel: Panel, right: string, times: number): Promise<void> {
  const wrong = right === '000000' ? '111111' : '000000';
  for (let each = 0; each < times; each++) await panel.secondFactor.verify('alice', wrong);
}
