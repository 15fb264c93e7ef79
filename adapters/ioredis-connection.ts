import {
  ONLY_MASTER,
  closedError,
  isUnknownScript,
  lastErrorOf,
  notConnectedError,
} from './redis-connection.js';
import type { ErrorSource, RedisConnection } from './redis-connection.js';
import type { Deadline } from '../lib/vault/store.js';
import { SCRIPT, SCRIPT_SHA1 } from './redis-script.js';

/** The part of an ioredis `Redis` (5 or 6) that is used. */
export interface IoredisClient extends ErrorSource {
  readonly status: string;
  readonly options: {
    readonly keyPrefix?: string | undefined;
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly failoverDetector?: boolean | undefined;
  };
  connect(): Promise<unknown>;
  on(event: 'connecting' | 'ready' | 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  get(key: string): Promise<string | null>;
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** The part of an ioredis `Cluster` (5 or 6) that is used. */
export interface IoredisCluster extends Omit<IoredisClient, 'on' | 'call' | 'options'> {
  readonly options: { readonly keyPrefix?: string | undefined; readonly scaleReads?: unknown };
  on(event: 'ready' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: '+node', listener: (node: IoredisClient) => void): unknown;
  nodes(role: 'all' | 'master'): IoredisClient[];
  refreshSlotsCache(done: (error?: Error | null) => void): void;
}

/**
 * Speaks to Redis through a client of ioredis, and follows that client with a constant number of listeners.
 *
 * ioredis sends commands that were not answered again when the connection is back; the watch tells when it may have.
 */
export function ioredisConnection(client: IoredisClient | IoredisCluster): RedisConnection {
  const watch = watchClient(client);

  async function evaluate(key: string, values: readonly string[], deadline?: Deadline): Promise<unknown> {
    try {
      return await client.evalsha(SCRIPT_SHA1, 1, key, ...values);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      deadline?.signal.throwIfAborted();
      return client.eval(SCRIPT, 1, key, ...values);
    }
  }

  return {
    keyPrefix: () => Promise.resolve(client.options.keyPrefix ?? ''),

    // A cluster's master that became a replica sends its readers on, unless they asked for replicas.
    readsReplicas: 'nodes' in client && (client.options.scaleReads ?? 'master') !== 'master',

    read(key, deadline) {
      return client.status === 'ready'
        ? client.get(key)
        : watch.ready(deadline?.signal).then(() => client.get(key));
    },

    async runScript(key, values, deadline) {
      if (client.status !== 'ready') await watch.ready(deadline?.signal);
      const lossesBefore = watch.losses();
      const reply = await evaluate(key, values, deadline);
      return { reply, resent: watch.losses() !== lossesBefore };
    },

    async *masters(signal) {
      await watch.ready(signal);
      for (const node of 'nodes' in client ? await presentMasters(client) : [client]) {
        const { host, port } = node.options;
        const name = 'nodes' in client ? `The Redis master ${String(host)}:${String(port)}` : ONLY_MASTER;
        const send = (command: string, ...args: string[]): Promise<unknown> => {
          signal?.throwIfAborted();
          return node.call(command, ...args);
        };
        yield { name, send };
      }
    },
  };
}

/** Asks the cluster anew: the client forgets a master whose connection broke, and its keys would be missing. */
async function presentMasters(cluster: IoredisCluster): Promise<IoredisClient[]> {
  await new Promise<void>((resolve, reject) => {
    cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
  });
  return cluster.nodes('master');
}

interface Watch {
  /** Resolves once the client can take a command; rejects when it never will, and at the signal. */
  ready(signal?: AbortSignal): Promise<void>;
  /** How many connections were lost until now. */
  losses(): number;
}

/** One watch per client, however many stores use it: each costs listeners. */
const watches = new WeakMap<object, Watch>();

function watchClient(client: IoredisClient | IoredisCluster): Watch {
  const existing = watches.get(client);
  if (existing) return existing;

  const waiting = new Set<(error?: Error) => void>();
  const lastError = lastErrorOf(client);
  lastError.follow();
  client.on('ready', () => {
    lastError.forget();
    waiting.forEach((settle) => settle());
  });
  client.on('end', () => waiting.forEach((settle) => settle(closedError(lastError.value))));

  let losses = 0;
  const countLosses = (node: IoredisClient): void => {
    node.on('close', () => (losses += 1));
  };
  for (const node of 'nodes' in client ? client.nodes('all') : [client]) countLosses(node);
  if ('nodes' in client) client.on('+node', countLosses);

  const endedByFailover = 'nodes' in client ? () => false : failoverWatch(client);

  const watch: Watch = {
    ready(signal) {
      if (client.status === 'ready') return Promise.resolve();
      lastError.follow();
      const opens = client.status === 'wait' || endedByFailover();
      if (client.status === 'end' && !opens) return Promise.reject(closedError(lastError.value));
      // A client made with lazyConnect, too. That connecting failed shows in the events above.
      if (opens) client.connect().catch(() => undefined);

      return new Promise((resolve, reject) => {
        const settle = (error?: Error): void => {
          signal?.removeEventListener('abort', giveUp);
          waiting.delete(settle);
          if (error) reject(error);
          else resolve();
        };
        const giveUp = (): void => settle(notConnectedError(client.status, lastError.value));
        waiting.add(settle);
        signal?.addEventListener('abort', giveUp);
        if (signal?.aborted === true) giveUp();
      });
    },
    losses: () => losses,
  };
  watches.set(client, watch);
  return watch;
}

/**
 * Tells whether a client with `failoverDetector` has ended while it asked Sentinel for the master: ioredis ends it for
 * good when Sentinel tells of a failover just then, and only a call of `connect` brings it back. Ends of other kinds
 * follow a `close`.
 */
function failoverWatch(client: IoredisClient): () => boolean {
  if (client.options.failoverDetector !== true) return () => false;
  let asking = false;
  client.on('connecting', () => (asking = true));
  client.on('close', () => (asking = false));
  return () => asking && client.status === 'end';
}
