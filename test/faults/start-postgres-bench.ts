import { Redis } from 'ioredis';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { startPostgres } from '../support/postgres-server.js';
import { startRedis } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { ENV, hush, rememberRedis } from './bench.js';
import type { Bench } from './bench.js';
import { startFaultProxy } from './fault-proxy.js';
import { POSTGRES_PROTOCOL } from './postgres-protocol.js';
import { startExamplePanel } from '../support/example-panel.js';

interface Tables {
  totp: { account: string; sealed: string };
}

/** Second factors in PostgreSQL behind the proxy; sessions in Redis, where nothing fails. */
export async function startPostgresBench(): Promise<Bench> {
  const limit = timeLimit();
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const proxy = await startFaultProxy(postgres, POSTGRES_PROTOCOL, { limit });
  const sessions = new Redis(redis.url);
  const direct = open(postgres.url, limit.ms);
  const behind = open(postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`), limit.ms);
  await createTotpTable(direct);
  const loud = hush();
  const panel = await startExamplePanel(redis.url, ENV, {
    records: sqlStore(behind),
    storeTimeoutMs: limit.ms,
  });
  const clear = async (): Promise<void> => {
    await Promise.all([sessions.flushdb(), direct.deleteFrom('totp').execute()]);
  };
  return {
    panel,
    proxy,
    clear,
    async remember(browser) {
      const goBack = await rememberRedis(sessions, panel, browser);
      const rows = await direct.selectFrom('totp').select(['account', 'sealed']).execute();
      return async () => {
        await clear();
        await goBack();
        if (rows.length > 0) await direct.insertInto('totp').values(rows).execute();
      };
    },
    async end() {
      loud();
      await panel.end();
      await proxy.close();
      await Promise.all([direct.destroy(), behind.destroy()]);
      sessions.disconnect();
      await Promise.all([postgres.kill(), redis.kill()]);
    },
  };
}

/** As docs/stores.md says, with another time-out. */
function open(connectionString: string, timeoutMs: number): Kysely<Tables> {
  const pool = new Pool({
    connectionString,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
