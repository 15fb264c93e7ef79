import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisStore } from 'connect-redis';
import { RedisStore as RedisStore9 } from 'connect-redis9';
import session from 'express-session';
import type { Store } from 'express-session';
import pg from 'pg';
import { createClient } from 'redis';
import type { Loose } from './idiom.js';
import { startPostgres } from '../support/postgres-server.js';
import { connectRedis, startRedis } from '../support/redis-server.js';

const require = createRequire(import.meta.url);

/** A session store of the field that is running. */
export interface RunningStore {
  readonly emptyStore: () => Store | Promise<Store>;
  close(): Promise<void>;
}

/** A session store of the field. */
export interface StoreKind {
  open(): Promise<RunningStore>;
  /** The optional calls of a session store that it has not. */
  readonly lacks?: readonly ('all' | 'length' | 'clear')[];
}

/** The table as connect-pg-simple documents it. */
const TABLE =
  'CREATE TABLE session (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL)';

/** A store's class. */
type Made = new (options: object) => Store;

/** Session stores that applications have, by name and version. */
export const STORES: Readonly<Record<string, StoreKind>> = {
  MemoryStore: {
    open: () =>
      Promise.resolve({ emptyStore: () => new session.MemoryStore(), close: () => Promise.resolve() }),
  },
  'connect-redis 8 with ioredis': {
    async open() {
      const server = await startRedis();
      const redis = connectRedis(server);
      return {
        async emptyStore() {
          await redis.flushall();
          return new RedisStore({ client: redis });
        },
        async close() {
          redis.disconnect();
          await server.kill();
        },
      };
    },
  },
  'connect-redis 9 with node-redis': { open: () => openNodeRedis(RedisStore9 as Made) },
  'connect-redis 10 with node-redis': { open: openConnectRedis10 },
  'connect-pg-simple': { open: openPostgres, lacks: ['all', 'length', 'clear'] },
  'session-file-store': { open: openFiles, lacks: ['all'] },
  memorystore: {
    open() {
      const MemoryStore = (require('memorystore') as (given: typeof session) => Made)(session);
      return Promise.resolve({ emptyStore: () => new MemoryStore({}), close: () => Promise.resolve() });
    },
  },
};

async function openNodeRedis(Made: Made): Promise<RunningStore> {
  const server = await startRedis();
  const client = createClient({ url: server.url });
  client.on('error', () => undefined);
  await client.connect();
  return {
    async emptyStore() {
      await client.flushAll();
      return new Made({ client });
    },
    async close() {
      client.destroy();
      await server.kill();
    },
  };
}

/** It asks for Node 22, so it is no dependency of this package: it is installed for this run alone. */
async function openConnectRedis10(): Promise<RunningStore> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-redis-'));
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', 'connect-redis@10'], {
    stdio: 'pipe',
  });
  const { RedisStore: RedisStore10 } = require(join(folder, 'node_modules/connect-redis')) as {
    RedisStore: Made;
  };
  const running = await openNodeRedis(RedisStore10);
  return {
    ...running,
    async close() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openPostgres(): Promise<RunningStore> {
  const server = await startPostgres();
  // With one connection what an idiom does not wait for comes in order, with the package and without.
  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  const PgStore = (require('connect-pg-simple') as (given: typeof session) => Made)(session);
  await pool.query(TABLE);
  return {
    async emptyStore() {
      await pool.query('DELETE FROM session');
      return new PgStore({ pool, pruneSessionInterval: false });
    },
    async close() {
      await pool.end();
      await server.kill();
    },
  };
}

function openFiles(): Promise<RunningStore> {
  const FileStore = (require('session-file-store') as (given: typeof session) => Made)(session);
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  const options = { retries: 0, reapInterval: -1, logFn: () => undefined };
  return Promise.resolve({
    emptyStore: () => oneByOne(new FileStore({ ...options, path: mkdtempSync(join(folder, 'one-')) })),
    close() {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

/**
 * A store that does one thing at a time. Its `touch` reads a file and writes it back, so what an idiom does not wait
 * for would come in any order, with the package and without.
 */
function oneByOne(store: Store): Store {
  const waiting: (() => void)[] = [];
  let busy = false;
  const next = (): void => {
    busy = waiting.length > 0;
    waiting.shift()?.();
  };
  for (const name of ['get', 'set', 'touch', 'destroy', 'clear', 'length'] as const) {
    const bare = (Reflect.get(store, name) as Loose).bind(store);
    Reflect.set(store, name, (...args: unknown[]) => {
      const given = args.filter((arg) => typeof arg !== 'function' && arg !== undefined && arg !== null);
      const done = args.find((arg) => typeof arg === 'function') as Loose | undefined;
      const act = (): unknown =>
        bare(...given, (...said: unknown[]) => {
          next();
          done?.(...said);
        });
      if (busy) waiting.push(act);
      else {
        busy = true;
        act();
      }
    });
  }
  return store;
}
