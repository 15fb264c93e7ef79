import { resolve } from 'node:path';
import { expect } from 'chai';
import { startMariadb } from '../support/mariadb-server.js';
import { startPostgres } from '../support/postgres-server.js';
import type { ServerProcess } from '../support/server-process.js';
import type { ConsumerProject } from './consumer-project.js';

/** Whose drivers are taken: those of this repository. */
const ROOT = JSON.stringify(`${resolve(import.meta.dirname, '../..')}/`);

/**
 * The SQL store with Kysely 0.29. The repository develops with 0.28, since 0.29 asks for Node 22 when it is installed, and
 * `npm ci` here is to be quiet on Node 20 too. Node 20.19 runs it all the same, so that it is tried on every Node.
 */
export function holdsTheContractWithKysely029(project: ConsumerProject): void {
  before(() => {
    project.write(
      'my-store.mjs',
      `import { createRequire } from 'node:module';
       import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
       import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
       const url = process.env.DATABASE_URL;
       const require = createRequire(${ROOT});
       const dialect = () => {
         if (url.startsWith('postgres:')) return new PostgresDialect({ pool: new (require('pg').Pool)({ connectionString: url }) });
         if (url.startsWith('mysql:')) return new MysqlDialect({ pool: require('mysql2').createPool({ uri: url }) });
         const database = new (require('libsql'))(url, { timeout: 1000 });
         database.pragma('journal_mode = WAL');
         database.pragma('synchronous = OFF');
         return new SqliteDialect({ database });
       };
       const db = new Kysely({ dialect: dialect() });
       await createTotpTable(db);
       export default { ...sqlStore(db), close: () => db.destroy() };`,
    );
  });
  for (const [name, start] of Object.entries({ PostgreSQL: startPostgres, MariaDB: startMariadb })) {
    it(`holds the contract of stores on ${name}, shown by the console command`, async () => {
      const server: ServerProcess & { readonly url: string } = await start();
      try {
        await holdsTheContract(server.url);
      } finally {
        await server.stop();
      }
    });
  }

  it('holds the contract of stores on SQLite, shown by the console command', () =>
    holdsTheContract('./records.db'));

  it('is Kysely 0.29', async () => {
    const script = `import { readFileSync } from 'node:fs';
      console.log(JSON.parse(readFileSync('node_modules/kysely/package.json', 'utf8')).version);`;
    expect(await project.evaluate(script)).to.match(/^0\.29\./);
  });

  async function holdsTheContract(url: string): Promise<void> {
    project.write('.env.test', `DATABASE_URL=${url}\n`);
    const said = await project.secondFactor('store-contract', './my-store.mjs', '--env-file', '.env.test');
    expect(said).to.match(/\nall \d+ rules hold\n$/);
  }
}
