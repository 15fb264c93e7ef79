import { SecondFactorError } from '../lib/errors.js';
import { ioredisConnection } from './ioredis-connection.js';
import type { IoredisClient, IoredisCluster } from './ioredis-connection.js';
import { nodeRedisConnection } from './node-redis-connection.js';
import type { AnyNodeRedisClient } from './node-redis-connection.js';
import type { RedisConnection } from './redis-connection.js';

/** A client of ioredis or of node-redis, as it is used here. */
export type RedisStoreClient = IoredisClient | IoredisCluster | AnyNodeRedisClient;

/**
 * The connection of a client of either library.
 *
 * @throws {SecondFactorError} `store-invalid` when it is neither; the message says what to hand in instead
 */
export function redisConnection(client: RedisStoreClient): RedisConnection {
  const given = (typeof client === 'object' && (client as unknown) !== null ? client : {}) as object;
  if ('evalSha' in given) {
    // node-redis 4 has no withTypeMapping, and would send commands that were given up.
    check(client, ['connect', 'eval', 'sendCommand', 'withTypeMapping'], { isOpen: 'boolean' });
    return nodeRedisConnection(client as AnyNodeRedisClient);
  }
  const methods = ['connect', 'on', 'eval', 'evalsha', 'nodes' in given ? 'refreshSlotsCache' : 'call'];
  check(client, methods, { status: 'string', options: 'object' });
  return ioredisConnection(client as IoredisClient | IoredisCluster);
}

function check(client: unknown, methods: readonly string[], properties: Record<string, string>): void {
  const given = (typeof client === 'object' && client !== null ? client : {}) as Record<string, unknown>;
  const expected = [...methods.map((name) => [name, 'function'] as const), ...Object.entries(properties)];
  const missing = expected.filter(([name, type]) => typeof given[name] !== type || given[name] === null);
  if (missing.length === 0) return;
  throw new SecondFactorError(
    'store-invalid',
    'redisStore(client): hand in a client of ioredis, new Redis(url) or new Cluster(nodes), or of ' +
      'node-redis 5 or later, createClient({ url }), createCluster(…) or createSentinel(…); ' +
      `got ${client === null ? 'null' : typeof client} without ${missing.map(([name]) => name).join(', ')}`,
  );
}
