import { Redis } from 'ioredis';
import Libsql from 'libsql';
import type { SecondFactorEvent } from 'passport-second-factor';
import { startExamplePanel } from '../../support/panel-process.js';
import type { Phone, RunningPanel } from '../../support/panel-process.js';
import { sharedRedis } from '../../support/redis-server.js';
import type { RedisServer } from '../../support/redis-server.js';
import { Client } from '../../support/client.js';

/** What a browser says of a request that a page of another site made. */
export const FROM_ANOTHER_SITE = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  origin: 'https://evil.example',
};

/** The example panel under attack, and what can be looked at from behind. */
export interface AttackedPanel extends RunningPanel {
  /** The Redis server it is on; `undefined` on SQLite. */
  readonly redisServer: RedisServer | undefined;
  /** Somebody who enabled two-step authentication and is signed in with it. */
  enrolled(login: string): Promise<{ jar: Client; phone: Phone }>;
  /** Password done, code missing. */
  pending(login: string): Promise<Client>;
  /** Signs in with both steps. */
  verified(login: string, phone: Phone): Promise<Client>;
  /** Root as root: without two-step authentication he is taken to admin first. */
  root(): Promise<Client>;
  /** The record of an account as it lies in the store, sealed; `null` when there is none. */
  record(account: string): Promise<string | null>;
  /** Changes the panel's own table of users, as another process does. */
  changeUsers(statement: string): void;
  /** Every event so far. */
  events(): SecondFactorEvent[];
}

/**
 * Declares the tests of one threat: on SQLite with sessions in the process, and on Redis. Before each test
 * nobody has two-step authentication and the users are as seeded.
 */
export function attack(
  title: string,
  declare: (panel: () => AttackedPanel) => void,
  settings: Record<string, string> = {},
): void {
  for (const backend of ['SQLite', 'Redis'] as const) {
    describe(`${title} (on ${backend})`, function () {
      let server: RedisServer | undefined;
      let panel: AttackedPanel;
      let seeded: readonly UserRow[];

      before(async () => {
        server = backend === 'Redis' ? await sharedRedis() : undefined;
        panel = attacked(await startExamplePanel(server?.url, settings), server);
        seeded = usersOf(panel);
      });
      after(async () => {
        await panel.end();
      });
      beforeEach(async () => {
        restoreUsers(panel, seeded);
        await panel.reset();
      });
      declare(() => panel);
    });
  }
}

function attacked(panel: RunningPanel, redisServer: RedisServer | undefined): AttackedPanel {
  const self: AttackedPanel = {
    ...panel,
    redisServer,
    async enrolled(login) {
      const jar = login === 'root' ? await self.root() : await panel.signedIn(login);
      return { jar, phone: await panel.enroll(jar) };
    },
    async pending(login) {
      const jar = new Client(panel);
      const { body } = await jar.login(login);
      if (body.code !== 'code-required') throw new Error(`not pending: ${JSON.stringify(body)}`);
      return jar;
    },
    async verified(login, phone) {
      const jar = await self.pending(login);
      const answer = await jar.post('/two-step/verify', { code: phone.nextCode() });
      if (answer.status !== 200) throw new Error(`not verified: ${answer.text}`);
      return jar;
    },
    async root() {
      const jar = await panel.signedIn('root');
      await jar.leave();
      return jar;
    },
    async record(account) {
      if (redisServer) {
        return withRedis(redisServer.url, (redis) => redis.get(`second-factor:${account}`));
      }
      return withDatabase(panel, (database) => {
        const row = database.prepare('SELECT sealed FROM totp WHERE account = ?').get(account);
        return (row as { sealed?: string } | undefined)?.sealed ?? null;
      });
    },
    changeUsers(statement) {
      withDatabase(panel, (database) => database.exec(statement));
    },
    events: () =>
      panel.log
        .map((line) => JSON.parse(line) as SecondFactorEvent)
        // The panel's own events beside those of the package.
        .filter(({ name }) => (name as string) !== 'password-changed'),
  };
  return self;
}

/** Uses a connection to Redis beside the panel's own. */
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

function withDatabase<Result>(
  { databaseFile }: RunningPanel,
  use: (database: InstanceType<typeof Libsql>) => Result,
): Result {
  const database = new Libsql(databaseFile, { timeout: 2000 });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

interface UserRow {
  readonly id: string;
  readonly login: string;
  readonly level: string;
  readonly password: string;
  readonly stamp: string;
}

function usersOf(panel: RunningPanel): UserRow[] {
  return withDatabase(panel, (database) => database.prepare('SELECT * FROM users').all() as UserRow[]);
}

function restoreUsers(panel: RunningPanel, rows: readonly UserRow[]): void {
  withDatabase(panel, (database) => {
    database.exec('DELETE FROM users');
    const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?)');
    for (const { id, login, level, password, stamp } of rows) insert.run(id, login, level, password, stamp);
  });
}
