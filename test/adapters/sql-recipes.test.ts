import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { format } from 'oxfmt';
import type { FormatConfig } from 'oxfmt';
import ts from 'typescript';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { sqliteFile } from '../support/sqlite.js';
import { mongoDouble } from './recipes/mongo-double.js';
import { mongoStore } from './recipes/mongo-store.js';
import { prismaDouble } from './recipes/prisma-double.js';
import { prismaStore } from './recipes/prisma-store.js';
import { usersColumnStore } from './recipes/users-column-store.js';
import type { Database } from './recipes/users-column-store.js';
import { withRows } from './recipes/users-column-suite.js';

const MAXIMUM_LINES = 30;
const RECIPES = ['users-column-store.ts', 'users-column-suite.ts', 'prisma-store.ts', 'mongo-store.ts'];

const root = resolve(import.meta.dirname, '../..');

describe('the recipes of docs/stores.md', () => {
  const blocks = fencedBlocks('docs/stores.md', readFileSync(join(root, 'docs/stores.md'), 'utf8'));

  for (const recipe of RECIPES) {
    const code = readFileSync(join(import.meta.dirname, 'recipes', recipe), 'utf8');

    it(`are the code that is tested: ${recipe}`, () => {
      expect(blocks.map((block) => `${block.code.replace(/^\/\/ file: .*\n/, '')}\n`)).to.include(code);
    });

    it(`are short: ${recipe}`, () => {
      expect(code.split('\n').filter((line) => line.trim() !== '')).to.have.length.at.most(MAXIMUM_LINES);
    });
  }

  describe('a column of the users table', () => {
    const { path, remove } = sqliteFile();
    const opened: Kysely<Database>[] = [];
    const open = (): Kysely<Database> => {
      const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: new Libsql(path) }) });
      opened.push(db);
      return db;
    };

    before(async () => {
      await open()
        .schema.createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('second_factor', 'text')
        .execute();
    });
    after(async () => {
      await Promise.all(opened.map((db) => db.destroy()));
      remove();
    });

    for (const { title, run } of storeContract(() => withRows(open()), { sharedBackend: true })) {
      it(title, run);
    }

    it('makes no users', async () => {
      const db = open();
      expect(await usersColumnStore(db).compareAndSet('nobody', null, 'a')).to.equal(false);
      expect(await usersColumnStore(db).get('nobody')).to.equal(null);
    });

    it('lists more accounts than there are on a page', async () => {
      const db = open();
      const ids = Array.from({ length: 1001 }, (_, index) => `user-${String(index).padStart(4, '0')}`);
      for (const id of ids) await db.insertInto('users').values({ id, second_factor: 'a' }).execute();
      const listed: string[] = [];
      for await (const id of usersColumnStore(db).list()) listed.push(id);
      expect(listed.filter((id) => id.startsWith('user-'))).to.deep.equal(ids);
    });
  });

  describe('a client like that of Prisma', () => {
    const { path, remove } = sqliteFile();
    const make = (): Store => prismaStore(prismaDouble(path));
    after(remove);

    for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);

    it('rejects with every error that is not a duplicate', async () => {
      const failure = new Error('down');
      const store = prismaStore({ ...prismaDouble(path), create: () => Promise.reject(failure) });
      const error: unknown = await store.compareAndSet('alice', null, 'a').catch((reason: unknown) => reason);
      expect(error).to.equal(failure);
    });
  });

  for (const server of ['replica set', 'standalone'] as const) {
    describe(`a client like that of MongoDB, of a ${server}`, () => {
      const collection = mongoDouble(server);

      for (const { title, run } of storeContract(() => mongoStore(collection), { sharedBackend: true })) {
        it(title, run);
      }

      it('rejects with every error that is neither a duplicate nor a missing replica set', async () => {
        const failure = Object.assign(new Error('down'), { code: 91 });
        const fails = { insertOne: () => Promise.reject(failure), findOne: () => Promise.reject(failure) };
        const store = mongoStore(Object.assign(mongoDouble(server), fails));
        for (const call of [store.compareAndSet('alice', null, 'a'), store.get('alice')]) {
          expect(await call.catch((reason: unknown) => reason)).to.equal(failure);
        }
      });
    });
  }

  it('show the MongoDB recipe in JavaScript as it is in TypeScript', async () => {
    const code = readFileSync(join(import.meta.dirname, 'recipes/mongo-store.ts'), 'utf8');
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
    });
    const style = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
    const { code: javascript } = await format('mongo-store.js', outputText, style);
    const shown = blocks
      .filter(({ language }) => language === 'js')
      .map((block) => withoutBlankLines(block.code));
    expect(shown).to.include(withoutBlankLines(javascript));
  });
});

/** TypeScript drops blank lines when it compiles. */
function withoutBlankLines(code: string): string {
  return code
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}
