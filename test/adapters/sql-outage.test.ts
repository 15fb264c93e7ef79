import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { CompiledQuery } from 'kysely';
import type { Kysely } from 'kysely';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import type { Store } from '../../lib/vault/store.js';
import { compiled } from '../support/compiled.js';
import { eventually } from '../support/eventually.js';
import { impatient } from '../support/impatient.js';
import type { ServerProcess } from '../support/server-process.js';
import { timeLimit } from '../support/time-limit.js';
import { listAccounts } from './list-accounts.js';
import { BACKENDS } from './sql-backends.js';
import type { OpenOptions, RunningBackend, Tables } from './sql-backends.js';
import { increment } from './sql-increments.js';

const limit = timeLimit();
const INCREMENTS = 100;
const ONE_IMPATIENT_CONNECTION: Record<string, OpenOptions> = {
  PostgreSQL: { postgres: { max: 1, statement_timeout: 500 } },
  MariaDB: { mysql: { connectionLimit: 1 }, begin: ['set session max_statement_time = 0.5'] },
};

for (const backend of BACKENDS) {
  describe(`adapters/sql on ${backend.name} with a second process`, () => {
    let running: RunningBackend;

    before(async () => {
      running = await backend.start();
      await createTotpTable(running.open());
    });
    after(() => running.end());

    it('loses no increments', async () => {
      const args = [compiled('test/adapters/sql-increments.ts'), running.url, 'alice', String(INCREMENTS)];
      const other = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      const ended = once(other, 'exit');
      const store = sqlStore(running.open());
      while ((await store.get('alice')) === null) {
        if (other.exitCode !== null) break;
      }
      await increment(running.url, 'alice', INCREMENTS);
      expect((await ended)[0]).to.equal(0);
      expect(await store.get('alice')).to.equal(String(2 * INCREMENTS));
    });
  });
}

for (const backend of BACKENDS.filter(({ server }) => server)) {
  describe(`adapters/sql when ${backend.name} is in trouble`, () => {
    let running: RunningBackend;
    let server: ServerProcess;
    let db: Kysely<Tables>;
    let store: Store;

    before(async () => {
      running = await backend.startAlone();
      server = running.server!;
      await createTotpTable(running.open());
    });
    after(() => running.end());

    beforeEach(async () => {
      db = running.open();
      store = impatient(sqlStore(db), limit.ms);
      await db.deleteFrom('totp').execute();
      await store.compareAndSet('alice', null, 'a');
    });
    afterEach(() => {
      limit.hold();
      return running.closeAll();
    });

    it('works on after a restart, with the same pool', async () => {
      await server.restart();
      await eventually('the pool to work again', async () => expect(await store.get('alice')).to.equal('a'));
      expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(true);
      expect(await listAccounts(store)).to.deep.equal(['alice']);
    });

    it('rejects while the server is down, and works when it is back (J1)', async () => {
      await server.kill();
      await Promise.all([
        rejects(store.compareAndSet('alice', 'a', 'b')),
        rejects(listAccounts(store)),
        ...Array.from({ length: 50 }, () => rejects(store.get('alice'))),
      ]);
      await server.restart();
      await eventually('the pool to work again', async () => expect(await store.get('alice')).to.equal('a'));
    });

    it('rejects calls that are under way when the server dies', async () => {
      const holder = running.open();
      const unlock = await lockTable(holder);
      const calls = [store.get('alice'), store.compareAndSet('alice', 'a', 'b')].map((call) =>
        rejects(call, /the table totp could not be used/),
      );
      await server.kill();
      await Promise.all(calls);
      await unlock();
      await server.restart();
      await eventually('the pool to work again', async () => expect(await store.get('alice')).to.equal('a'));
    });

    it('rejects while no answer comes, and works when it goes on', async () => {
      const holder = running.open();
      const unlock = await lockTable(holder);
      limit.pass();
      const late = /did not answer within/;
      try {
        await Promise.all([
          rejects(store.get('alice'), late),
          rejects(listAccounts(store), late),
          ...Array.from({ length: 50 }, () => rejects(store.compareAndSet('bob', 'a', 'b'))),
        ]);
      } finally {
        limit.hold();
        await unlock();
      }
      expect(await store.get('alice')).to.equal('a');
    });

    it('rejects when the server ends a statement that takes too long, and uses the connection again', async () => {
      const limited = sqlStore(running.open(ONE_IMPATIENT_CONNECTION[backend.name]));
      const read = (): Promise<string | null> => eventually('an answer in time', () => limited.get('alice'));
      expect(await read()).to.equal('a');
      const unlock = await lockTable(running.open());
      try {
        await rejects(limited.compareAndSet('alice', 'a', 'b'), /timeout|max_statement_time/);
      } finally {
        await unlock();
      }
      expect(await read()).to.equal('a');
    });

    it('rejects when no connection is made, and works when it goes on', async () => {
      server.pause();
      limit.pass();
      const lateStore = impatient(sqlStore(running.open()), limit.ms);
      await Promise.all([rejects(lateStore.get('alice')), rejects(listAccounts(lateStore))]);
      limit.hold();
      server.resume();
      await eventually('the pool to work again', async () =>
        expect(await lateStore.get('alice')).to.equal('a'),
      );
    });
  });
}

/** Lets nobody else read or write the table until the returned function is called. */
async function lockTable(db: Kysely<Tables>): Promise<() => Promise<void>> {
  let unlock: () => void = () => undefined;
  const unlocked = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  let holding: Promise<void> | undefined;
  await new Promise<void>((locked, failed) => {
    holding = db
      .connection()
      .execute(async (connection) => {
        const mysql = !connection.getExecutor().adapter.supportsReturning;
        const statements = mysql
          ? ['lock tables totp write', 'unlock tables']
          : ['begin; lock table totp in access exclusive mode', 'commit'];
        await connection.executeQuery(CompiledQuery.raw(statements[0]!));
        locked();
        await unlocked;
        await connection.executeQuery(CompiledQuery.raw(statements[1]!));
      })
      .catch(failed);
  });
  return async () => {
    unlock();
    await holding;
  };
}

async function rejects(
  promise: Promise<unknown>,
  message = /the table totp could not be used|did not answer within/,
): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error).with.property('message').that.matches(message);
}
