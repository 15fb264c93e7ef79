import type { Store as SessionStore } from 'express-session';
import session from 'express-session';
import { RedisStore } from 'connect-redis';
import type { Redis } from 'ioredis';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import type { Store } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { connectRedis, sharedRedis } from './redis-server.js';
import type { RedisServer } from './redis-server.js';
import { startPanel, stopPanels } from './panel.js';
import type { Panel, PanelParts } from './panel.js';

/** Where a panel keeps its records and its sessions. */
export interface Kept {
  readonly store: Store;
  readonly sessions: SessionStore;
}

/**
 * Runs tests twice: with the records in SQLite and the sessions in the process, and with both in Redis. Every
 * call of `empty` gives a place that holds nothing. Panels of `startPanel` end after each test.
 */
export function onEachPlace(tests: OnPlace): void {
  onSqlite(tests);
  onRedis(tests);
}

type OnPlace = (empty: () => Promise<Kept>) => void;
type OnPanel = (start: (parts?: PanelParts) => Promise<Panel>) => void;

function onSqlite(tests: OnPlace): void {
  describe('on SQLite', () => {
    const databases: Kysely<unknown>[] = [];
    tests(async () => {
      const db = new Kysely({ dialect: new SqliteDialect({ database: new Libsql(':memory:') }) });
      databases.push(db);
      await createTotpTable(db);
      return { store: sqlStore(db), sessions: new session.MemoryStore() };
    });
    afterEach(async () => {
      await stopPanels();
      for (const db of databases.splice(0)) await db.destroy();
    });
  });
}

function onRedis(tests: OnPlace): void {
  describe('on Redis', () => {
    let server: RedisServer;
    let redis: Redis;
    before(async () => {
      server = await sharedRedis();
      redis = connectRedis(server);
    });
    tests(async () => {
      await redis.flushall();
      return { store: redisStore(redis), sessions: new RedisStore({ client: redis }) };
    });
    afterEach(stopPanels);
    after(async () => {
      redis.disconnect();
    });
  });
}

/** Runs tests on panels that keep everything in one of the two places; see {@link onEachPlace}. */
export function onEachPanel(tests: OnPanel): void {
  onEachPlace(onPanelsOf(tests));
}

/** As {@link onEachPanel} in the first place alone: for what no store decides. */
export function onOnePanel(tests: OnPanel): void {
  onSqlite(onPanelsOf(tests));
}

function onPanelsOf(tests: OnPanel): OnPlace {
  return (empty) => {
    tests(async (parts = {}) => {
      const { store, sessions } = await empty();
      return startPanel({ store, ...parts, session: { store: sessions, ...parts.session } });
    });
  };
}
