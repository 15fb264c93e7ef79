import { SecondFactorError } from 'passport-second-factor';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Migrator, MssqlAdapter, sql } from 'kysely';
import type { Kysely, QueryExecutorProvider } from 'kysely';
import { createTotpTable, sqlStore, totpMigrations } from '../../adapters/sql.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { listAccounts } from './list-accounts.js';
import { BACKENDS } from './sql-backends.js';
import type { OpenOptions, RunningBackend, Tables } from './sql-backends.js';

const PARALLEL = 8;
const DOCUMENTED = fencedBlocks(
  'docs/stores.md',
  readFileSync(resolve(import.meta.dirname, '../../docs/stores.md'), 'utf8'),
).filter(({ language }) => language === 'sql');

/** How a connection comes to be one that may not write. */
const READ_ONLY: Record<string, OpenOptions> = {
  PostgreSQL: { postgres: { options: '-c default_transaction_read_only=on' } },
  MariaDB: { begin: ['set session transaction read only'] },
  SQLite: { begin: ['pragma query_only = on'] },
};
/** A schema that each database has. */
const SCHEMA: Record<string, string> = { PostgreSQL: 'public', MariaDB: 'panel', SQLite: 'main' };

for (const backend of BACKENDS) {
  describe(`the table of adapters/sql on ${backend.name}`, () => {
    let running: RunningBackend;
    let db: Kysely<Tables>;

    before(async () => {
      running = await backend.startAlone();
    });
    after(() => running.end());
    beforeEach(() => {
      db = running.open();
    });
    afterEach(async () => {
      for (const table of ['totp', 'second_factors', 'kysely_migration', 'kysely_migration_lock']) {
        await db.schema.dropTable(table).ifExists().execute();
      }
      await running.closeAll();
    });

    const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(db);

    describe('createTotpTable', () => {
      it('creates the table once, and leaves its rows alone', async () => {
        await createTotpTable(db);
        await sqlStore(db).compareAndSet('alice', null, 'a');
        await createTotpTable(db);
        expect(await sqlStore(db).get('alice')).to.equal('a');
      });

      it('may be called by several processes at once', async () => {
        const views = Array.from({ length: PARALLEL }, () => running.open());
        await Promise.all(views.map((view) => sql`select 1`.execute(view)));
        await Promise.all(views.map((view) => createTotpTable(view)));
        expect(await sqlStore(db).compareAndSet('alice', null, 'a')).to.equal(true);
      });

      it('takes over a table that was made by hand, as docs/stores.md has it', async () => {
        const [block] = DOCUMENTED.filter(({ info }) => info === backend.name);
        await run(block!.code);
        await createTotpTable(db);
        const store = sqlStore(db);
        const ids = ['Bob', 'bob', 'bob ', 'é', 'e\u0301', '😀', '😁'];
        for (const accountId of ids) expect(await store.compareAndSet(accountId, null, 'a')).to.equal(true);
        expect(await listAccounts(store)).to.have.members(ids);
        expect(await columns(db)).to.deep.equal(await columnsOfOurs(db));
      });

      it('takes a name with its schema', async () => {
        const table = `${SCHEMA[backend.name]}.totp`;
        await createTotpTable(db, { table });
        await sqlStore(db, { table }).compareAndSet('alice', null, 'a');
        expect(await sqlStore(db).get('alice')).to.equal('a');
      });

      it('needs no right to create tables when there is one', async () => {
        const reader = running.open(READ_ONLY[backend.name]);
        await rejects(createTotpTable(reader), /the table totp is read-only here/);
        await createTotpTable(db);
        await createTotpTable(reader);
      });

      it('refuses a table of the same name with other columns, and leaves it alone', async () => {
        await run('create table totp (login varchar(50) primary key, secret varchar(50))');
        await run(`insert into totp values ('alice', 'secret')`);
        await rejects(createTotpTable(db), /the table totp is not as createTotpTable\(\) makes it/);
        expect((await sql`select * from totp`.execute(db)).rows).to.deep.equal([
          { login: 'alice', secret: 'secret' },
        ]);
      });
    });

    describe('totpMigrations', () => {
      const migrator = (table?: string): Migrator =>
        new Migrator({ db, provider: { getMigrations: async () => totpMigrations({ table }) } });

      it('creates the table', async () => {
        const { error, results } = await migrator('second_factors').migrateToLatest();
        expect(error).to.equal(undefined);
        expect(results).to.deep.equal([
          { migrationName: 'totp_0001_create_table', direction: 'Up', status: 'Success' },
        ]);
        expect(await sqlStore(db, { table: 'second_factors' }).compareAndSet('alice', null, 'a')).to.equal(
          true,
        );
      });

      it('takes over a table that createTotpTable made', async () => {
        await createTotpTable(db);
        await sqlStore(db).compareAndSet('alice', null, 'a');
        expect((await migrator().migrateToLatest()).error).to.equal(undefined);
        expect(await sqlStore(db).get('alice')).to.equal('a');
      });

      it('knows no way down: a dropped table turns every second factor off', async () => {
        await migrator().migrateToLatest();
        await sqlStore(db).compareAndSet('alice', null, 'a');
        await migrator().migrateDown();
        expect(await sqlStore(db).get('alice')).to.equal('a');
      });
    });

    describe('a store', () => {
      it('rejects while there is no table, says what makes one, and works when there is', async () => {
        const store = sqlStore(db);
        const fix = /there is no table totp in this database: create it with createTotpTable\(\) or/;
        await rejects(store.get('alice'), fix);
        await rejects(store.compareAndSet('alice', null, 'a'), fix);
        await rejects(store.compareAndSet('alice', 'a', 'a'), fix);
        await rejects(store.compareAndSet('alice', 'a', 'b'), fix);
        await rejects(store.compareAndSet('alice', 'a', null), fix);
        await rejects(listAccounts(store), fix);
        await createTotpTable(db);
        expect(await store.get('alice')).to.equal(null);
      });

      it('rejects on a table of another shape, and changes nothing', async () => {
        await run('create table totp (account varchar(50) primary key, sealed varchar(50) not null)');
        await run(`insert into totp values ('alice', 'a')`);
        const store = sqlStore(db);
        const fix = /the table totp is not as createTotpTable\(\) makes it.*updated_at.*move it/;
        await rejects(store.compareAndSet('alice', 'a', 'b'), fix);
        await rejects(store.compareAndSet('bob', null, 'b'), fix);
        expect((await sql`select * from totp`.execute(db)).rows).to.deep.equal([
          { account: 'alice', sealed: 'a' },
        ]);

        await run('alter table totp rename column sealed to secret');
        await rejects(store.get('alice'), fix);
        await rejects(store.compareAndSet('alice', 'a', null), fix);
        expect(await listAccounts(store)).to.deep.equal(['alice']);
      });

      it('reads where it may not write, says so, and changes nothing', async () => {
        await createTotpTable(db);
        const store = sqlStore(db);
        await store.compareAndSet('alice', null, 'a');
        const reader = sqlStore(running.open(READ_ONLY[backend.name]));
        const fix = /the table totp is read-only here: connect to the primary/;
        await rejects(reader.compareAndSet('alice', 'a', 'b'), fix);
        await rejects(reader.compareAndSet('alice', 'a', null), fix);
        await rejects(reader.compareAndSet('bob', null, 'a'), fix);
        expect(await reader.get('alice')).to.equal('a');
        expect(await listAccounts(store)).to.deep.equal(['alice']);
        expect(await store.get('alice')).to.equal('a');
      });

      it('rejects with what the driver said for everything else', async () => {
        await createTotpTable(db);
        await db.destroy();
        const error = await rejects(sqlStore(db).get('alice'), /the table totp could not be used: /);
        expect(error.cause).to.be.instanceOf(Error);
        db = running.open();
      });
    });
  });
}

