import { expect } from 'chai';
import { startMariadb } from '../support/mariadb-server.js';
import { startPostgres } from '../support/postgres-server.js';
import type { ServerProcess } from '../support/server-process.js';
import { ConsumerProject } from './consumer-project.js';

const PEERS = { express: '^5.3.0', passport: '^0.7.0' };
const IN_THE_WAY = ['kysely@^0.27.0', 'ioredis@^4.0.0', 'redis@^4.0.0'];
const LOADS =
  'for (const entry of entries) await import(entry).catch(({ code, message }) => said.push(code, message));';

describe('optional peers', () => {
  const project = new ConsumerProject();

  before(() => project.install(PEERS));
  after(() => project.remove());

  it('are missed only by the entries that need them, which say which', async () => {
    expect(await loading('', '/memory', '/redis', '/store-contract', '/testing', '/webauthn')).to.deep.equal(
      [],
    );
    for (const [entry, peer] of [
      ['/sql', 'kysely'],
      ['/nestjs', '@nestjs/common'],
    ] as const) {
      const [code, message] = await loading(entry);
      expect(code).to.equal('ERR_MODULE_NOT_FOUND');
      expect(message).to.contain(`'${peer}'`);
    }
  });

  it('are loaded by webauthn() when the first key comes, which says what to install', async () => {
    const said = await project.evaluate(
      `import { webauthn } from 'passport-second-factor/webauthn';
       const origins = ['https://panel.example'];
       const keys = webauthn({ rpId: 'panel.example', rpName: 'Panel', origins });
       const data = JSON.stringify({ type: 'webauthn.create', challenge: 'c', origin: origins[0] });
       const response = { clientDataJSON: Buffer.from(data).toString('base64url'), attestationObject: 'AAAA' };
       try { await keys.verifyCreation({ id: 'AAAA', response }, 'c'); } catch (error) { console.log(error.code, error.message); }`,
    );
    expect(said).to.match(/^option-invalid .* npm install @simplewebauthn\/server@14/);
  });

  it('may be there in any version, for the application itself', async () => {
    await project.add(...IN_THE_WAY);
    expect(await loading('', '/memory', '/redis', '/store-contract', '/testing')).to.deep.equal([]);
  });

  it('are refused where a store would not work with them', async () => {
    const said = await project.evaluate(
      `import { createClient } from 'redis';
       import { redisStore } from 'passport-second-factor/redis';
       try { redisStore(createClient()); } catch (error) { console.log(error.name, error.message); }`,
    );
    expect(said).to.match(
      /^SecondFactorError .* node-redis 5 or later, .* got object without withTypeMapping/,
    );
  });

  /** What is said when entries are loaded. */
  async function loading(...entries: string[]): Promise<string[]> {
    const names = JSON.stringify(entries.map((entry) => `passport-second-factor${entry}`));
    const said = await project.evaluate(
      `const entries = ${names}, said = []; ${LOADS} console.log(JSON.stringify(said));`,
    );
    return JSON.parse(said) as string[];
  }
});

/**
 * The repository develops with Kysely 0.28, since 0.29 asks for Node 22 when it is installed, and `npm ci` here is to be
 * quiet on Node 20 too. Node 20.19 runs it all the same, so that it is tried on every Node.
 */
describe('the SQL store with Kysely 0.29', () => {
  const project = new ConsumerProject();

  before(async () => {
    await project.install({ ...PEERS, kysely: '^0.29.0', pg: '^8.0.0', mysql2: '^3.0.0', libsql: '^0.5.29' });
    project.write(
      'my-store.mjs',
      `import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
       import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
       const url = process.env.DATABASE_URL;
       const dialect = async () => {
         if (url.startsWith('postgres:')) return new PostgresDialect({ pool: new (await import('pg')).default.Pool({ connectionString: url }) });
         if (url.startsWith('mysql:')) return new MysqlDialect({ pool: (await import('mysql2')).createPool({ uri: url }) });
         const database = new (await import('libsql')).default(url, { timeout: 1000 });
         database.pragma('journal_mode = WAL');
         database.pragma('synchronous = OFF');
         return new SqliteDialect({ database });
       };
       const db = new Kysely({ dialect: await dialect() });
       await createTotpTable(db);
       export default { ...sqlStore(db), close: () => db.destroy() };`,
    );
  });
  after(() => project.remove());

  for (const [name, start] of Object.entries({ PostgreSQL: startPostgres, MariaDB: startMariadb })) {
    it(`holds the contract on ${name}, shown by the console command`, async () => {
      const server: ServerProcess & { readonly url: string } = await start();
      try {
        await holdsTheContract(server.url);
      } finally {
        await server.stop();
      }
    });
  }

  it('holds the contract on SQLite, shown by the console command', () => holdsTheContract('./records.db'));

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
});
