import { expect } from 'chai';
import { Kysely, SqliteDialect, sql } from 'kysely';
import Libsql from 'libsql';
import { createTotpTable, libsqlDatabase, sqlStore } from '../../adapters/sql.js';
import type { Store } from '../../lib/vault/store.js';
import { sqliteFile } from '../support/sqlite.js';
import type { Tables } from './sql-backends.js';

const IMPATIENT = { timeout: 20 };

describe('adapters/libsql-database', () => {
  let db: Kysely<Tables>;
  let store: Store;
  /** A connection of another process. */
  let other: Libsql.Database;

  beforeEach(() => start('wal'));
  afterEach(end);

  async function start(mode: 'wal' | 'delete'): Promise<void> {
    const { path } = sqliteFile();
    other = new Libsql(path, IMPATIENT);
    other.exec(`pragma journal_mode = ${mode}`);
    db = new Kysely({
      dialect: new SqliteDialect({ database: libsqlDatabase(new Libsql(path, IMPATIENT)) }),
    });
    store = sqlStore(db);
    await createTotpTable(db);
    await store.compareAndSet('alice', null, 'a');
  }

  async function end(): Promise<void> {
    await db.destroy();
    other.close();
  }

  /** Another process holds the lock for writing, while something fails. */
  async function meetsTheLock(run: () => Promise<unknown>): Promise<void> {
    other.exec('begin immediate');
    const failure = await run().then(
      () => null,
      (error: unknown) => String(error),
    );
    expect(failure).to.contain('locked');
    other.exec('commit');
  }

  const writes: Record<string, () => Promise<unknown>> = {
    'a swap': () => store.compareAndSet('alice', 'a', 'b'),
    'a write with rows': () =>
      db
        .updateTable('totp')
        .set({ sealed: 'b' })
        .where('account', '=', 'alice')
        .returning('sealed')
        .execute(),
    'a write behind a comment': () => sql`/* of the panel */ delete from totp`.execute(db),
    'a pragma': () => sql`pragma  main.user_version = 7`.execute(db),
    'a pragma that needs no value': () => sql`pragma incremental_vacuum`.execute(db),
    'a transaction': () =>
      db.transaction().execute(async (transaction) => {
        await transaction.selectFrom('totp').selectAll().execute();
        await transaction.deleteFrom('totp').execute();
      }),
  };

  for (const [what, write] of Object.entries(writes)) {
    it(`reads what others write after ${what} that met a lock`, async () => {
      await meetsTheLock(write);
      expect(await store.get('alice')).to.equal('a');
      other.prepare("update totp set sealed = 'other'").run();
      expect(await store.get('alice')).to.equal('other');
      expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(false);
    });

    it(`commits what it writes after ${what} that met a lock`, async () => {
      await meetsTheLock(write);
      expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(true);
      expect(other.prepare('select sealed from totp').all()).to.deep.equal([{ sealed: 'b' }]);
      other.prepare("update totp set sealed = 'other'").run();
    });
  }

  it('reads what others write after a read that met a lock', async () => {
    await end();
    await start('delete');
    other.exec('begin exclusive');
    const refused = await store.get('alice').catch(String);
    expect(refused).to.contain('locked');
    other.exec('commit');
    expect(await store.get('alice')).to.equal('a');
    other.prepare("update totp set sealed = 'other'").run();
    expect(await store.get('alice')).to.equal('other');
  });

  it('lets others write after a pragma that reads has met a lock', async () => {
    await end();
    await start('delete');
    other.exec('begin exclusive');
    for (const pragma of ['quick_check', 'table_info(totp)', 'user_version', 'main.index_list("totp")']) {
      const refused = await sql.raw(`pragma ${pragma}`).execute(db).catch(String);
      expect(refused, pragma).to.contain('locked');
    }
    other.exec('commit');
    expect((await sql`pragma table_info(totp)`.execute(db)).rows).to.have.length(3);
    other.prepare("update totp set sealed = 'other'").run();
    expect(await store.get('alice')).to.equal('other');
  });

  it('undoes a write that cannot be committed because others read, and works on', async () => {
    await end();
    await start('delete');
    other.exec('begin; select * from totp');
    const refused = await store.compareAndSet('alice', 'a', 'b').catch(String);
    expect(refused).to.contain('locked');
    other.exec('commit');
    expect(await store.get('alice')).to.equal('a');
    expect(await store.compareAndSet('alice', 'a', 'c')).to.equal(true);
    expect(other.prepare('select sealed from totp').all()).to.deep.equal([{ sealed: 'c' }]);
  });

  it('tries again for a lock that this process holds by another connection, until the deadline', async () => {
    const { signal } = new AbortController();
    other.exec('begin immediate');
    setImmediate(() => other.exec('commit'));
    expect(await store.compareAndSet('alice', 'a', 'b', { signal })).to.equal(true);

    const deadline = new AbortController();
    other.exec('begin immediate');
    setImmediate(() => deadline.abort());
    const late = sqlStore(db).compareAndSet('alice', 'b', 'c', deadline);
    expect(await late.catch(String)).to.contain('locked');
    other.exec('commit');
    expect(await store.get('alice')).to.equal('b');
  });

  it('undoes a statement that fails, and nothing else', async () => {
    const twice = await db
      .insertInto('totp')
      .values([
        { account: 'bob', sealed: 'b', updated_at: 'now' },
        { account: 'alice', sealed: 'b', updated_at: 'now' },
      ])
      .execute()
      .catch(String);
    expect(twice).to.contain('UNIQUE');
    expect(await store.get('bob')).to.equal(null);
    expect(await store.get('alice')).to.equal('a');
  });

  it('keeps transactions of Kysely whole, with their savepoints', async () => {
    const insert = (account: string) => ({ account, sealed: account, updated_at: 'now' });
    const begun = await db.startTransaction().execute();
    await begun.insertInto('totp').values(insert('bob')).execute();
    const saved = await begun.savepoint('before').execute();
    await saved.insertInto('totp').values(insert('carol')).execute();
    await saved.rollbackToSavepoint('before').execute();
    await begun.commit().execute();
    await db
      .transaction()
      .execute(async (transaction) => {
        await transaction.insertInto('totp').values(insert('dave')).execute();
        throw new Error('changed its mind');
      })
      .catch(() => undefined);
    expect(other.prepare('select account from totp order by account').all()).to.deep.equal([
      { account: 'alice' },
      { account: 'bob' },
    ]);
  });

  it('streams rows, and runs what no transaction may hold', async () => {
    const rows = [];
    for await (const row of db.selectFrom('totp').select('account').stream()) rows.push(row);
    expect(rows).to.deep.equal([{ account: 'alice' }]);
    await sql`vacuum`.execute(db);
    expect((await sql`pragma journal_mode`.execute(db)).rows).to.deep.equal([{ journal_mode: 'wal' }]);
    for (const [name, value] of Object.entries({ synchronous: 1, foreign_keys: 0, temp_store: 2 })) {
      await sql.raw(`pragma ${name} = ${String(value)}`).execute(db);
      expect((await sql.raw(`pragma ${name}`).execute(db)).rows).to.deep.equal([{ [name]: value }]);
    }
    expect((await sql`pragma wal_checkpoint(truncate)`.execute(db)).rows).to.have.length(1);
  });
});

