import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { encodeRecord } from '../../lib/account/record.js';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import { createSealer } from '../../lib/vault/seal.js';
import { compiled } from '../support/compiled.js';
import { aRecord } from '../support/records.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';

const BIN = compiled('lib/cli/bin.ts');
const OLD_KEY = randomBytes(32).toString('base64');
const NEW_KEY = randomBytes(32).toString('base64');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('cli/bin', () => {
  let server: RedisServer;
  let redis: Redis;
  let directory: string;

  before(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--maxmemory', '100mb'] });
    redis = new Redis(server.port);
    directory = mkdtempSync(join(tmpdir(), 'second-factor-cli-'));
    writeConfig('second-factor.config.mjs', [NEW_KEY, OLD_KEY]);
    writeConfig('old.config.mjs', [OLD_KEY]);
    writeConfig('new.config.mjs', [NEW_KEY]);
  });

  after(async () => {
    redis.disconnect();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await redis.flushall();
    for (const id of ['root', 'alice']) await enroll(id);
  });

  it('tells the status of an account', async () => {
    const enrolled = await run('status', 'alice', '--json');
    expect(enrolled.code).to.equal(0);
    expect(JSON.parse(enrolled.out)).to.include({
      accountId: 'alice',
      name: 'Alice',
      enrolled: true,
      readable: true,
    });

    const not = await run('status', 'bob');
    expect(not).to.include({ code: 0, out: 'bob (Bob)\ntwo-step authentication: not enabled\n' });
    const old = await run('status', 'old');
    expect(old.out).to.match(/: not enabled\nanother second factor: yes, so it can only be imported\n$/);
    expect(JSON.parse((await run('status', 'old', '--json')).out)).to.include({
      enrolled: false,
      otherFactor: true,
    });
  });

  it('tells of a record that is missing, and never that the account has none', async () => {
    const text = await run('status', 'gone');
    expect(text.code).to.equal(0);
    expect(text.out).to.match(/^gone \(Gone\)\n.*: enabled, but the record is missing: .*\n$/);
    expect(JSON.parse((await run('status', 'gone', '--json')).out)).to.include({
      enrolled: false,
      recordMissing: true,
    });
    expect((await run('disable', 'gone', '--yes')).out).to.contain('two-step authentication is disabled');
  });

  it('disables exactly the account that was named, and leaves a trace', async () => {
    const ended = await run('disable', 'root', '--yes', '--reason', 'phone lost');
    expect(ended.code).to.equal(0);
    expect(ended.out).to.contain('root (Root): two-step authentication is disabled');
    expect(ended.err).to.match(/disabled root by console:\S+ because phone lost/);
    expect(await redis.keys('*')).to.deep.equal(['second-factor:alice']);
  });

  it('is used under a number that has no name, as containers are', async () => {
    const nameless = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
      os.userInfo = () => { throw new Error('uv_os_get_passwd returned ENOENT'); }; syncBuiltinESMExports();`;
    writeFileSync(join(directory, 'nameless.mjs'), nameless);
    const ended = await run('disable', 'root', '--yes', '--import', './nameless.mjs');
    expect(ended.code).to.equal(0);
    expect(ended.err).to.contain(`disabled root by console:uid ${String(process.getuid?.())}`);
  });

  it('helps an owner whose account the panel cannot describe', async () => {
    await enroll('broken');
    expect((await run('disable', 'broken', '--yes')).code).to.equal(0);
    expect(await redis.exists('second-factor:broken')).to.equal(0);
    expect((await run('disable', 'broken', '--yes')).code, 'nothing left to help with').to.equal(2);
  });

  it('knows no account that the panel only finds by another spelling', async () => {
    const ended = await run('disable', 'Bob', '--yes');
    expect(ended).to.include({
      code: 1,
      err: 'second-factor: there is no account Bob: accounts go by the exact id that account() returns\n',
    });
  });

  it('prints no name that a terminal would act on', async () => {
    await enroll('eve');
    for (const command of [
      ['status', 'eve'],
      ['status', 'eve', '--json'],
      ['disable', 'eve', '--yes'],
    ]) {
      const { code, out } = await run(...command);
      expect(code).to.equal(0);
      expect(out)
        .to.include('Eve')
        .and.not.match(/(?!\n)\p{C}/u);
      if (command.includes('--json')) {
        expect((JSON.parse(out) as { name: string }).name).to.equal('Eve\r\x1b[2K\u009b31m\u202ealice');
      }
    }
  });

  it('lets no account id pass for two lines, or for another account', async () => {
    await enroll('mallory\nroot');
    expect((await run('list')).out).to.equal(
      'alice (Alice)\nmallory\\u000aroot: the application has no such account\nroot (Root)\n',
    );
    expect(JSON.parse((await run('list', '--json')).out)).to.deep.equal([
      { account: 'alice', name: 'Alice', gone: false },
      { account: 'mallory\nroot', name: null, gone: true },
      { account: 'root', name: 'Root', gone: false },
    ]);
    const status = await run('status', 'mallory\nroot');
    expect(status.out.split('\n')[0]).to.equal('mallory\\u000aroot');
    expect((await run('disable', 'mallory\nroot', '--yes')).out).to.match(
      /^mallory\\u000aroot: [^\n]*\nnext: /,
    );
    expect((await run('disable', 'nobody\nroot', '--yes')).err).to.not.match(/^root/m);
    expect(await redis.exists('second-factor:root')).to.equal(1);
  });

  for (const [key, name] of [
    ['\x03', 'Ctrl-C'],
    ['\x04', 'Ctrl-D'],
    ['no\r', 'no'],
  ] as const) {
    it(`changes nothing for ${name} at the question, and says so`, async () => {
      const { code, out } = await runOnTerminal(key, 'disable', 'root');
      expect(out).to.include('Disable two-step authentication of root (Root)? [y/N]');
      expect(out).to.include('nothing was changed');
      expect(code).to.equal(1);
      expect(await redis.exists('second-factor:root')).to.equal(1);
    });
  }

  it('does it for yes at the question', async () => {
    const { code } = await runOnTerminal('yes\r', 'disable', 'root');
    expect(code).to.equal(0);
    expect(await redis.exists('second-factor:root')).to.equal(0);
  });

  it('says that an account without a second factor had none, twice in a row', async () => {
    for (let i = 0; i < 2; i++) {
      const ended = await run('disable', 'bob', '--yes');
      expect(ended).to.include({ code: 0, out: 'bob (Bob): two-step authentication was not enabled\n' });
    }
  });

  it('disables once when called twice at the same moment', async () => {
    const both = await Promise.all([
      run('disable', 'alice', '--yes', '--json'),
      run('disable', 'alice', '--yes', '--json'),
    ]);
    expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
    const disabled = both.map(({ out }) => (JSON.parse(out) as { disabled: boolean }).disabled);
    expect(disabled.sort()).to.deep.equal([false, true]);
  });

  for (const id of ['Root', 'root ', 'roo', '*', 'nobody']) {
    it(`refuses the account ${JSON.stringify(id)}, which there is not, and changes nothing`, async () => {
      const before = await redis.keys('*');
      const ended = await run('disable', id, '--yes');
      expect(ended.code).to.equal(1);
      expect(ended.err).to.contain(`there is no account ${id}`);
      expect(await redis.keys('*')).to.have.members(before);
    });
  }

  it('says that the look-up of an id failed, not that there is no such account', async () => {
    for (const command of ['status', 'disable', 'unlock']) {
      const { code, err } = await run(command, 'no uuid', '--yes');
      expect([code, err], command).to.deep.equal([
        3,
        'second-factor: findUser(accountId) threw: invalid input syntax\n',
      ]);
    }
  });

  it('does not act without a terminal unless told --yes', async () => {
    const ended = await run('disable', 'root');
    expect(ended.code).to.equal(2);
    expect(ended.err).to.contain('--yes');
    expect(await redis.exists('second-factor:root')).to.equal(1);
  });

  it('lists the accounts with their names, and says that there are none', async () => {
    await enroll('broken');
    expect(await run('list')).to.include({ code: 0, out: 'alice (Alice)\nbroken\nroot (Root)\n', err: '' });
    await redis.flushall();
    expect(await run('list')).to.include({ code: 0, out: 'no account has two-step authentication\n' });
    expect(await run('list', '--json')).to.include({ code: 0, out: '[]\n' });
    expect((await run('check')).out).to.contain('records: none yet');
  });

  it('rekeys all records, can be repeated, and check proves that the old key may go', async () => {
    const before = await run('check');
    expect(before.out).to.contain('2 with an older one').and.to.contain('older keys are still needed');

    expect(JSON.parse((await run('rekey', '--json')).out)).to.deep.equal({
      resealed: 2,
      current: 0,
      unreadable: [],
    });
    expect(JSON.parse((await run('rekey', '--json')).out)).to.deep.equal({
      resealed: 0,
      current: 2,
      unreadable: [],
    });

    const after = await run('check', '--config', 'new.config.mjs');
    expect(after.out).to.contain('2 sealed with the first key, 0 with an older one, 0 unreadable');
    expect(after.out).to.contain('no record needs an older key');
  });

  it('tells which records no key opens, and that is exit code 3', async () => {
    const checked = await run('check', '--config', 'new.config.mjs');
    expect(checked.code).to.equal(3);
    expect(checked.out).to.match(
      /^problem: 2 records cannot be opened with any key in keys: alice, root; no record opens, so these are probably not the keys/,
    );
    expect(checked.out).to.contain('; 2 records may need one that is not in keys\n');
    expect(checked.out).not.to.contain('no record needs an older key');
    const rekeyed = await run('rekey', '--config', 'new.config.mjs');
    expect(rekeyed.code).to.equal(3);
    expect(rekeyed.out).to.contain('cannot be opened with any key: alice');
  });

  it('checks the settings of the Redis that keeps the records, and tells the fix (C11)', async () => {
    const safe = await run('check');
    expect(safe.out)
      .to.contain('all well')
      .and.to.match(/store server -?\d+ ms ahead/);
    expect(safe.code).to.equal(0);

    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const risky = await run('check');
    const json = await run('check', '--json');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');

    expect(risky.out).to.match(/problem: Redis may evict records.*set maxmemory-policy noeviction\./);
    expect(risky.out).to.contain('1 problem');
    expect(risky.code).to.equal(3);
    expect((JSON.parse(json.out) as { warnings: string[] }).warnings).to.have.length(1);
    expect(await redis.dbsize()).to.equal(2);
  });

  it('disables an account whose record does not open', async () => {
    expect((await run('disable', 'alice', '--yes', '--config', 'new.config.mjs')).code).to.equal(0);
    expect(await redis.exists('second-factor:alice')).to.equal(0);
  });

  it('ends with exit code 3 and the cause when the store is away, whatever the command', async () => {
    writeConfig('away.config.mjs', [NEW_KEY], 1);
    const commands = [['status', 'root'], ['disable', 'root', '--yes'], ['list'], ['check']];
    const away = commands.map((command) => run(...command, '--config', 'away.config.mjs'));
    for (const { code, err } of await Promise.all(away)) {
      expect(code).to.equal(3);
      expect(err).to.match(
        /^second-factor: .*the Redis client has no connection.*connect ECONNREFUSED 127\.0\.0\.1:1/m,
      );
    }
  });

  it('names what a Redis user may not do', async () => {
    await redis.acl('SETUSER', 'default', '-eval', '-evalsha');
    try {
      const checked = await run('check');
      expect(checked.out + checked.err).to.match(/permissions to run the 'evalsha'/);
      expect(checked.code).to.equal(3);
    } finally {
      await redis.acl('SETUSER', 'default', '+eval', '+evalsha');
    }
  });

  it('asks for a config when there is none', async () => {
    const ended = await run('list', '--config', 'missing.mjs');
    expect(ended.code).to.equal(2);
    expect(ended.err).to.contain('there is no config missing.mjs');
  });

  it('says what a config throws, and what it should export', async () => {
    writeFileSync(join(directory, 'throws.mjs'), 'throw new Error("no database here");');
    const throwing = await run('list', '--config', 'throws.mjs');
    expect(throwing.code).to.equal(2);
    expect(throwing.err).to.contain('no database here').and.to.not.contain('tsx');
    writeFileSync(join(directory, 'throws.mts'), 'throw new Error("no database here" as string);');
    const typed = await run('list', '--config', 'throws.mts');
    expect(typed.code).to.equal(2);
    expect(typed.err.includes('tsx'), typed.err).to.equal(!typed.err.includes('no database here'));

    writeFileSync(join(directory, 'wrong.mjs'), 'export default { list: 1 };');
    const wrong = await run('list', '--config', 'wrong.mjs');
    expect(wrong.code).to.equal(2);
    expect(wrong.err).to.contain('must export the instance as its default');
  });

  it('tries a store of the application without any config, closes it, and ends', async () => {
    const store = `import { memoryStore } from ${JSON.stringify(compiled('adapters/memory.ts'))};
      const opened = setInterval(() => undefined, 1000);
      const close = async () => { clearInterval(opened); process.stderr.write('closed'); };`;
    const file = join(directory, 'my-store.mjs');
    writeFileSync(file, `${store} export default { ...memoryStore(), close };`);
    const holds = await run('store-contract', './my-store.mjs');
    expect(holds).to.include({ code: 0, err: 'closed' });
    expect(holds.out).to.match(/\nall \d+ rules hold\n$/);

    writeFileSync(file, `${store} export default { ...memoryStore(), get: async () => null, close };`);
    const broken = await run('store-contract', './my-store.mjs');
    expect(broken).to.include({ code: 1, err: 'closed' });
    expect(broken.out).to.match(/\nBROKEN {2}creates a value where there is none\n/);
    expect((await run('store-contract', './no-store.mjs')).code).to.equal(2);
  });

  it('loads modules and an environment file first', async () => {
    writeFileSync(
      join(directory, 'first.mjs'),
      'process.stderr.write(`loaded first, ${process.env.FROM_FILE}\\n`);',
    );
    writeFileSync(join(directory, 'test.env'), 'FROM_FILE=from the file\n');
    const ended = await run('list', '--import', './first.mjs', '--env-file', 'test.env');
    expect(ended.err).to.contain('loaded first, from the file');
    expect((await run('list', '--import', './nowhere.mjs')).code).to.equal(2);
    // Some lines of Node read the option themselves, wherever it stands, and end with 9.
    const missing = await run('list', '--env-file', 'nowhere.env');
    expect(missing.code).to.be.oneOf([2, 9]);
    expect(missing.err).to.contain('nowhere.env');
  });

  function run(...args: string[]): Promise<Ended> {
    return new Promise((done) => {
      const child = execFile(process.execPath, [BIN, ...args], { cwd: directory }, (error, out, err) => {
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
      });
      child.stdin?.end();
    });
  }

  /** On a pseudo-terminal, with something typed at the question. */
  function runOnTerminal(typed: string, ...args: string[]): Promise<{ code: number | null; out: string }> {
    const line = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd: directory,
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const asked = out.includes('[y/N]');
      out += chunk.toString();
      if (!asked && out.includes('[y/N]')) child.stdin.write(typed);
    });
    return new Promise((done) => child.on('close', (code) => done({ code, out })));
  }

  function writeConfig(name: string, keys: string[], port = server.port): void {
    const config = `process.env.KEYS = '${String(keys)}'; process.env.REDIS_PORT = '${port}';
      export default (await import(${JSON.stringify(compiled('test/cli/accounts.config.ts'))})).default;`;
    writeFileSync(join(directory, name), config);
  }

  /** An enrollment sealed with the old key. */
  async function enroll(id: string): Promise<void> {
    const record = encodeRecord(aRecord({ enrolledAt: Date.now() }));
    const sealed = createSealer(parseKeyRing([OLD_KEY])).seal('record', id, record);
    expect(await redisStore(redis).compareAndSet(id, null, sealed)).to.equal(true);
  }
});
