/** Longest wait for a client that is still connecting; well below the 2000 ms a vault waits by default. */
export const READY_MILLISECONDS = 1000;
/** Longest wait for one reply: as long as a vault waits by default. */
const REPLY_MILLISECONDS = 2000;

/** One master. Every call ends within a bounded time. */
export interface RedisNode {
  /** What to call it at the beginning of a sentence. */
  readonly name: string;
  /** Sends one command without keys, and gives the reply as the client maps it. */
  send(command: string, ...args: string[]): Promise<unknown>;
}

/** What a store needs of Redis, whichever client brings it. Every call ends within a bounded time. */
export interface RedisConnection {
  /** What the client itself puts before every key, but neither before a pattern nor off a listed key. */
  keyPrefix(): Promise<string>;
  /**
   * Runs the script of `redis-script.ts` on one key.
   *
   * @returns the reply, and whether the client sent the script again because the connection was lost
   *   meanwhile: it may have run twice then, and the reply is the second one
   */
  runScript(key: string, values: readonly string[]): Promise<{ reply: unknown; repeated: boolean }>;
  /** All masters, one after the other. */
  masters(): AsyncIterable<RedisNode>;
}

/** What to call the server of a client that has only one. */
export const ONLY_MASTER = 'Redis';

/** Rejects when Redis takes longer than 2000 ms. */
export async function inTime<T>(reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${String(REPLY_MILLISECONDS)} ms`));
    }, REPLY_MILLISECONDS);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether Redis does not know the script that was called by its name: after a start, a flush or a failover. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** For a client that is closed for good. */
export function closedError(): Error {
  return new Error('the Redis client is closed and does not connect again');
}

/** For a client that is still connecting after {@link READY_MILLISECONDS}. */
export function notConnectedError(state: string): Error {
  return new Error(
    `the Redis client has no connection within ${String(READY_MILLISECONDS)} ms, it is "${state}"`,
  );
}
