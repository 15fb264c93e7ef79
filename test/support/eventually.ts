import { setTimeout as sleep } from 'node:timers/promises';

/** A safety net, shorter than that of mocha, so that the error says what was waited for. */
const LIMIT_MILLISECONDS = 100_000;
const POLL_MILLISECONDS = 10;

/**
 * Waits for something that comes by itself, however long the machine takes: tries a check until it passes.
 *
 * @param what is waited for, as the end of "waited in vain for"
 * @returns what the check gave
 * @throws {Error} that names `what`, after 100 s; its `cause` is why the check did not pass
 */
export async function eventually<T>(what: string, check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + LIMIT_MILLISECONDS;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`, { cause });
      await sleep(POLL_MILLISECONDS);
    }
  }
}

/** Waits until something holds; see {@link eventually}. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(what, async () => {
    if (!(await holds())) throw new Error('not yet');
  });
}
