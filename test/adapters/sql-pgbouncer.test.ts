import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { startPgbouncer } from '../support/pgbouncer.js';
import { startPostgres } from '../support/postgres-server.js';
import type { PostgresServer } from '../support/postgres-server.js';
import type { ServerProcess } from '../support/server-process.js';
import { vaultOf } from '../support/vaults.js';
import { openDatabase } from './sql-backends.js';
import type { OpenOptions, Tables } from './sql-backends.js';

describe('adapters/sql behind PgBouncer in transaction mode', () => {
  let postgres: PostgresServer;
  let pgbouncer: ServerProcess & { readonly url: string };
  const opened: Kysely<Tables>[] = [];

  function open(url: string, options: OpenOptions = {}): Kysely<Tables> {
    const db = openDatabase(url, options);
    opened.push(db);
    return db;
  }

  before(async () => {
    postgres = await startPostgres();
    const root = open(postgres.url);
    await sql`create role panel login`.execute(root);
    await createTotpTable(root);
    await sql`grant select, insert, update, delete on totp to panel`.execute(root);
    pgbouncer = await startPgbouncer(postgres, 'panel');
  });
  after(async () => {
    await Promise.all(opened.map((db) => db.destroy()));
    await pgbouncer.stop();
    await postgres.stop();
  });

  for (const { title, run } of storeContract(() => sqlStore(open(pgbouncer.url)), { sharedBackend: true })) {
    it(title, run);
  }

  it('tries swaps, and tells the time', async () => {
    const vault = vaultOf(sqlStore(open(pgbouncer.url)));
    await vault.trySwaps();
    expect((await vault.inspect()).serverTime).to.be.a('number');
  });

  it('names the cause where the driver asks for a time-out of its own', async () => {
    const refused = open(pgbouncer.url, { postgres: { statement_timeout: 2000 } });
    const read = vaultOf(sqlStore(refused)).read('alice');
    const error: unknown = await read.catch((reason: unknown) => reason);
    expect((error as Error).message).to.contain('unsupported startup parameter: statement_timeout');
  });

  it('ends what takes too long by the limit of the role, as docs/stores.md has it', async () => {
    const blocks = fencedBlocks('docs/stores.md', readFileSync('docs/stores.md', 'utf8'));
    const { code = '' } = blocks.find(({ info }) => info === 'PgBouncer') ?? {};
    await sql.raw(code).execute(open(postgres.url));
    await pgbouncer.restart(); // connections that were there before keep their limit
    const { rows } = await sql`show statement_timeout`.execute(open(pgbouncer.url));
    expect(rows).to.deep.equal([{ statement_timeout: '2s' }]);
  });
});
