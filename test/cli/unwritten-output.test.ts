import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { compiled } from '../support/compiled.js';

/** An instance whose commands all succeed. */
const CONFIG = `
const ids = Array.from({ length: 20_000 }, (_, i) => 'account-' + i);
export default {
  status: (accountId) => Promise.resolve({ accountId, enrolled: true, readable: true }),
  close: () => Promise.resolve(),
  admin: {
    account: (id) => Promise.resolve({ id, name: id, enrolled: true }),
    recoveryCodes: () => Promise.resolve(['CODE']),
    async *list() { yield* ids; },
    ...Object.fromEntries(['disable', 'unlock', 'browsers', 'revokeBrowsers', 'import', 'rekey', 'check'].map(
      (name) => [name, () => Promise.resolve(true)],
    )),
  },
};`;

describe('cli: output that cannot be written', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-output-'));
    writeFileSync(join(directory, 'second-factor.config.mjs'), CONFIG);
    writeFileSync(
      join(directory, 'tokens.jsonl'),
      '{"account":"1","secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}\n',
    );
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a command whose output goes to a file, or else to a reader that has gone. */
  async function run(file: string | null, ...args: string[]): Promise<{ code: unknown; err: string }> {
    const out = file === null ? ('pipe' as const) : openSync(file, 'w');
    const child = spawn(process.execPath, [compiled('lib/cli/bin.ts'), ...args], {
      cwd: directory,
      stdio: ['ignore', out, 'pipe'],
    });
    child.stdout?.destroy();
    const ended = new Promise((done) => child.on('close', done));
    const err = child.stderr ? await text(child.stderr) : '';
    const code = await ended;
    if (typeof out === 'number') closeSync(out);
    return { code, err };
  }

  for (const [where, file] of [
    ['the disk is full', '/dev/full'],
    ['the reader has gone', null],
  ] as const) {
    it(`is told, and by the exit code too, when ${where}: new recovery codes would be lost without a word`, async () => {
      const many = ['import', '--file', 'tokens.jsonl'];
      for (const args of [['recovery-codes', 'alice', '--yes'], ['list'], many, ['--help']]) {
        const { code, err } = await run(file, ...args);
        expect(err, args[0]).to.match(/^second-factor: the output could not be written: \w+.*\n$/);
        expect(code, args[0]).to.equal(3);
      }
    });
  }

  it('leaves what can be written as it was', async () => {
    expect(await run('/dev/null', 'list')).to.deep.equal({ code: 0, err: '' });
  });
});
