import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { ConsoleError } from '../../lib/cli/exit-code.js';
import { parseCommand } from '../../lib/cli/parse-command.js';
import { tryStore } from '../../lib/cli/try-store.js';
import { startRedis } from '../support/redis-server.js';
import { sqliteFile } from '../support/sqlite.js';

/** Enough for a rule that ends by itself, on any machine. */
const PATIENT_MILLISECONDS = 60_000;
const MEMORY = `import { memoryStore } from ${from('adapters/memory.ts')};`;

describe('cli/try-store', function () {
  this.timeout(120_000); // starts databases, and runs the whole contract on each
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'try-store-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('finds that all rules hold on Redis', async () => {
    const server = await startRedis();
    try {
      const { code, lines } = await run(
        `import { Redis } from ${from('node_modules/ioredis/built/index.js')};
         import { redisStore } from ${from('adapters/redis.ts')};
         export default () => {
           const redis = new Redis(${server.port});
           return { ...redisStore(redis), close: async () => redis.disconnect() };
         };`,
      );
      expect(lines.at(-1)).to.match(/^all \d+ rules hold$/);
      expect(code).to.equal(0);
      for (const line of lines.slice(0, -1)) expect(line).to.match(/^ok {6}\S/);
      expect(lines).to.include('ok      loses no increments made through two stores');
    } finally {
      await server.stop();
    }
  });

  it('finds that all rules hold on SQL', async () => {
    const file = sqliteFile();
    try {
      const { code, lines } = await run(
        `import { openDatabase } from ${from('test/adapters/sql-backends.ts')};
         import { createTotpTable, sqlStore } from ${from('adapters/sql.ts')};
         const begin = ['pragma journal_mode = wal', 'pragma synchronous = off']; // a test needs no disk
         export default async () => {
           const db = openDatabase(${JSON.stringify(file.path)}, { begin });
           await createTotpTable(db);
           return { ...sqlStore(db), close: () => db.destroy() };
         };`,
      );
      expect([lines.at(-1), code]).to.deep.equal([`all ${lines.length - 1} rules hold`, 0]);
    } finally {
      file.remove();
    }
  });

  it('names each broken rule and why, goes on with the others, and ends with exit code 1', async () => {
    const { code, lines } = await run(
      `${MEMORY}
       const store = memoryStore();
       export default { ...store, compareAndSet: async (id, expected, next) =>
         store.compareAndSet(id, expected === next ? expected : await store.get(id), next) };`,
    );
    expect(code).to.equal(1);
    expect(lines.join('\n')).to.match(
      /^BROKEN {2}refuses a swap whose expectation is stale\n {10}Expected values [^]*?\n {10}true !== false$/m,
    );
    expect(lines).to.include('ok      deletes a value');
    const broken = lines.filter((line) => line.startsWith('BROKEN')).length;
    expect(lines.at(-1)).to.equal(`${broken} of ${lines.length - 1} rules broken`);
  });

  it('takes a function that opens another database each time for broken', async () => {
    const { code, lines } = await run(`${MEMORY} export default memoryStore;`);
    expect(code).to.equal(1);
    expect(lines.join('\n')).to.include('BROKEN  shows one store at once what another one swapped');
  });

  it('uses one store for all rules, as the object it is, and closes it once', async () => {
    const { code, lines } = await run(
      `${MEMORY}
       class OwnStore {
         #inner = memoryStore();
         #closed = 0;
         get(id) { this.#open(); return this.#inner.get(id); }
         compareAndSet(id, expected, next) { this.#open(); return this.#inner.compareAndSet(id, expected, next); }
         list() { this.#open(); return this.#inner.list(); }
         async close() { this.#open(); this.#closed += 1; }
         #open() { if (this.#closed > 0) throw new Error('closed'); }
       }
       export default new OwnStore();`,
    );
    expect([lines.at(-1), code]).to.deep.equal([`all ${lines.length - 1} rules hold`, 0]);
  });

  it('says when the store cannot be closed', async () => {
    const { code, lines } = await run(
      `${MEMORY} export default { ...memoryStore(), close: () => Promise.reject(new Error('still busy')) };`,
    );
    expect(code).to.equal(1);
    expect(lines.at(-2)).to.equal('BROKEN  closes\n          still busy');
  });

  it('gives up a store that does not answer', async () => {
    const module = `${MEMORY} export default { ...memoryStore(), get: () => new Promise(() => {}) };`;
    const { code, lines } = await run(module, { limit: 50 });
    expect(code).to.equal(1);
    expect(lines[0]).to.match(/^BROKEN {2}has no value .*\n {10}gave up after 0\.05 s/);
    expect(lines[1]).to.match(/^1 of \d+ rules broken, \d+ not tried$/);
  });

  it('prints JSON for programs', async () => {
    const { code, lines } = await run(`${MEMORY} export default memoryStore();`, { args: ['--json'] });
    expect(code).to.equal(0);
    expect(lines).to.have.length(1);
    const said = JSON.parse(lines[0] ?? '') as { outcomes: unknown[] };
    expect(said).to.include({ broken: 0, untried: 0 });
    expect(said.outcomes).to.deep.include({ rule: 'deletes a value', result: 'holds' });
  });

  it('takes what TypeScript compiles to CommonJS', async () => {
    const compiled = `exports.__esModule = true; exports.default = require(${from('adapters/memory.ts')}).memoryStore();`;
    expect((await run(compiled, { name: 'compiled.cjs' })).code).to.equal(0);
  });

  it('refuses what gives no store, and says what it must be', async () => {
    for (const [module, message] of [
      [
        'export default { get() {} };',
        /must be a store, with get, compareAndSet, list, .*got object without compareAndSet, list/,
      ],
      ['export default () => null;', /or a function that makes one; got null/],
      ['export const store = 1;', /got undefined/],
      ['export default class Store {};', /made no store: .*'new'/],
      ['export default () => { throw new Error("no database here"); };', /made no store: no database here/],
      ['throw new Error("no settings here");', /could not be loaded: no settings here/],
    ] as const) {
      const error = await run(module).catch((reason: unknown) => reason);
      expect(error, module).to.be.an.instanceOf(ConsoleError).with.property('exitCode', 2);
      expect((error as Error).message).to.match(message);
    }
    const missing: unknown = await tryStore(
      parseCommand(['store-contract', 'nowhere.mjs']),
      terminal([]),
      directory,
    ).catch((reason: unknown) => reason);
    expect(missing).to.be.an.instanceOf(ConsoleError).with.property('exitCode', 2);
  });

  let modules = 0;

  /** Runs the command on a module of this text. */
  async function run(
    module: string,
    {
      args = [],
      limit = PATIENT_MILLISECONDS,
      name = `store-${++modules}.mjs`,
    }: { args?: readonly string[]; limit?: number; name?: string } = {},
  ): Promise<{ code: number; lines: string[] }> {
    writeFileSync(join(directory, name), module);
    const lines: string[] = [];
    const command = parseCommand(['store-contract', name, ...args]);
    return { code: await tryStore(command, terminal(lines), directory, limit), lines };
  }
});

function terminal(lines: string[]) {
  return {
    print: (line: string) => void lines.push(line),
    confirm: () => Promise.resolve(null),
    readInput: () => Promise.resolve(null),
    begin: () => new AbortController().signal,
    progress: () => undefined,
  };
}

function from(path: string): string {
  return JSON.stringify(resolve(path));
}
