import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';

const HOST = '127.0.0.1';
const CONFIGURATION = 'redis.conf';

/** What is special about one server. */
export interface RedisServerOptions {
  /** Further arguments for `redis-server`, such as `['--appendonly', 'yes']`. Nothing is persisted by default. */
  readonly args?: readonly string[];
  /** Lines of a configuration file that the server itself may change, as Sentinel does. */
  readonly configuration?: readonly string[];
}

/** A real `redis-server` on a free port of the loopback interface. It ends with the process that started it. */
export interface RedisServer extends ServerProcess {
  readonly url: string;
}

/** Starts a Redis server and waits until it answers. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { args = [], configuration = [] } = options;
  const server = await startServer({
    name: 'redis-server',
    prepare(folder, { uid, gid }) {
      const file = join(folder, CONFIGURATION);
      writeFileSync(file, configuration.join('\n'));
      if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    },
    command(folder, port) {
      const place = ['--bind', HOST, '--port', String(port), '--dir', folder];
      const quick = ['--save', '', '--appendonly', 'no'];
      return ['redis-server', join(folder, CONFIGURATION), ...place, ...quick, ...args];
    },
    ask: isReady,
    signals: { stop: 'SIGTERM', kill: 'SIGKILL' },
  });
  return { ...server, url: `redis://${HOST}:${String(server.port)}` };
}

let shared: Promise<RedisServer> | undefined;

/**
 * The Redis server of this process, empty: for tests that neither end it nor leave its settings changed. It ends with
 * the process.
 */
export async function sharedRedis(): Promise<RedisServer> {
  const server = await (shared ??= startRedis());
  const client = new Redis(server.url);
  await client.flushall();
  client.disconnect();
  return server;
}

/** Connects to a Redis server as a panel should: a Redis that is away fails fast. */
export function connectRedis(server: RedisServer): Redis {
  const redis = new Redis(server.url, {
    maxRetriesPerRequest: 1,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  return redis;
}

/** A client of a Redis server that the tests of a `describe` have to themselves, from their `before` to their `after`. */
export function redisForTests(): () => Redis {
  let server: RedisServer;
  let redis: Redis;
  before(async () => {
    server = await startRedis();
    redis = connectRedis(server);
  });
  after(async () => {
    redis.disconnect();
    await server.kill();
  });
  return () => redis;
}

/** Uses a connection of its own to a Redis server. */
export async function withRedis<Result>(
  url: string,
  use: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

/** Everything that lies in a Redis server, as one text. */
export function dumpRedis(url: string): Promise<string> {
  return withRedis(url, async (redis) => {
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    return keys.map((key, i) => `${key}\n${values[i] ?? ''}`).join('\n');
  });
}

/** Resolves when the Redis server of a folder listens on a port and has loaded its data. */
async function isReady(port: number, folder: string): Promise<void> {
  const client = new Redis(port, HOST, { lazyConnect: true, enableReadyCheck: false, retryStrategy: null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info();
    if (!info.includes(`config_file:${folder}/`)) throw new Error('another server answers');
    if (info.includes('loading:1')) throw new Error('it loads its data');
  } finally {
    client.disconnect();
  }
}
