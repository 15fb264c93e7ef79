import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MemoryStore } from 'express-session';
import { Redis } from 'ioredis';
import { Kysely, SqliteDialect } from 'kysely';
import Database from 'libsql';
import type { Store } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
import { helpOfAll } from '../../lib/cli/help.js';
import { compiled } from '../support/compiled.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { DATABASE } from './panel-database.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const PAGE = 'docs/console.md';
const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('docs/console.md', function () {
  this.timeout(120_000); // runs the command many times

  const text = readFileSync(PAGE, 'utf8');
  let redis: RedisServer;
  let client: Redis;
  let folder: ProgramFolder;
  /** Its JavaScript: where the operator stands. */
  let here: string;

  before(async () => {
    redis = await startRedis();
    client = new Redis(redis.port);
  });
  after(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(() => {
    folder = programOf(PAGE, { 'database.ts': DATABASE });
    here = folder.compile();
  });
  afterEach(async () => {
    await stopPanels();
    await client.flushall();
    folder.remove();
  });

  it('has every command and option of the usage', () => {
    const rows = [...text.matchAll(/^\| `([a-z][a-z-]+)[ `]/gm)].map(([, name = '']) => name);
    const options = [...text.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, name = '']) => name);
    const usage = helpOfAll();
    const commands = [...usage.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name = '']) => name);
    expect(rows).to.deep.equal(commands);
    const flags = [...usage.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name = '']) => name);
    expect(options).to.deep.equal(flags);
  });

  it('reads a config that is a CommonJS module', async () => {
    const { panel } = await enrolledPanel(redisStore(client));
    const ended = await run(['status', '1', '--config', 'second-factor.config.cjs', '--json'], OLD);
    expect(ended.code, ended.err).to.equal(0);
    expect(JSON.parse(ended.out)).to.include({ accountId: '1', name: 'alice', enrolled: true });
    expect((await run(['status', 'alice', '--config', 'second-factor.config.cjs'], OLD)).code).to.equal(1);
    expect((await panel.secondFactor.status('1')).enrolled).to.equal(true);
  });

  it('reads one in TypeScript, that of the page it points to', async () => {
    const page = programOf('docs/add-to-an-app.md', { 'database.ts': DATABASE });
    try {
      await enrolledPanel(redisStore(client));
      const ended = await run(['list', '--import', 'tsx'], OLD, page.path);
      expect([ended.code, ended.out]).to.deep.equal([0, '1 (alice)\n']);
    } finally {
      page.remove();
    }
  });

  it('helps who lost the phone, in both ways, and names who did it', async () => {
    const { panel } = await enrolledPanel(sqlite());
    const [codes = '', disable = ''] = shell(/lost the phone/);
    const made = await run(wordsOf(codes, '--yes'), OLD);
    expect(made.code, made.err).to.equal(0);
    expect(made.err).to.contain('"by":"console:').and.to.contain('"reason":"ticket 4711, called back"');
    const browser = await loggedIn(panel);
    const [code] = made.out.split('\n');
    expect((await browser.post('/two-step/verify', { code })).body).to.include({ state: 'verified' });

    expect((await run(wordsOf(disable), OLD)).code).to.equal(2); // no terminal, and no --yes
    expect((await browser.get('/secret')).status).to.equal(200);
    expect((await run(wordsOf(disable, '--yes'), OLD)).code).to.equal(0);
    expect((await browser.get('/secret')).body.code).to.equal('enrollment-required');
    expect((await new Client(panel).login('alice')).status).to.equal(200);
  });

  it('turns the second factor off by deleting the row', async () => {
    const { panel } = await enrolledPanel(sqlite());
    expect((await new Client(panel).login('alice')).status).to.equal(401);
    const [statement = ''] = blocks('sql');
    const database = new Database(file());
    expect(database.prepare(statement).run().changes).to.equal(1);
    expect((await new Client(panel).login('alice')).status).to.equal(200);
    expect((await run(['status', '1'], OLD)).out).to.contain('not enabled');
  });

  it('rotates the key without locking anybody out', async () => {
    const { phone } = await enrolledPanel(sqlite());
    for (const keys of [`${OLD},${NEW}`, `${NEW},${OLD}`]) {
      const codeAtOnce = await signInWith(keys, phone);
      expect(codeAtOnce).to.equal('verified');
    }
    const rekeyed = await run(['rekey', '--json'], `${NEW},${OLD}`);
    expect(rekeyed.code, rekeyed.err).to.equal(0);
    expect((await run(['check'], `${NEW},${OLD}`)).out).to.contain('no record needs an older key');
    expect(await signInWith(NEW, phone)).to.equal('verified');
    expect((await run(['check'], OLD)).code).to.equal(3);
  });

  it('ends sessions of the old key with it, as the page says', async () => {
    const session = { store: new MemoryStore() };
    const users = [user('alice', '1')];
    const meWith = async (keys: string, cookie?: string): Promise<[unknown, string]> => {
      const panel = await startPanel({ users, session, options: { keys: keys.split(',') } });
      const browser = new Client(panel);
      if (cookie === undefined) await browser.login('alice');
      const { body } = await browser.get('/me', cookie === undefined ? {} : { cookie });
      return [body.user, browser.cookie];
    };
    const [, cookie] = await meWith(`${OLD},${NEW}`);
    expect((await meWith(`${NEW},${OLD}`, cookie))[0]).to.equal('1');
    expect((await meWith(NEW, cookie))[0]).to.equal(null);
  });

  const file = (): string => join(here, 'panel.db');
  const blocks = (language: string): string[] =>
    fencedBlocks(PAGE, text)
      .filter((block) => block.language === language)
      .map(({ code }) => code);
  const shell = (heading: RegExp): string[] => {
    const section = text.split(/^## /m).find((part) => heading.test(part.split('\n')[0] ?? '')) ?? '';
    return fencedBlocks(PAGE, section)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) => code.split('\n'));
  };

  let time = Date.now();
  function sqlite(): Store {
    const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(file()) }) });
    const made = createTotpTable(db);
    const store = sqlStore(db);
    return { ...store, get: (id) => made.then(() => store.get(id)) };
  }

  async function enrolledPanel(store: Store, keys = OLD): Promise<{ panel: Panel; phone: Phone }> {
    const panel = await startPanel({
      store,
      users: [user('alice', '1')],
      options: { keys: keys.split(',') },
    });
    const ours = await enroll(panel);
    const nextCode = (): string => {
      const code = ours.nextCode();
      time = panel.now;
      return code;
    };
    const phone = { ...ours, nextCode };
    return { panel, phone };
  }

  /** Signs in on a panel that was restarted with other keys. */
  async function signInWith(keys: string, phone: Phone): Promise<unknown> {
    const code = phone.nextCode();
    const clock = (): number => time;
    const options = { keys: keys.split(','), clock };
    const panel = await startPanel({ store: sqlite(), users: [user('alice', '1')], options });
    const browser = await loggedIn(panel);
    return (await browser.post('/two-step/verify', { code })).body.state;
  }

  function run(args: readonly string[], keys: string, cwd = here): Promise<Ended> {
    writeFileSync(
      join(cwd, 'test.env'),
      `SECOND_FACTOR_KEYS=${keys}\nSECOND_FACTOR_KEY=${keys}\nPANEL_DB=panel.db\nREDIS_URL=${redis.url}\n`,
    );
    const env = { ...process.env, TSX_TSCONFIG_PATH: join(cwd, 'tsconfig.json') };
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        [compiled('lib/cli/bin.ts'), ...args, '--env-file', 'test.env'],
        { cwd, env },
        (error, out, err) => {
          done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
        },
      );
      child.stdin?.end();
    });
  }
});

/** The words of `npx second-factor …`, as a shell splits them. */
function wordsOf(line: string, ...more: string[]): string[] {
  const command = line.replace(/\s+#.*$/, '');
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  return [...words.slice(2), ...more];
}
