import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';

/**
 * An instance whose commands all succeed, but for `check`. What `NEVER` names does not answer, and nothing keeps the
 * process alive unless `OPEN` does.
 */
const CONFIG = `
const never = process.env.NEVER;
const health = { storeClockAheadMs: null, warnings: ['bad'], records: { firstKey: 0, oldKey: 0, unreadable: 0 } };
const methods = {
  account: { id: 'alice', name: 'alice', enrolled: true }, status: { accountId: 'alice', enrolled: true, readable: true },
  check: health, disable: true, unlock: true, recoveryCodes: [], browsers: [], revokeBrowsers: true, import: true,
  list: [], rekey: true, close: undefined,
};
if (never === 'config') await new Promise(() => {});
if (process.env.OPEN) setInterval(() => {}, 1000);
if (process.env.THROWN) throw Object.create(null);
const made = Object.fromEntries(Object.entries(methods).map(
  ([name, answer]) => [name, () => {
    if (name === process.env.THROWS) throw new Error(name);
    return name === never ? new Promise(() => {}) : Promise.resolve(answer);
  }],
));
export default { ...made, admin: made };`;

const UNANSWERED = /^second-factor: no answer came, and none will: .*\n$/;

describe('cli: answers that never come', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-never-'));
    writeFileSync(join(directory, 'second-factor.config.mjs'), CONFIG);
    writeFileSync(join(directory, 'store.mjs'), 'export default () => new Promise(() => {});');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  async function run(
    env: Record<string, string>,
    ...args: string[]
  ): Promise<{ code: unknown; out: string; err: string }> {
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), ...args], {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((done) => child.on('close', done));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, err };
  }

  for (const never of ['config', 'status', 'account', 'disable']) {
    it(`never pass for done: ${never}`, async () => {
      const { code, out, err } = await run({ NEVER: never }, 'disable', 'alice', '--yes');
      expect(err).to.match(UNANSWERED);
      expect({ code, out }).to.deep.equal({ code: 3, out: '' });
    });
  }

  it('never pass for a store that holds', async () => {
    const { code, err } = await run({}, 'store-contract', 'store.mjs');
    expect(err).to.match(UNANSWERED);
    expect(code).to.equal(3);
  });

  it('end the command with what it found where closing never ends or throws', async () => {
    const closings = [{ NEVER: 'close' }, { NEVER: 'close', OPEN: 'yes' }, { THROWS: 'close' }];
    for (const { code, out, err } of await Promise.all(closings.map((env) => run(env, 'check')))) {
      expect(out).to.match(/^problem: bad\n[^]*\n1 problem\n$/);
      expect({ code, err }).to.deep.equal({ code: 3, err: '' });
    }
  });

  it('leave no place to what a config throws that cannot be printed', async () => {
    const { code, err } = await run({ THROWN: 'yes' }, 'check');
    expect(err).to.match(/^second-factor: the config .* could not be loaded: .*cannot be printed\n$/);
    expect(code).to.equal(2);
  });
});