describe('adapters/sql on the driver libsql itself', () => {
  it('gives no record that may be old after a lock, and makes no swap that may not be committed', async () => {
    const { path } = sqliteFile();
    const db = new Kysely<Tables>({
      dialect: new SqliteDialect({ database: new Libsql(path, IMPATIENT) }),
    });
    const other = new Libsql(path, IMPATIENT);
    other.exec('pragma journal_mode = wal');
    const store = sqlStore(db);
    await createTotpTable(db);
    await store.compareAndSet('alice', null, 'a');

    other.exec('begin immediate');
    expect(await store.compareAndSet('alice', 'a', 'b').catch(String)).to.contain('locked');
    const swapped = await store.compareAndSet('alice', 'a', 'c').catch(String);
    expect(swapped).to.be.a('string');
    await store.get('alice').catch(() => undefined);
    other.exec("update totp set sealed = 'other'; commit");

    // The driver recovers when its garbage is collected, which may be now.
    const refused = /not certain.*libsqlDatabase/;
    expect(await store.get('alice').catch(String)).to.match(new RegExp(`^other$|${refused.source}`));
    const late = await store.compareAndSet('alice', 'other', 'd').catch(String);
    if (late === true)
      expect(other.prepare('select sealed from totp').all()).to.deep.equal([{ sealed: 'd' }]);
    else expect(late).to.match(refused);
    await db.destroy();
    other.close();
  });
});
