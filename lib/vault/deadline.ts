import type { Deadline } from './store.js';

/** What there may be beside the operation. */
export interface DeadlineParts<T> {
  /** Aborted at the deadline; several operations may share one, one after the other. */
  readonly abandoned?: AbortController;
  /** Is given the answer that is still to come when the caller is told that it is unknown. */
  readonly late?: (answer: Promise<T>) => void;
}

/**
 * Runs store calls until a deadline, after which the answer is "unknown": the promise rejects then, and the store
 * is told by the signal to begin and send nothing further.
 *
 * @param timeoutMs how long, in milliseconds
 * @throws {Error} what the operation rejected with, or that the store did not answer in time
 */
export async function withDeadline<T>(
  timeoutMs: number,
  operation: (deadline: Deadline) => T | Promise<T>,
  { abandoned = new AbortController(), late }: DeadlineParts<T> = {},
): Promise<T> {
  let answer: Promise<T> | undefined;
  let answered = false;
  let timer: NodeJS.Timeout | undefined;
  const missed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the store did not answer within ${String(timeoutMs)} ms`);
      abandoned.abort(error);
      // A store that knows what it was waiting for says so at the signal, and that tells more.
      setImmediate(() => {
        if (answer && !answered) late?.(answer);
        reject(error);
      });
    }, timeoutMs);
  });
  try {
    answer = Promise.resolve(operation({ signal: abandoned.signal }));
    return await Promise.race([answer, missed]);
  } finally {
    answered = true;
    clearTimeout(timer);
  }
}
