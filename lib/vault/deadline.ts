import type { Deadline } from './store.js';

/**
 * Runs store calls until a deadline, after which the answer is "unknown": the promise rejects then, and the store
 * is told by the signal to begin and send nothing further.
 *
 * @param timeoutMs how long, in milliseconds
 * @param abandoned aborted at the deadline; several operations may share one, one after the other
 * @throws {Error} what the operation rejected with, or that the store did not answer in time
 */
export async function withDeadline<T>(
  timeoutMs: number,
  operation: (deadline: Deadline) => T | Promise<T>,
  abandoned = new AbortController(),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the store did not answer within ${String(timeoutMs)} ms`);
      abandoned.abort(error);
      // A store that knows what it was waiting for says so at the signal, and that tells more.
      setImmediate(() => {
        reject(error);
      });
    }, timeoutMs);
  });
  try {
    return await Promise.race([operation({ signal: abandoned.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}
