import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';

/**
 * An instance whose commands all succeed, but for `check`. What `NEVER` names does not answer, `SLOW` names what takes
 * longer than every limit, and nothing keeps the process alive unless `OPEN` does.
 */
const CONFIG = `
const never = process.env.NEVER;
const health = { storeClockAheadMs: null, warnings: ['bad'], records: { firstKey: 0, oldKey: 0, unreadable: 0 } };
const methods = {
  account: { id: 'alice', name: 'alice', enrolled: true }, status: { accountId: 'alice', enrolled: true, readable: true },
  check: health, disable: true, unlock: true, recoveryCodes: [], browsers: [], revokeBrowsers: true, import: true,
  rekey: { resealed: 1, current: 0, unreadable: [] }, removeSecurityKeys: true, accountNamed: null, tellsOwner: true,
  settled: undefined, close: undefined,
};
if (process.env.OPEN) setInterval(() => {}, 1000);
if (never === 'config') await new Promise(() => {});
if (process.env.THROWN) throw Object.create(null);
const made = Object.fromEntries(Object.entries(methods).map(
  ([name, answer]) => [name, () => {
    if (name === process.env.THROWS) throw new Error(name);
    if (name === process.env.SLOW) return new Promise((done) => setTimeout(done, 100, answer));
    return name === never ? new Promise(() => {}) : Promise.resolve(answer);
  }],
));
made.list = async function* () {
  if (process.env.SLOW === 'list') await new Promise((done) => setTimeout(done, 100));
  yield* ['alice', 'bob'];
};
export default { ...made, admin: made };`;

/** Ends limits of `PASSES` milliseconds, and no others, as soon as they are set. */
const LIMITS_PASS = `
const { setTimeout: before } = globalThis;
globalThis.setTimeout = (told, ms, ...args) => before(told, ms === Number(process.env.PASSES) ? 0 : ms, ...args);`;

const UNANSWERED = /^second-factor: no answer came, and none will: .*\n$/;
const CONFIG_LATE =
  /^second-factor: no answer came within 30 s: the config .*second-factor\.config\.mjs, or what it imports, waits for .*is not known\n$/;
const CALL_LATE = /^second-factor: no answer came within 120 s: .*findUser.*is not known\n$/;

const TOKENS = ['alice', 'bob'].map((account) =>
  JSON.stringify({ account, secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }),
);

describe('cli: answers that never come', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-never-'));
    writeFileSync(join(directory, 'second-factor.config.mjs'), CONFIG);
    writeFileSync(join(directory, 'limits-pass.mjs'), LIMITS_PASS);
    writeFileSync(join(directory, 'never.mjs'), 'setInterval(() => {}, 1000); await new Promise(() => {});');
    writeFileSync(join(directory, 'tokens.jsonl'), TOKENS.join('\n'));
    const store =
      'if (process.env.OPEN) setInterval(() => {}, 1000);\nexport default () => new Promise(() => {});';
    writeFileSync(join(directory, 'store.mjs'), store);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const children: ChildProcess[] = [];

  async function run(
    env: Record<string, string>,
    ...args: string[]
  ): Promise<{ code: unknown; out: string; err: string }> {
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), ...args], {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
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

  /** The same where a connection is open, and a limit passes: that of calls, unless `PASSES` says another. */
  const runOpen = (env: Record<string, string>, ...args: string[]): ReturnType<typeof run> =>
    run(
      {
        OPEN: 'yes',
        PASSES: '120000',
        NODE_OPTIONS: `--import=${join(directory, 'limits-pass.mjs')}`,
        ...env,
      },
      ...args,
    );

  it('end the command though a connection is open: loading', async () => {
    const { code, out, err } = await runOpen({ NEVER: 'config', PASSES: '30000' }, 'check', '--json');
    expect(err).to.match(CONFIG_LATE);
    expect({ code, out }).to.deep.equal({ code: 3, out: '' });
    const preloaded = await runOpen({ PASSES: '30000' }, 'check', '--import', './never.mjs');
    expect(preloaded.err).to.match(CONFIG_LATE);
    expect(preloaded.code).to.equal(3);
  });

  for (const [never, ...args] of [
    ['status', 'status', 'alice'],
    ['account', 'status', 'alice'],
    ['account', 'list'],
    ['accountNamed', 'disable', 'alice', '--yes'],
    ['disable', 'disable', 'alice', '--yes'],
    ['unlock', 'unlock', 'alice', '--yes'],
    ['tellsOwner', 'disable', 'alice', '--yes'],
    ['recoveryCodes', 'recovery-codes', 'alice', '--yes'],
    ['browsers', 'browsers', 'alice'],
    ['revokeBrowsers', 'browsers', 'alice', '--revoke', '--yes'],
    ['removeSecurityKeys', 'security-keys', 'alice', '--remove', '--yes'],
  ] as const) {
    it(`end the command though a connection is open: ${never}, ${args[0]}`, async () => {
      const { code, out, err } = await runOpen({ NEVER: never }, ...args);
      expect(err).to.match(CALL_LATE);
      expect({ code, out }).to.deep.equal({ code: 3, out: '' });
    });
  }

  it('end the command though a connection is open: a function that makes a store', async () => {
    const { code, out, err } = await runOpen({}, 'store-contract', 'store.mjs');
    expect(err).to.match(
      /^second-factor: no answer came within 120 s: the function in .*store\.mjs made no store/,
    );
    expect({ code, out }).to.deep.equal({ code: 3, out: '' });
  });

  it('fail their account alone where many are imported', async () => {
    const { code, out, err } = await runOpen({ NEVER: 'import' }, 'import', '--file', 'tokens.jsonl');
    expect(out).to.match(/^line 1, account alice: no answer came within 120 s: .*\nline 2, account bob: /);
    expect(out).to.match(/\n0 enabled, 0 were there already, 2 failed\n$/);
    expect({ code, err }).to.deep.equal({ code: 3, err: '' });
  });

  for (const [slow, ...args] of [
    ['check', 'check'],
    ['rekey', 'rekey'],
    ['list', 'list'],
    ['settled', 'import', '--file', 'tokens.jsonl'],
  ] as const) {
    it(`are not what takes long because there is much to do: ${slow}`, async () => {
      const { code, out, err } = await runOpen({ SLOW: slow }, ...args);
      expect({ code, err }).to.deep.equal({ code: slow === 'check' ? 3 : 0, err: '' });
      expect(out).to.match(
        { check: /1 problem/, rekey: /^1 sealed/, list: /^alice\nbob \(alice\)\n/, settled: /^2 enabled/ }[
          slow
        ],
      );
    });
  }

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
