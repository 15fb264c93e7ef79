import { SCRIPT, SCRIPT_SHA1 } from './redis-script.js';

/** Longest wait for a client that is still connecting; well below the 2000 ms a vault waits by default. */
const READY_MILLISECONDS = 1000;
/** Longest wait for one reply: as long as a vault waits by default. */
const REPLY_MILLISECONDS = 2000;
/** How many keys Redis looks at before it answers a SCAN, and others get their turn. */
const KEYS_PER_SCAN = 500;

/** The part of an ioredis `Redis` (5 or 6) that is used. */
export interface IoredisClient {
  readonly status: string;
  readonly options: { readonly keyPrefix?: string | undefined };
  connect(): Promise<unknown>;
  on(event: 'ready' | 'end' | 'close', listener: () => void): unknown;
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  scan(
    cursor: string,
    matchToken: 'MATCH',
    pattern: string,
    countToken: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>;
}

/** The part of an ioredis `Cluster` (5 or 6) that is used. */
export interface IoredisCluster extends Omit<IoredisClient, 'on' | 'scan'> {
  on(event: 'ready' | 'end', listener: () => void): unknown;
  on(event: '+node', listener: (node: IoredisClient) => void): unknown;
  nodes(role: 'all' | 'master'): IoredisClient[];
  refreshSlotsCache(done: (error?: Error | null) => void): void;
}

/** What a store needs of Redis, whichever client brings it. Every call ends within a bounded time. */
export interface RedisConnection {
  /** What the client itself puts before every key, but neither before a pattern nor off a listed key. */
  readonly keyPrefix: string;
  /**
   * Runs the script of `redis-script.ts` on one key.
   *
   * @returns the reply, and whether the connection was lost meanwhile: ioredis then sends unanswered
   *   commands again, so that the script may have run twice and the reply is the second one
   */
  runScript(key: string, values: readonly string[]): Promise<{ reply: unknown; repeated: boolean }>;
  /** The keys that match a glob pattern, on all masters; one key may come more than once. */
  scan(pattern: string): AsyncIterable<string>;
}

/** Speaks to Redis through a client of ioredis, and follows that client with a constant number of listeners. */
export function ioredisConnection(client: IoredisClient | IoredisCluster): RedisConnection {
  const watch = watchClient(client);

  async function evaluate(key: string, values: readonly string[]): Promise<unknown> {
    try {
      return await client.evalsha(SCRIPT_SHA1, 1, key, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(SCRIPT, 1, key, ...values);
    }
  }

  return {
    keyPrefix: client.options.keyPrefix ?? '',

    async runScript(key, values) {
      await watch.ready();
      const lossesBefore = watch.losses();
      const reply = await inTime(evaluate(key, values));
      return { reply, repeated: watch.losses() !== lossesBefore };
    },

    async *scan(pattern) {
      await watch.ready();
      for (const node of 'nodes' in client ? await presentMasters(client) : [client]) {
        let cursor = '0';
        do {
          const page = await inTime(node.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_SCAN));
          cursor = page[0];
          yield* page[1];
        } while (cursor !== '0');
      }
    },
  };
}

/** Asks the cluster anew: the client forgets a master whose connection broke, and its keys would be missing. */
async function presentMasters(cluster: IoredisCluster): Promise<IoredisClient[]> {
  await inTime(
    new Promise<void>((resolve, reject) => {
      cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
    }),
  );
  return cluster.nodes('master');
}

interface Watch {
  /** Resolves once the client can take a command; rejects when it cannot within a bounded time. */
  ready(): Promise<void>;
  /** How many connections were lost until now. */
  losses(): number;
}

/** One watch per client, however many stores use it: each costs listeners. */
const watches = new WeakMap<object, Watch>();

function watchClient(client: IoredisClient | IoredisCluster): Watch {
  const existing = watches.get(client);
  if (existing) return existing;

  const waiting = new Set<(error?: Error) => void>();
  client.on('ready', () => waiting.forEach((settle) => settle()));
  client.on('end', () => waiting.forEach((settle) => settle(closedError())));

  let losses = 0;
  const countLosses = (node: IoredisClient): void => {
    node.on('close', () => (losses += 1));
  };
  if ('nodes' in client) {
    client.nodes('all').forEach(countLosses);
    client.on('+node', countLosses);
  } else {
    countLosses(client);
  }

  const watch: Watch = {
    ready() {
      if (client.status === 'ready') return Promise.resolve();
      if (client.status === 'end') return Promise.reject(closedError());
      // A client made with lazyConnect. That connecting failed shows in the events above, or in time.
      if (client.status === 'wait') client.connect().catch(() => undefined);

      return new Promise((resolve, reject) => {
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          if (error) reject(error);
          else resolve();
        };
        const timer = setTimeout(() => {
          const state = `no connection within ${String(READY_MILLISECONDS)} ms, it is "${client.status}"`;
          settle(new Error(`the Redis client has ${state}`));
        }, READY_MILLISECONDS);
        waiting.add(settle);
      });
    },
    losses: () => losses,
  };
  watches.set(client, watch);
  return watch;
}

function closedError(): Error {
  return new Error('the Redis client is closed and does not connect again');
}

async function inTime<T>(reply: Promise<T>): Promise<T> {
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
