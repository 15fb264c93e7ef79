import { expect } from 'chai';
import { CamelCasePlugin, ParseJSONResultsPlugin, sql } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Kysely, QueryExecutorProvider } from 'kysely';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { listAccounts } from './list-accounts.js';
import { BACKENDS } from './sql-backends.js';
import type { OpenOptions, RunningBackend, Tables } from './sql-backends.js';

/** Everything that changes what a statement means or what comes back, and that a panel may have set. */
const ODD: OpenOptions = {
  plugins: [new CamelCasePlugin({ upperCase: true }), new ParseJSONResultsPlugin()],
};
const ODD_OPTIONS: Record<string, OpenOptions> = {
  PostgreSQL: { ...ODD, postgres: { options: '-c default_transaction_isolation=serializable' } },
  MariaDB: {
    ...ODD,
    mysql: { flags: ['-FOUND_ROWS'], charset: 'LATIN1_GERMAN1_CI', typeCast: false },
    begin: ["set session sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'"],
  },
  SQLite: { ...ODD, begin: ['pragma case_sensitive_like = on'] },
};

for (const backend of BACKENDS) {
  describe(`adapters/sql on ${backend.name}`, () => {
    let running: RunningBackend;
    let db: Kysely<Tables>;
    let store: Store;

    before(async () => {
      running = await backend.start();
      await createTotpTable(running.open());
      await createTotpTable(running.open(), { table: 'second_factors' });
      await running.closeAll();
    });
    after(() => running.end());

    beforeEach(async () => {
      db = running.open();
      store = sqlStore(db);
      await db.deleteFrom('totp').execute();
    });
    afterEach(() => running.closeAll());

    describe('with connections for each store', () => {
      for (const { title, run } of storeContract(() => sqlStore(running.open()), { sharedBackend: true })) {
        it(title, run);
      }
    });

    describe('with plugins, modes and settings that change what statements mean', () => {
      const make = (): Store =>
        sqlStore(running.open(ODD_OPTIONS[backend.name]), { table: 'second_factors' });
      for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);
    });

    describe('rows', () => {
      it('disables an account when an operator deletes its row (M9)', async () => {
        for (const accountId of ['root', 'Root', 'root ', 'admin']) {
          await store.compareAndSet(accountId, null, 'a');
        }
        await sql.raw("DELETE FROM totp WHERE account = 'root'").execute(db);
        expect(await store.get('root')).to.equal(null);
        expect(await store.compareAndSet('root', 'a', 'b')).to.equal(false);
        expect(await store.compareAndSet('root', 'a', null)).to.equal(false);
        expect((await listAccounts(store)).sort()).to.deep.equal(['Root', 'admin', 'root ']);
      });

      it('finds an account that an operator names in their own letters', async () => {
        const accountId = 'Жанна 😀';
        await store.compareAndSet(accountId, null, 'a');
        await sql.raw(`DELETE FROM totp WHERE account = '${accountId}'`).execute(db);
        expect(await store.get(accountId)).to.equal(null);
      });

      it('keeps one row per account, with the time of its last change', async () => {
        await store.compareAndSet('alice', null, 'a');
        await store.compareAndSet('alice', null, 'b');
        await changedLongAgo(db);
        expect(await store.compareAndSet('alice', 'a', 'a')).to.equal(true);
        expect(await store.compareAndSet('alice', 'stale', 'b')).to.equal(false);
        expect(await yearOfChange(db)).to.equal(2001);
        expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(true);
        expect(await yearOfChange(db)).to.be.at.least(2024);
        expect(await db.selectFrom('totp').select('account').execute()).to.have.length(1);
      });

      it('keeps stores apart that have tables of their own', async () => {
        const other = sqlStore(db, { table: 'second_factors' });
        await store.compareAndSet('alice', null, 'a');
        expect(await other.get('alice')).to.equal(null);
        expect(await listAccounts(other)).to.deep.equal([]);
      });
    });

    describe('list', () => {
      it('reads page by page, and lets others change rows meanwhile', async () => {
        const ids = Array.from({ length: 2500 }, (_, index) => `account-${String(index).padStart(4, '0')}`);
        for (let start = 0; start < ids.length; start += 500) {
          const rows = ids.slice(start, start + 500).map((account) => ({ account, sealed: 'a' }));
          await (db as unknown as Kysely<{ totp: { account: string; sealed: string } }>)
            .insertInto('totp')
            .values(rows)
            .execute();
        }
        const largest: number[] = [];
        const listed: string[] = [];
        const watched = watchRows(db, (rows) => largest.push(rows));
        for await (const accountId of sqlStore(watched).list()) {
          if (accountId === 'account-0003') await store.compareAndSet('account-2400', 'a', null);
          if (accountId === 'account-0004') await store.compareAndSet('account-0000', 'a', 'b');
          listed.push(accountId);
        }
        expect(Math.max(...largest)).to.equal(500);
        expect(listed).to.deep.equal(ids.filter((accountId) => accountId !== 'account-2400'));
      });

      it('reads no more than the first page for somebody who leaves', async () => {
        await store.compareAndSet('alice', null, 'a');
        const pages: number[] = [];
        const watched = sqlStore(watchRows(db, (rows) => pages.push(rows)));
        await watched.get('nobody'); // what is asked of connections at first use
        pages.length = 0;
        for await (const accountId of watched.list()) {
          expect(accountId).to.equal('alice');
          break;
        }
        expect(pages).to.deep.equal([1]);
      });
    });

    if (backend.name === 'MariaDB') {
      it('refuses connections that keep nothing, rather than tell that a swap was made', async () => {
        const careless = sqlStore(running.open({ begin: ['set autocommit = 0'] }));
        const { compareAndSet, get, inspect } = careless;
        for (const call of [() => compareAndSet('alice', null, 'v'), () => get('alice'), () => inspect?.()]) {
          const error: unknown = await Promise.resolve(call()).catch((caught: unknown) => caught);
          expect(String(error)).to.include('set autocommit 1');
        }
        expect(await store.get('alice')).to.equal(null);
      });
    }

    it('lets creators and deleters race without a rejection', async () => {
      const stores = [store, sqlStore(running.open())];
      const workers = Array.from({ length: 20 }, async (_, worker) => {
        const own = stores[worker % stores.length] ?? store;
        for (let round = 0; round < 20; round++) {
          await own.compareAndSet('alice', null, 'a');
          await own.compareAndSet('alice', 'a', null);
        }
      });
      await Promise.all(workers);
      expect(await store.get('alice')).to.equal(null);
    });
  });
}

/** The same database, with a look at how many rows come at once. */
function watchRows(db: Kysely<Tables>, onRows: (rows: number) => void): QueryExecutorProvider {
  const executor = db.getExecutor().withoutPlugins();
  const watched: typeof executor = new Proxy(executor, {
    get(target, name) {
      if (name === 'withoutPlugins') return () => watched;
      if (name === 'provideConnection') {
        return (consumer: (connection: DatabaseConnection) => Promise<unknown>) =>
          target.provideConnection((connection) =>
            consumer({
              ...connection,
              async executeQuery<Row>(query: CompiledQuery) {
                const result = await connection.executeQuery<Row>(query);
                onRows(result.rows.length);
                return result;
              },
            }),
          );
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { getExecutor: () => watched };
}

async function changedLongAgo(db: Kysely<Tables>): Promise<void> {
  await db.updateTable('totp').set({ updated_at: '2001-02-03 04:05:06' }).execute();
}

async function yearOfChange(db: Kysely<Tables>): Promise<number> {
  const { updated_at } = await db.selectFrom('totp').select('updated_at').executeTakeFirstOrThrow();
  return new Date(updated_at as string | Date).getFullYear();
}
