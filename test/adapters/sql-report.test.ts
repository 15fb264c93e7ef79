import { expect } from 'chai';
import { CompiledQuery } from 'kysely';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import { BACKENDS, openDatabase } from './sql-backends.js';
import type { RunningBackend, SqlBackend } from './sql-backends.js';

/** A setting that loses commits, the one that does not, and what the warning says. */
const RISKS: Record<SqlBackend['name'], [risky: string, safe: string, warning: RegExp]> = {
  PostgreSQL: ['set synchronous_commit = off', 'set synchronous_commit = on', /synchronous_commit on/],
  MariaDB: [
    'set global innodb_flush_log_at_trx_commit = 2',
    'set global innodb_flush_log_at_trx_commit = 1',
    /innodb_flush_log_at_trx_commit 2.*set innodb_flush_log_at_trx_commit 1/,
  ],
  SQLite: ['pragma synchronous = normal', 'pragma synchronous = full', /PRAGMA synchronous = FULL/],
};

/** The tests start PostgreSQL so that it may lose what it committed. */
const QUICK_START = /^PostgreSQL [^.]*fsync off[^.]*\.$/;

for (const backend of BACKENDS) {
  describe(`adapters/sql-report on ${backend.name}`, function () {
    let running: RunningBackend;

    before(async () => {
      running = await backend.start();
    });
    afterEach(() => running.closeAll());
    after(() => running.end());

    it('tells the time of the server, or that there is none', async () => {
      const db = running.open();
      await createTotpTable(db);
      const asked = Date.now();
      const report = await sqlStore(db).inspect?.();
      if (backend.server) expect(report?.serverTime).to.be.within(asked - 1000, Date.now() + 1000);
      else expect(report?.serverTime).to.equal(null);
    });

    it('warns, with the fix, only while a setting may lose commits', async () => {
      const [risky, safe, warning] = RISKS[backend.name];
      const db = running.open({ postgres: { max: 1 } });
      const store = sqlStore(db);
      const told = async (): Promise<readonly string[]> => (await store.inspect?.())?.warnings ?? [];

      await db.executeQuery(CompiledQuery.raw(safe));
      const lasting = await told();
      expect(lasting.join()).to.match(backend.name === 'PostgreSQL' ? QUICK_START : /^$/);
      await db.executeQuery(CompiledQuery.raw(risky));
      const added = (await told()).filter((sentence) => !lasting.includes(sentence));
      expect(added).to.have.length(1);
      expect(added[0]).to.match(warning);
      await db.executeQuery(CompiledQuery.raw(safe));
      expect(await told()).to.deep.equal(lasting);
    });
  });
}

describe('adapters/sql-report', () => {
  it('warns of a SQLite database in memory', async () => {
    const db = openDatabase(':memory:');
    const { serverTime, warnings } = (await sqlStore(db).inspect?.()) ?? {};
    expect(serverTime).to.equal(null);
    expect(warnings).to.have.length(1);
    expect(warnings?.[0]).to.match(/in memory.*open a file/);
    await db.destroy();
  });
});
