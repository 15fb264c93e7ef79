import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';

/**
 * An instance that says when it has begun to change something, and when it is closed. At one of the two it waits until the
 * console has answered a signal, for SIGUSR2, or for good. Then a further signal comes a second later.
 */
const CONFIG = `
const now = performance.now.bind(performance);
let later = 0;
performance.now = () => now() + later;
const held = new Promise((resolve) => {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text, ...more) => {
    const isHeld = String(text).includes('at once');
    if (isHeld && !process.env.WAITS) resolve();
    if (isHeld && process.env.WAITS === 'for good') later = 1000;
    return write(text, ...more);
  };
  if (process.env.WAITS === 'for SIGUSR2') process.on('SIGUSR2', resolve);
});
const at = async (place) => {
  process.stderr.write(place + '\\n');
  if (process.env.AT !== place) return;
  const awake = setInterval(() => undefined, 1000);
  await held;
  clearInterval(awake);
};
const slowly = async (result) => {
  await at('begun');
  process.stderr.write('changed\\n');
  return result;
};
if (process.env.HEARS) process.on('SIGINT', () => process.exit(0));
const methods = ['unlock', 'recoveryCodes', 'browsers', 'revokeBrowsers', 'import', 'list', 'rekey', 'check', 'disable'];
export default {
  status: async (accountId) => ({ accountId, enrolled: true, readable: true }),
  async close() {
    await at('closing');
    process.stderr.write('told\\n');
  },
  admin: {
    ...Object.fromEntries(methods.map((name) => [name, () => slowly(name === 'recoveryCodes' ? ['CODE'] : true)])),
    account: async () => null,
  },
};`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Sent = [signal: NodeJS.Signals, after: string, also?: NodeJS.Signals];
const DISABLE = ['disable', 'alice', '--yes'];

describe('cli: signals', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-signals-'));
    writeFileSync(join(directory, 'second-factor.config.mjs'), CONFIG);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /**
   * Runs a command, and sends it one signal after the other, each when its errors end with the next text.
   *
   * @param sent each with its text, and with another signal that comes at the same moment
   */
  async function run(args: string[], sent: Sent[], env: Record<string, string> = {}) {
    const [[, place] = []] = sent;
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), ...args], {
      cwd: directory,
      env: { ...process.env, AT: place, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (args[0] === 'import') child.stdin.end('SECRET');
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += String(text)));
    child.stderr.on('data', (text: Buffer) => {
      err += String(text);
      const [signal, after, also] = sent[0] ?? [];
      if (signal === undefined || !err.endsWith(`${String(after)}\n`)) return;
      sent.shift();
      child.kill(signal);
      if (also) child.kill(also);
    });
    const [code, signal] = await new Promise<unknown[]>((done) => {
      child.on('close', (...ended) => done(ended));
    });
    return { code, signal, out, err };
  }

  for (const signal of SIGNALS) {
    it(`${signal} waits for a change that has begun, and for what is told of it`, async () => {
      for (const args of [DISABLE, ['import', 'alice'], ['recovery-codes', 'alice', '--yes']]) {
        for (const when of ['begun', 'closing']) {
          const ended = await run(args, [[signal, when]]);
          expect(ended, `${String(args[0])} ${when}`).to.include({ code: 0, signal: null });
          expect(ended.err).to.match(/changed\n[^]*told\n$/);
          expect(ended.err).to.include(
            'second-factor: what was begun is finished first; once more ends it at once\n',
          );
        }
      }
    });
  }

  it('takes two that come at once for one, as npx passes on what the terminal has sent to all programs', async () => {
    const ended = await run(
      DISABLE,
      [
        ['SIGINT', 'begun', 'SIGTERM'],
        ['SIGUSR2', 'at once'],
      ],
      { WAITS: 'for SIGUSR2' },
    );
    expect(ended).to.include({ code: 0, signal: null });
    expect(ended.err).to.match(/changed\n[^]*told\n$/);
  });

  it('ends at once by a second one, and tells that nobody knows what was changed', async () => {
    const { code, out, err } = await run(
      DISABLE,
      [
        ['SIGINT', 'begun'],
        ['SIGINT', 'at once'],
      ],
      { WAITS: 'for good' },
    );
    expect({ code, out }).to.deep.equal({ code: 3, out: '' });
    expect(err).to.match(
      /at once\nsecond-factor: ended by SIGINT\. Whether anything was changed is not known\n$/,
    );
  });

  it('ends at once by a second one that comes when it is done, and tells what was done', async () => {
    const { code, out } = await run(
      DISABLE,
      [
        ['SIGINT', 'closing'],
        ['SIGTERM', 'at once'],
      ],
      { WAITS: 'for good' },
    );
    expect(code).to.equal(0);
    expect(out).to.match(/^alice: two-step authentication is disabled\nnext: /);
  });

  it('ends by the first one where nothing is changed, or where that may be repeated', async () => {
    for (const args of [['check'], ['rekey']]) {
      const { signal } = await run(args, [['SIGINT', 'begun']], { WAITS: 'for good' });
      expect(signal, args[0]).to.equal('SIGINT');
    }
  });

  it('is left to a config that hears of it', async () => {
    const { code, err } = await run(DISABLE, [['SIGINT', 'begun']], { HEARS: 'yes' });
    expect(code).to.equal(3);
    expect(err).to.match(/ended the process.*is not known\n$/);
  });
});
