import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Secret } from 'otpauth';
import { compiled } from '../support/compiled.js';

const BIN = compiled('lib/cli/bin.ts');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('cli: what it says to people', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-words-'));
    writeFileSync(
      join(directory, 'second-factor.config.mjs'),
      `import passport from ${JSON.stringify(createRequire(import.meta.url).resolve('passport'))};
      import { createSecondFactor } from ${JSON.stringify(compiled('lib/index.ts'))};
      import { memoryStore } from ${JSON.stringify(compiled('adapters/memory.ts'))};
      const instance = createSecondFactor({
        passport, issuer: 'Test', store: memoryStore(), keys: ['${randomBytes(32).toString('base64')}'],
        account: (id) => ({ id, name: id }), findUser: (id) => id,
      });
      for (const id of ['alice', 'root']) {
        await instance.admin.import(id, { secret: '${new Secret({ size: 20 }).base32}', by: 'test' });
      }
      export default instance;`,
    );
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('explains itself and its commands, and says its version, without a config', async () => {
    const all = await runIn(tmpdir(), 'help');
    expect(all).to.include({ code: 0, err: '' });
    expect(all.out).to.match(/^Usage: second-factor <command> \[options\]\n/);
    for (const args of [
      ['help', 'disable'],
      ['disable', '-h'],
    ]) {
      const one = await runIn(tmpdir(), ...args);
      expect(one).to.include({ code: 0, err: '' });
      expect(one.out).to.match(/^Usage: second-factor disable <account> \[options\]\n/);
      expect(one.out).to.contain('--reason').and.not.to.contain('--digits');
    }
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await runIn(tmpdir(), '--version')).to.include({ code: 0, out: `${version}\n` });
  });

  it('says one line and what was meant where it is called wrongly', async () => {
    expect(await run('disabel', 'root')).to.include({
      ...{ code: 2, out: '' },
      err: 'second-factor: there is no command disabel: did you mean "second-factor disable"?\n',
    });
  });

  it('says what comes next once it is disabled, and only then', async () => {
    const { out } = await run('disable', 'root', '--yes');
    expect(out).to.match(/is disabled\nnext: they sign in with the password alone, .*\nnext: .*\n$/);
    expect((await run('disable', 'bob', '--yes')).out).to.not.contain('next:');
    expect((await run('disable', 'alice', '--yes', '--json')).out).to.equal(
      '{"account":"alice","disabled":true}\n',
    );
  });

  it('shows how far it is to who looks on, and nothing of it in a pipe or to programs', async () => {
    for (const command of ['list', 'check', 'rekey']) {
      expect(await runOnTerminal(command), command).to.match(/1 (accounts found|records)/);
      expect(await runOnTerminal(command, '--json'), command).to.not.match(/1 (accounts|records)\b/);
      const piped = await run(command);
      expect([piped.err, piped.out.includes('\u001b')], command).to.deep.equal(['', false]);
    }
  });

  const run = (...args: string[]): Promise<Ended> => runIn(directory, ...args);

  /** On a pseudo-terminal, without an answer. */
  function runOnTerminal(...args: string[]): Promise<string> {
    const line = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd: directory,
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    return new Promise((done) => child.on('close', () => done(out)));
  }
});

function runIn(cwd: string, ...args: string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [BIN, ...args], { cwd }, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.end();
  });
}
