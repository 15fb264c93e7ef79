import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Kysely } from 'kysely';
import type { Store } from 'passport-second-factor';
import { startPostgres } from '../support/postgres-server.js';
import { sqliteFile } from '../support/sqlite.js';
import { programOf } from '../support/doc-program.js';

const require = createRequire(import.meta.url);

interface Records {
  readonly db: Kysely<unknown>;
  readonly ready: Promise<void>;
  readonly store: Store;
}

describe('docs/commonjs.md', () => {
  const folder = programOf('docs/commonjs.md');
  after(() => folder.remove());

  async function keepsRecords(file: string, env: NodeJS.ProcessEnv): Promise<void> {
    Object.assign(process.env, env);
    const { db, ready, store } = require(join(folder.path, file)) as Records;
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    await ready;
    expect(await store.compareAndSet('alice', null, 'a')).to.equal(true);
    expect(await store.compareAndSet('alice', 'b', 'c')).to.equal(false);
    expect(await store.get('alice')).to.equal('a');
    expect(await store.compareAndSet('alice', 'a', null)).to.equal(true);
    await db.destroy();
  }

  it('keeps records in SQLite', async () => {
    const { path, remove } = sqliteFile();
    await keepsRecords('records-sqlite.cjs', { PANEL_DB: path });
    remove();
  });

  it('keeps records in PostgreSQL', async () => {
    const postgres = await startPostgres();
    await keepsRecords('records-postgres.cjs', { DATABASE_URL: postgres.url });
    await postgres.stop();
  });
});
