import { ConsoleError, EXIT } from './exit-code.js';

/**
 * Longest wait for the modules of the application. The slowest take some seconds, to compile TypeScript and to open a
 * database; what takes longer most likely tries to connect again and again.
 */
export const LOADING_MILLISECONDS = 30_000;

/**
 * Longest wait for a call about one account: one read and one swap of a store whose `storeTimeoutMs` is the longest,
 * 60 s. The functions of the application, such as `findUser` and `setEnrolled`, have no limit of their own.
 */
export const CALL_MILLISECONDS = 120_000;

/** Ends a message of a command that was not seen through. */
export const UNKNOWN = 'Whether anything was changed is not known';

/** The application did not answer. A command does not go on after that: the next call would hang as well. */
class Unanswered extends ConsoleError {}

/**
 * Waits for something of the application, which may never settle. A connection that is open keeps the process alive
 * then. The time limit itself keeps nothing alive: where nothing is open, Node ends the process at once.
 *
 * @param trouble what the message says of it
 * @throws {ConsoleError} exit code 3 when there is no answer within the limit
 */
export async function inTime<T>(answer: Promise<T>, milliseconds: number, trouble: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `no answer came within ${String(milliseconds / 1000)} s: ${trouble}. ${UNKNOWN}`;
      reject(new Unanswered(EXIT.store, message));
    }, milliseconds).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For `catch`: takes a value where a call failed. One without an answer ends the command all the same. */
export function ifFailed<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Unanswered) throw error;
    return value;
  };
}
