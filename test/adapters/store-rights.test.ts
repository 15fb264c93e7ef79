import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { redisStore } from '../../adapters/redis.js';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import type { Store } from '../../lib/vault/store.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { impatient } from '../support/impatient.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';
import { startRedisCluster } from './redis-cluster.js';
import { BACKENDS, openDatabase } from './sql-backends.js';
import type { RunningBackend, Tables } from './sql-backends.js';
import { startPanel, stopPanels } from '../support/panel.js';

const DOCUMENT = 'docs/stores.md';
const BLOCKS = fencedBlocks(DOCUMENT, readFileSync(DOCUMENT, 'utf8'));
const documented = (info: string): string => BLOCKS.find((block) => block.info === info)?.code ?? '';

/** As `docs/stores.md` has it: the rights of the user `panel`. */
const RULES = documented('ACL').split(' ').slice(2);
const CLUSTER = ['+cluster|slots', '+cluster|info'];
const PREFIX = 'panel:second-factor:';

/** What `check` says of writing, or why it could not be made at all. */
async function checked(store: Store): Promise<string> {
  const { secondFactor } = await startPanel({ store });
  try {
    const { warnings } = await secondFactor.admin.check();
    return warnings.find((warning) => warning.startsWith('The store cannot be written')) ?? 'all well';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await stopPanels();
  }
}

describe('the rights of a store', () => {
  for (const [kind, start] of [
    ['one server', async () => [await startRedis()]],
    ['a cluster', startRedisCluster],
  ] as const) {
    describe(`in Redis, ${kind}`, () => {
      let servers: readonly RedisServer[];
      let admins: Redis[];
      const clients: TestClient[] = [];

      before(async () => {
        servers = await start();
        for (const { url } of servers) {
          const redis = new Redis(url);
          await redis.acl('SETUSER', 'admin', 'on', '>admin', 'allkeys', 'allchannels', '+@all');
          redis.disconnect();
        }
        const as = { username: 'admin', password: 'admin' };
        admins = servers.map(({ host, port }) => new Redis({ host, port, ...as }));
      });
      after(async () => {
        for (const admin of admins) admin.disconnect();
        await Promise.all(servers.map(({ kill }) => kill()));
      });
      afterEach(() => {
        for (const { close } of clients.splice(0)) close();
      });

      /** Gives everybody who says no name the rights of the line, and others. */
      async function rights(...others: string[]): Promise<void> {
        const [, , ...rules] = RULES;
        const more = servers.length > 1 ? CLUSTER : [];
        for (const admin of admins) {
          await admin.acl(
            'SETUSER',
            'default',
            'reset',
            'on',
            'nopass',
            ...rules.slice(1),
            ...more,
            ...others,
          );
        }
      }

      for (const library of LIBRARIES) {
        const make = (): Store => {
          const client = servers.length > 1 ? library.cluster(servers) : library.client(servers[0]!);
          clients.push(client);
          return impatient(redisStore(client.client, { prefix: PREFIX }), 60_000);
        };

        it(`are enough as documented for ${library.name}, and what is tried leaves nothing`, async () => {
          await rights();
          const store = make();
          expect(await checked(store)).to.equal('all well');
          expect(await store.compareAndSet('alice', null, 'a')).to.equal(true);
          expect(await listAccounts(store)).to.deep.equal(['alice']);
          expect(await store.compareAndSet('alice', 'a', null)).to.equal(true);
          for (const admin of admins) expect(await admin.dbsize()).to.equal(0);
        });

        for (const missing of kind === 'a cluster'
          ? ['eval']
          : ['eval', 'get', 'set', 'del', 'persist', 'scan']) {
          it(`are told to lack ${missing} with ${library.name}`, async () => {
            await rights(`-${missing}`, ...(missing === 'eval' ? ['-evalsha'] : []));
            expect(await checked(make())).to.match(/NOPERM|can't run this command/);
            for (const admin of admins) expect(await admin.dbsize()).to.equal(0);
          });
        }

        it(`are told to lack the keys with ${library.name}`, async () => {
          await rights('resetkeys', '~other:*');
          expect(await checked(make())).to.match(/NOPERM|access/);
        });
      }
    });
  }

  it('in Redis are taken by the server as they are documented, with a password', async () => {
    const server = await startRedis();
    const admin = new Redis(server.url);
    await admin.call('ACL', ...documented('ACL').split(' ').slice(1));
    const panel = new Redis({ ...server, username: 'panel', password: 'a-long-password' });
    expect(await redisStore(panel, { prefix: PREFIX }).compareAndSet('alice', null, 'a')).to.equal(true);
    panel.disconnect();
    admin.disconnect();
    await server.kill();
  });

  for (const backend of BACKENDS.filter(({ server }) => server)) {
    describe(`on ${backend.name}`, () => {
      let running: RunningBackend;
      let root: Kysely<Tables>;
      let panel: Kysely<Tables>;
      const mysql = backend.name === 'MariaDB';
      const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(root);

      before(async () => {
        running = await backend.start();
        root = running.open();
        await createTotpTable(root);
        await run(
          mysql
            ? "create user panel@'%' identified by 'canary'"
            : "create role panel login password 'canary'",
        );
        await run(documented('rights'));
        const url = new URL(running.url);
        Object.assign(url, { username: 'panel', password: 'canary' });
        panel = openDatabase(url.href);
      });
      after(async () => {
        await panel.destroy();
        await running.end();
      });

      const check = (): Promise<string> => checked(impatient(sqlStore(panel), 60_000));

      it('are enough as documented, for two checks at once too, and what is tried leaves nothing', async () => {
        expect(await Promise.all([check(), check()])).to.deep.equal(['all well', 'all well']);
        expect(await listAccounts(sqlStore(root))).to.deep.equal([]);
      });

      for (const right of ['select', 'insert', 'update', 'delete']) {
        it(`are told to lack ${right}, with nothing left behind and nothing secret`, async () => {
          await run(`revoke ${right} on totp from panel`);
          const told = await check();
          await run(`grant ${right} on totp to panel`);
          expect(told)
            .to.match(/totp.*(permission denied|command denied)/)
            .and.not.contain('canary');
          expect(await listAccounts(sqlStore(root))).to.deep.equal([]);
        });
      }

      it('are told to be read-only', async () => {
        await run(
          mysql ? 'set global read_only = 1' : 'alter role panel set default_transaction_read_only = on',
        );
        const url = new URL(running.url);
        Object.assign(url, { username: 'panel', password: 'canary' });
        const reading = openDatabase(url.href);
        expect(await checked(sqlStore(reading))).to.match(
          /cannot be written: the table totp is read-only here/,
        );
        await reading.destroy();
        await run(
          mysql ? 'set global read_only = 0' : 'alter role panel reset default_transaction_read_only',
        );
      });

      it('are told without the password when it is wrong', async () => {
        const url = new URL(running.url);
        Object.assign(url, { username: 'panel', password: 'other-canary' });
        if (!mysql) await run('alter role panel connection limit 0');
        const refused = openDatabase(url.href);
        expect(await checked(sqlStore(refused)))
          .to.match(/Access denied for user 'panel'|too many connections for role "panel"/)
          .and.not.contain('canary');
        await refused.destroy();
      });
    });
  }

  it('on SQLite are told to be read-only for a file that is', async () => {
    const running = await BACKENDS.find(({ server }) => !server)!.start();
    await createTotpTable(running.open());
    const reading = openDatabase(`file:${running.url}?mode=ro`);
    expect(await checked(sqlStore(reading))).to.match(/cannot be written: the table totp is read-only here/);
    await reading.destroy();
    await running.end();
  });
});
