import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCommand } from '../../lib/cli/parse-command.js';
import { runCommand } from '../../lib/cli/run-command.js';
import { compiled } from '../support/compiled.js';
import { runConsole } from '../support/console.js';
import { caught } from '../support/headless.js';
import { addKey, startKeyPanel } from '../support/key-panel.js';
import { enrolled } from '../support/people.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { warningsOf } from '../support/warnings.js';

const NOT_TOLD =
  /(^|\n)the owner was not told: findUser does not find the account, or fails\. Unless it was deleted, tell them another way$/;

const COMMANDS = [
  ['disable', 'alice'],
  ['unlock', 'alice'],
  ['recovery-codes', 'alice'],
  ['browsers', 'alice', '--revoke'],
  ['security-keys', 'alice', '--remove'],
] as const;

describe('cli: an owner who is not told', () => {
  let told: string[];
  let lookUp: 'finds' | 'does not find' | 'fails';
  beforeEach(() => {
    told = [];
    lookUp = 'finds';
  });
  afterEach(stopPanels);

  /** A panel with an account that has an app and a key. */
  async function start(notifies = true): Promise<Panel> {
    const notify = { notify: (_: unknown, { name }: { name: string }) => told.push(name) };
    const panel: Panel = await startKeyPanel({
      ...(notifies && notify),
      findUser: (id) => {
        if (lookUp === 'fails') throw new Error('the database is away');
        return lookUp === 'finds' ? (panel.users.find((user) => user.id === id) ?? null) : null;
      },
    });
    await addKey((await enrolled(panel)).client);
    await panel.secondFactor.admin.settled();
    told = [];
    return panel;
  }

  for (const command of COMMANDS) {
    it(`is named by ${command.join(' ')}, whose change is made all the same`, async () => {
      for (const state of ['does not find', 'fails'] as const) {
        for (const json of [[], ['--json']]) {
          lookUp = 'finds';
          const panel = await start();
          lookUp = state;
          await warningsOf(async () => {
            const { code, lines } = await runConsole(panel, [...command, '--yes', ...json]);
            await panel.secondFactor.admin.settled();
            expect(code).to.equal(0);
            expect(lines).to.have.length(1);
            if (json.length > 0) expect(JSON.parse(lines[0]!)).to.include({ ownerNotTold: true });
            else expect(lines[0]).to.match(NOT_TOLD);
          });
          expect(panel.events.at(-1)).to.include({ accountId: 'alice' }).and.have.property('by');
          expect(told).to.deep.equal([]);
        }
      }
    });

    it(`is not spoken of by ${command.join(' ')} where they are told, or there is no notify`, async () => {
      for (const [notifies, state] of [
        [true, 'finds'],
        [false, 'does not find'],
      ] as const) {
        for (const json of [[], ['--json']]) {
          lookUp = 'finds';
          const panel = await start(notifies);
          lookUp = state;
          const { code, lines } = await runConsole(panel, [...command, '--yes', ...json]);
          await panel.secondFactor.admin.settled();
          expect(code).to.equal(0);
          expect(lines.join('\n')).to.not.match(/not ?told/i);
          expect(told).to.have.length(notifies ? 1 : 0);
        }
      }
    });
  }

  it('is not spoken of where nothing was changed', async () => {
    const panel = await start();
    lookUp = 'does not find';
    const { admin } = panel.secondFactor;
    const instance = { ...panel.secondFactor, admin: { ...admin, disable: () => Promise.resolve(false) } };
    const { lines } = await runConsole({ secondFactor: instance }, ['disable', 'alice', '--yes']);
    expect(lines).to.deep.equal(['alice: two-step authentication was not enabled']);
  });

  it('is named by the question, before anything is changed', async () => {
    const panel = await start();
    const questions: string[] = [];
    const terminal = {
      print: () => undefined,
      confirm: (question: string) => {
        questions.push(question);
        return Promise.resolve(false);
      },
      readInput: () => Promise.resolve(null),
      begin: () => new AbortController().signal,
      progress: () => undefined,
    };
    for (lookUp of ['finds', 'does not find'] as const) {
      const command = parseCommand(['disable', 'alice']);
      const run = { command, instance: panel.secondFactor, terminal };
      expect(await caught(runCommand('disable', run))).to.include({ message: 'nothing was changed' });
    }
    expect(questions).to.deep.equal([
      'Disable two-step authentication of alice?',
      'Disable two-step authentication of alice, whose owner will not be told (findUser does not find the account, or fails)?',
    ]);
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
  });

  it('is named by the process on its output, and the exit code is that of the change', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'second-factor-not-told-'));
    try {
      writeFileSync(
        join(directory, 'second-factor.config.mjs'),
        `export default (await import(${JSON.stringify(compiled('test/cli/blocked.config.ts'))})).default;`,
      );
      const ended = await new Promise<{ error: unknown; out: string; err: string }>((done) => {
        const args = [compiled('lib/cli/bin.ts'), 'disable', 'alice', '--yes'];
        execFile(process.execPath, args, { cwd: directory }, (error, out, err) => done({ error, out, err }));
      });
      expect(ended.error).to.equal(null);
      expect(ended.out.trimEnd()).to.match(NOT_TOLD);
      expect(ended.out).to.match(/^alice: two-step authentication is disabled\n/);
      expect(ended.err)
        .to.include('the owner of alice was not told')
        .and.not.include('mail to alice disabled');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
