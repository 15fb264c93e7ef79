import type { Store } from '../lib/vault/store.js';
import { ioredisConnection } from './ioredis-connection.js';
import type { IoredisClient, IoredisCluster } from './ioredis-connection.js';

const DEFAULT_PREFIX = 'second-factor:';

/** The options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * Put before every key, and ends in a colon. Panels that share one Redis need one each. Default
   * `second-factor:`.
   */
  readonly prefix?: string | undefined;
}

/**
 * A store in Redis (2.6 or later) or Redis Cluster, one key per account, never with a time to live.
 *
 * Reads and swaps run in one script on the master: atomic, and never answered by a replica, whatever
 * `scaleReads` says. Every call ends: a client that is not connected is waited for 1000 ms, a reply
 * 2000 ms. A client that waits for its first command (`lazyConnect`) is connected; none is ever closed.
 *
 * Give this Redis `maxmemory-policy noeviction` and persistence: an account whose record is gone has no
 * second factor any more.
 *
 * Methods reject with an `Error` when the client is closed or not connected, when Redis does not answer in
 * time or refuses, and when a lost connection hides whether a swap was made. `list()` may miss accounts
 * whose keys are moved to another master meanwhile.
 *
 * @param client a `Redis` or `Cluster` of ioredis 5 or 6; also with `keyPrefix`
 * @throws {TypeError} when the client or an option cannot be used; the message says what to hand in instead
 *
 * @example
 * import { Redis } from 'ioredis';
 * import { redisStore } from 'passport-second-factor/redis';
 * const store = redisStore(new Redis(), { prefix: 'panel:second-factor:' });
 */
export function redisStore(client: IoredisClient | IoredisCluster, options: RedisStoreOptions = {}): Store {
  checkClient(client);
  const prefix = checkedPrefix(options);
  const connection = ioredisConnection(client);
  const keyOf = (accountId: string): string => prefix + encodeURIComponent(accountId);

  return {
    async get(accountId) {
      const { reply } = await connection.runScript(keyOf(accountId), []);
      return reply as string | null;
    },

    async compareAndSet(accountId, expected, next) {
      const values = [expected, next].map((value) => (value === null ? '' : `=${value}`));
      const { reply, repeated } = await connection.runScript(keyOf(accountId), values);
      const swapped = Number(reply) === 1;
      if (!swapped && repeated)
        throw new Error('the connection to Redis was lost, a swap may have been made');
      return swapped;
    },

    async *list() {
      const listedPrefix = connection.keyPrefix + prefix;
      const listed = new Set<string>();
      for await (const key of connection.scan(`${escapeGlob(listedPrefix)}*`)) {
        const accountId = decodeAccountId(key.slice(listedPrefix.length));
        if (accountId === null || listed.has(accountId)) continue;
        listed.add(accountId);
        yield accountId;
      }
    },
  };
}

/** `null` when the key is not one of ours: a longer prefix of another store begins with this one. */
function decodeAccountId(encoded: string): string | null {
  try {
    const accountId = decodeURIComponent(encoded);
    return accountId !== '' && encodeURIComponent(accountId) === encoded ? accountId : null;
  } catch {
    return null;
  }
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

function checkClient(client: unknown): void {
  const given = (typeof client === 'object' && client !== null ? client : {}) as Record<string, unknown>;
  const cluster = typeof given.nodes === 'function';
  const methods = ['connect', 'on', 'eval', 'evalsha', cluster ? 'refreshSlotsCache' : 'scan'];
  const missing = methods.filter((method) => typeof given[method] !== 'function');
  if (typeof given.status !== 'string') missing.push('status');
  if (typeof given.options !== 'object' || given.options === null) missing.push('options');
  if (missing.length === 0) return;
  throw new TypeError(
    'redisStore(client): hand in a client of ioredis, new Redis(url) or new Cluster(nodes); ' +
      `got ${client === null ? 'null' : typeof client} without ${missing.join(', ')}`,
  );
}

function checkedPrefix(options: unknown): string {
  if (typeof options !== 'object' || options === null) {
    const got = options === null ? 'null' : typeof options;
    throw new TypeError(
      `redisStore(client, options): options must be an object such as { prefix }, got ${got}`,
    );
  }
  const unknown = Object.keys(options).filter((name) => name !== 'prefix');
  if (unknown.length > 0) {
    throw new TypeError(
      `redisStore(client, options): unknown ${unknown.join(', ')}; the only option is prefix`,
    );
  }
  const prefix = (options as { prefix?: unknown }).prefix ?? DEFAULT_PREFIX;
  if (typeof prefix === 'string' && prefix.endsWith(':')) return prefix;
  const got = typeof prefix === 'string' ? 'one that does not' : typeof prefix;
  throw new TypeError(
    `redisStore(client, { prefix }): prefix must end in a colon, such as '${DEFAULT_PREFIX}', got ${got}`,
  );
}
