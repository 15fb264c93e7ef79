import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';

/** An instance that is told by `WHEN` and `WHAT` to do something beside a command. */
const CONFIG = `
const acts = {
  exit: () => process.exit(0),
  refuse: () => process.exit(1),
  throw: () => setImmediate(() => { throw new Error('the connection broke \\u001b[31m'); }),
  reject: () => { void Promise.reject(new Error('the connection broke')); },
};
const { WHEN, WHAT } = process.env;
const at = async (when) => {
  if (when !== WHEN) return true;
  acts[WHAT]();
  // What was thrown or rejected has been told by the turn after the next.
  return new Promise((done) => setImmediate(() => setImmediate(done, true)));
};
if (process.env.HEARS) process.on('uncaughtException', () => undefined);
await at('load');
const methods = ['unlock', 'recoveryCodes', 'browsers', 'revokeBrowsers', 'import', 'list', 'rekey', 'check'];
export default {
  status: async (accountId) => ({ accountId, enrolled: accountId === 'alice', readable: true }),
  close: () => at('close'),
  admin: {
    ...Object.fromEntries(methods.map((name) => [name, () => at(name)])),
    account: async () => null,
    disable: () => at('disable'),
  },
};`;

describe('cli: what happens beside a command', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-beside-'));
    writeFileSync(join(directory, 'second-factor.config.mjs'), CONFIG);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Disables an account. */
  async function run(env: Record<string, string>, account = 'alice', isRead = true) {
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), 'disable', account, '--yes'], {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (!isRead) child.stderr.destroy();
    const ended = new Promise((done) => child.on('close', done));
    const [out, err] = await Promise.all([text(child.stdout), isRead ? text(child.stderr) : '']);
    return { code: await ended, out, err };
  }

  for (const when of ['load', 'disable']) {
    for (const what of ['exit', 'refuse', 'throw', 'reject']) {
      it(`passes for neither done nor refused: ${what} at ${when}`, async () => {
        const { code, out, err } = await run({ WHEN: when, WHAT: what });
        expect(err).to.match(/^second-factor: .*(ended the process|the connection broke).* is not known\n$/);
        expect({ code, out }).to.deep.equal({ code: 3, out: '' });
        expect(err).to.not.include('\u001b');
      });
    }
  }

  it('changes nothing once the command is done', async () => {
    for (const what of ['exit', 'refuse', 'throw', 'reject']) {
      const ended = await run({ WHEN: 'close', WHAT: what });
      expect(ended, what).to.include({ code: 0, err: '' });
      expect(ended.out, what).to.match(/^alice: two-step authentication is disabled\nnext: /);
    }
  });

  it('is left to a config that hears of it', async () => {
    const ended = await run({ WHEN: 'disable', WHAT: 'throw', HEARS: 'yes' });
    expect(ended).to.include({ code: 0, err: '' });
  });

  it('is told by the exit code where nobody reads why', async () => {
    expect((await run({}, 'nobody', false)).code, 'refused').to.equal(1);
    expect((await run({}, '', false)).code, 'wrong usage').to.equal(2);
    expect((await run({ WHEN: 'disable', WHAT: 'reject' }, 'alice', false)).code).to.equal(3);
  });
});
