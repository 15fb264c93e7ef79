import type { Deadline } from '../lib/vault/store.js';

/** One master. */
export interface RedisNode {
  /** What to call it at the beginning of a sentence. */
  readonly name: string;
  /** Sends one command without keys, and gives the reply as the client maps it. */
  send(command: string, ...args: string[]): Promise<unknown>;
}

/** What a script replied. */
export interface ScriptReply {
  readonly reply: unknown;
  /** Whether the client may have sent the script again, its answer being lost: it ran twice then, and this is the second reply. */
  readonly resent: boolean;
}

/**
 * What a store needs of Redis, whichever client brings it. A call waits as long as the client does; at the signal
 * it rejects when it waits for a connection, and sends nothing further.
 */
export interface RedisConnection {
  /**
   * What the client itself puts before every key, but neither before a pattern nor off a listed key.
   *
   * @param name of a key that the user of the connection may touch
   */
  keyPrefix(name: string, signal?: AbortSignal): Promise<string>;
  /** Runs the script of `redis-script.ts` on one key. */
  runScript(key: string, values: readonly string[], deadline?: Deadline): Promise<ScriptReply>;
  /** Reads one key by a plain `GET`, which a replica answers too. */
  read(key: string, deadline?: Deadline): Promise<string | null>;
  /** Whether commands that only read may go to replicas, as the client was told. */
  readonly readsReplicas: boolean;
  /** All masters, one after the other. */
  masters(signal?: AbortSignal): AsyncIterable<RedisNode>;
}

/** What to call the server of a client that has only one. */
export const ONLY_MASTER = 'Redis';

/** Whether Redis does not know the script that was called by its name: after a start, a flush or a failover. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/**
 * For a client that is closed for good.
 *
 * @param cause the last error of the client, if there was one
 */
export function closedError(cause?: unknown): Error {
  return new Error('the Redis client is closed and does not connect again', { cause });
}

/**
 * For a client that is not connected when its caller stops waiting.
 *
 * @param cause the last error of the client, if there was one
 */
export function notConnectedError(state: string, cause?: unknown): Error {
  return new Error(`the Redis client has no connection, it is "${state}"`, { cause });
}

/** A client that tells its errors by events. */
export interface ErrorSource {
  listenerCount(event: 'error'): number;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** The last error of a client. Errors of connecting are told nowhere else. */
interface LastError {
  /** Listens from now on, at most once. */
  follow(): void;
  readonly value: unknown;
  forget(): void;
}

/**
 * Notes what a client emits as `error`, but only where the application listens as well: without a listener ioredis
 * prints its errors, and node-redis ends the process, and both stay as they are.
 */
export function lastErrorOf(client: ErrorSource): LastError {
  let following = false;
  let value: unknown;
  return {
    follow() {
      if (following || client.listenerCount('error') === 0) return;
      following = true;
      client.on('error', (error) => (value = error));
    },
    get value() {
      return value;
    },
    forget: () => (value = undefined),
  };
}