describe('the options of adapters/sql', () => {
  const adapter = { supportsReturning: true, supportsTransactionalDdl: true };
  const executor = { adapter, withoutPlugins: () => executor };
  const db = { getExecutor: () => executor } as unknown as QueryExecutorProvider;

  const refusals: readonly [string, () => unknown, RegExp][] = [
    ['no database', () => sqlStore(undefined as never), /hand in a database of Kysely.*got undefined/],
    ['null', () => sqlStore(null as never), /hand in a database of Kysely.*got null/],
    ['a pool', () => sqlStore({ query: () => undefined } as never), /new Kysely\({ dialect }\); got object/],
    [
      'a transaction',
      () => sqlStore({ ...db, isTransaction: true } as never),
      /hand in the database itself, not a transaction/,
    ],
    [
      'another dialect',
      () => sqlStore({ getExecutor: () => ({ ...executor, adapter: new MssqlAdapter() }) }),
      /one for PostgreSQL, MySQL, MariaDB or SQLite/,
    ],
    [
      'an unknown option',
      () => sqlStore(db, { tabel: 'totp' } as never),
      /unknown table option tabel; known are: table/,
    ],
    ['options of another type', () => sqlStore(db, 'totp' as never), /must be an object.*got string/],
    ['null for options', () => totpMigrations(null as never), /must be an object.*got null/],
    ['a table of another type', () => sqlStore(db, { table: 1 } as never), /totp or panel\.totp, got number/],
    ...['', 'a b', 'totp as x', 'a.b.c', '"totp"', 'totp;', 'tötp', '1a'].map(
      (table): [string, () => unknown, RegExp] => [
        `the table ${JSON.stringify(table)}`,
        () => totpMigrations({ table }),
        /table must be a name of letters, digits and _/,
      ],
    ),
  ];
  for (const [what, call, message] of refusals) {
    it(`refuse ${what}`, () => {
      expect(call).to.throw(SecondFactorError, message);
    });
  }

  it('take undefined for absent', () => {
    expect(sqlStore(db, { table: undefined })).to.have.property('get');
  });
});

/** What the database knows of the columns of a table. */
async function columns(db: Kysely<Tables>, table = 'totp'): Promise<unknown> {
  const { adapter } = db.getExecutor();
  if (adapter.supportsReturning && !adapter.supportsTransactionalDdl) {
    return (
      await sql`select name, type, "notnull", pk, dflt_value from pragma_table_info(${table})`.execute(db)
    ).rows;
  }
  const known = sql`select lower(column_name) as name, data_type, character_maximum_length, collation_name,
    is_nullable, column_default from information_schema.columns where table_name = ${table} order by 1`;
  return (await known.execute(db)).rows;
}

async function columnsOfOurs(db: Kysely<Tables>): Promise<unknown> {
  await createTotpTable(db, { table: 'second_factors' });
  return columns(db, 'second_factors');
}

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<Error> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error).with.property('message').that.matches(message);
  return error as Error;
}
