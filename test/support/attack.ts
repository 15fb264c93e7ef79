import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import type { SecondFactorEvent } from 'passport-second-factor';
import type { PanelOptions } from '../../example/panel/app.js';
import type { Client } from './client.js';
import { startExamplePanel } from './example-panel.js';
import type { ExamplePanel } from './example-panel.js';
import { enable, signedIn } from './people.js';
import type { Owner } from './people.js';
import { dumpRedis, sharedRedis } from './redis-server.js';
import type { RedisServer } from './redis-server.js';

/** What a browser says of a request that a page of another site made. */
export const FROM_ANOTHER_SITE = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  origin: 'https://evil.example',
};

/** The operations that take a code of who is signed in. */
export const TAKE_CODES = ['step-up', 'disable', 'recovery-codes'] as const;
/** Every operation on somebody's own second factor. */
export const MANAGING: readonly string[] = [
  ...['setup', 'setup/confirm', 'setup/cancel', 'authenticators/remove', 'browsers/revoke'],
  ...TAKE_CODES,
];

/** The example panel under attack, and what can be looked at from behind. */
export interface AttackedPanel extends ExamplePanel {
  /** The Redis server it is on; `undefined` on SQLite. */
  readonly redisServer: RedisServer | undefined;
  /** The panel's own database. */
  readonly database: Libsql.Database;
  /** Sessions and records; `null` where there is no Redis. */
  readonly redis: Redis | null;
  /** What the store holds of an account, sealed; `null`: no second factor. */
  record(account: string): Promise<string | null>;
  /** Puts something else there; `null` deletes it. */
  setRecord(account: string, sealed: string | null): Promise<void>;
  /** Every event of the package since the last reset. */
  events(): SecondFactorEvent[];
  /** All that was logged since the last reset, as `name` or `name:reason`. */
  told(): string[];
}

/**
 * Describes an attack on the example panel with SQLite and sessions in the process; what the store decides, or the
 * store of the sessions, on Redis too. Every test begins with the users as seeded, nobody enrolled, an empty log, and
 * the clock of the machine.
 *
 * @param title `%s` in it becomes the name of the store
 * @param onRedis how the titles of the tests on Redis begin
 * @param settings the variables of the environment that the panel goes by
 */
export function attack(
  title: string,
  onRedis: readonly string[],
  tests: (panel: () => AttackedPanel) => void,
  settings: Record<string, string> = {},
  others: Partial<PanelOptions> = {},
): void {
  for (const place of ['SQLite', 'Redis'] as const) {
    describe(title.replace('%s', place), function () {
      let panel: AttackedPanel;
      let seeded: readonly UserRow[];

      before(async () => {
        const server = place === 'Redis' ? await sharedRedis() : undefined;
        panel = attacked(await startExamplePanel(server?.url, settings, others), server);
        seeded = panel.database.prepare('SELECT * FROM users').all() as UserRow[];
      });
      beforeEach(async () => {
        panel.now = Date.now();
        restoreUsers(panel, seeded);
        await panel.reset();
      });
      after(async () => {
        panel.database.close();
        panel.redis?.disconnect();
        await panel.end();
      });
      tests(() => panel);
      if (place === 'Redis') keepOnly(this, onRedis);
    });
  }
}

function keepOnly(suite: Mocha.Suite, beginnings: readonly string[]): void {
  const kept: string[] = [];
  const keepIn = (part: Mocha.Suite): void => {
    part.tests = part.tests.filter(({ title }) =>
      beginnings.some((beginning) => title.startsWith(beginning)),
    );
    kept.push(...part.tests.map(({ title }) => title));
    part.suites.forEach(keepIn);
  };
  keepIn(suite);
  const missed = beginnings.filter((beginning) => !kept.some((title) => title.startsWith(beginning)));
  if (missed.length > 0) throw new Error(`no test begins with: ${missed.join(', ')}`);
}

function attacked(panel: ExamplePanel, redisServer: RedisServer | undefined): AttackedPanel {
  const database = new Libsql(panel.databaseFile, { timeout: 2000 });
  const redis = redisServer ? new Redis(redisServer.url) : null;
  const keyOf = (account: string): string => `second-factor:${account}`;
  return Object.assign(panel, {
    redisServer,
    database,
    redis,
    async record(account: string) {
      if (redis) return redis.get(keyOf(account));
      const row = database.prepare('select sealed from totp where account = ?').get(account);
      return (row as { sealed: string } | undefined)?.sealed ?? null;
    },
    async setRecord(account: string, sealed: string | null) {
      if (redis) await (sealed === null ? redis.del(keyOf(account)) : redis.set(keyOf(account), sealed));
      else if (sealed === null) database.prepare('delete from totp where account = ?').run(account);
      else database.prepare('update totp set sealed = ? where account = ?').run(sealed, account);
    },
    events: () =>
      panel.log
        .map((line) => JSON.parse(line) as SecondFactorEvent)
        // The panel's own events beside those of the package.
        .filter(({ name }) => (name as string) !== 'password-changed'),
    told: () =>
      panel.log.map((line) => {
        const { name, reason } = JSON.parse(line) as { name: string; reason?: string };
        return reason === undefined ? name : `${name}:${reason}`;
      }),
  });
}

interface UserRow {
  readonly id: string;
  readonly login: string;
  readonly level: string;
  readonly password: string;
  readonly stamp: string;
}

function restoreUsers({ database }: AttackedPanel, rows: readonly UserRow[]): void {
  database.exec('DELETE FROM users');
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?)');
  for (const { id, login, level, password, stamp } of rows) insert.run(id, login, level, password, stamp);
}

/** Root as root: without two-step authentication the panel takes root to admin first. */
export async function asRoot(panel: ExamplePanel): Promise<Client> {
  const client = await signedIn(panel, 'root');
  await client.leave();
  return client;
}

/** Root as root, with a second factor. */
export async function enrolledRoot(panel: ExamplePanel): Promise<Owner> {
  const client = await asRoot(panel);
  return { login: 'root', client, ...(await enable(panel, client)) };
}

/** Whether a browser has both steps done. */
export async function isIn(client: Client): Promise<boolean> {
  return (await client.get('/api/secret')).status === 200;
}

/** Nobody is in with these cookies. */
export async function isOut(client: Client): Promise<void> {
  for (const path of ['/api/secret', '/api/me', '/api/danger']) {
    const { status, text } = await client.get(path);
    expect(status, path).to.equal(401);
    expect(text, path).not.to.contain('"user"').and.not.to.contain('Only with');
  }
}

/** How many wrong codes in a row an account has, of those that all strangers share. */
export async function failuresOf(panel: ExamplePanel, login = 'alice'): Promise<number> {
  return (await panel.secondFactor.status(login)).failures;
}

/** All that a panel has on disk and in Redis, as one text. */
export async function everythingStored({ databaseFile, redisServer }: AttackedPanel): Promise<string> {
  const files = ['', '-wal'].map((ending) => {
    try {
      return readFileSync(databaseFile + ending, 'latin1');
    } catch {
      return '';
    }
  });
  if (redisServer) files.push(await dumpRedis(redisServer.url));
  return files.join('\n');
}
