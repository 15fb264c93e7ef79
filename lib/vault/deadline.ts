import type { Deadline } from './store.js';

/** What there may be beside the operation. */
export interface DeadlineParts<T> {
  /** Aborted at the deadline; several operations may share one, one after the other. */
  readonly abandoned?: Abandoning;
  /** Is given the answer that is still to come when the caller is told that it is unknown. */
  readonly late?: (answer: Promise<T>) => void;
}

/** A deadline that can be brought about. Most operations are over before anybody asks for the signal, which costs. */
export class Abandoning implements Deadline {
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** @throws the reason, once it was brought about */
  throwIfAborted(): void {
    if (this.#reason) throw this.#reason;
  }

  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}

/**
 * Runs store calls until a deadline, after which the answer is "unknown": the promise rejects then, and the store
 * is told by the signal to begin and send nothing further.
 *
 * @param timeoutMs how long, in milliseconds
 * @param asError what becomes of what the operation rejected with, or of the news that the store did not answer in time
 */
export function withDeadline<T>(
  timeoutMs: number,
  operation: (deadline: Abandoning) => T | Promise<T>,
  asError: (cause: unknown) => Error,
  { abandoned = new Abandoning(), late }: DeadlineParts<T> = {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let answered = false;
    let answer: Promise<T> | undefined;
    const timer = setTimeout(() => {
      const error = new Error(`the store did not answer within ${String(timeoutMs)} ms`);
      abandoned.abort(error);
      // A store that knows what it was waiting for says so at the signal, and that tells more.
      setImmediate(() => {
        if (answer && !answered) late?.(answer);
        reject(asError(error));
      });
    }, timeoutMs);
    const over = (): void => {
      answered = true;
      clearTimeout(timer);
    };
    const failed = (cause: unknown): void => {
      over();
      reject(asError(cause));
    };
    try {
      answer = Promise.resolve(operation(abandoned));
    } catch (error) {
      failed(error);
      return;
    }
    answer.then((value) => {
      over();
      resolve(value);
    }, failed);
  });
}
