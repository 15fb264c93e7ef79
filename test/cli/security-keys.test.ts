import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { parseCommand } from '../../lib/cli/parse-command.js';
import { runCommand } from '../../lib/cli/run-command.js';
import type { CommandName } from '../../lib/cli/commands.js';
import { caught } from '../support/headless.js';
import { keyOwner, startKeyPanel } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

describe('cli: accounts with passkeys and security keys', () => {
  afterEach(stopPanels);

  /** Runs a command on the instance of a panel. */
  async function run(
    panel: Panel,
    name: Exclude<CommandName, 'store-contract' | 'help'>,
    ...options: string[]
  ) {
    const lines: string[] = [];
    const terminal = {
      print: (line: string) => void lines.push(line),
      confirm: () => Promise.resolve(true),
      readInput: () => Promise.resolve(null),
      begin: () => new AbortController().signal,
      progress: () => undefined,
    };
    const command = parseCommand([name, 'alice', ...options]);
    const code = await runCommand(name, { command, instance: panel.secondFactor, terminal });
    return { code, out: lines.join('\n') };
  }

  it('say that recovery codes help nobody where the policy takes keys alone', async () => {
    const panel = await startKeyPanel({ policy: () => ({ phishingResistant: true }) });
    expect((await run(panel, 'status')).out).to.not.include('the policy');
    await keyOwner(panel);
    expect((await run(panel, 'status')).out).to.include('keys: 1, and the policy takes nothing else\n');
    const { code, out } = await run(panel, 'recovery-codes');
    expect(code).to.equal(0);
    expect(out.split('\n')).to.have.length(11);
    expect(out.split('\n')[10]).to.match(/^alice: only its passkeys and security keys let in, and no codes/);
    const json = JSON.parse((await run(panel, 'recovery-codes', '--json')).out) as {
      recoveryCodes: string[];
    };
    expect(json).to.include({ account: 'alice', keysOnly: true });
    expect(json.recoveryCodes).to.have.length(10);
  });

  it('print recovery codes and nothing else where they let in', async () => {
    const panel = await startKeyPanel();
    await keyOwner(panel);
    expect((await run(panel, 'recovery-codes')).out.split('\n')).to.have.length(10);
  });

  it('never pass for accounts without keys where the record does not open', async () => {
    const store = memoryStore();
    const before = await startKeyPanel({ keys: [randomBytes(32).toString('base64')] }, { store });
    await keyOwner(before);
    const panel = await startKeyPanel({ keys: [randomBytes(32).toString('base64')] }, { store });
    expect((await run(panel, 'status')).out).to.include('no key opens the record');
    for (const options of [[], ['--json'], ['--remove']]) {
      expect(await caught(run(panel, 'security-keys', ...options))).to.include({ code: 'record-unreadable' });
    }
  });
});
