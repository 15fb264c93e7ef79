import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { parseCommand } from '../../lib/cli/parse-command.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { runConsole } from '../support/console.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { User } from '../support/panel.js';
import { TOKEN_PARAMETERS } from '../support/records.js';

const PAGE = 'docs/hardware-tokens.md';
const SEED = Buffer.from('12345678901234567890123456789012');

describe('docs/hardware-tokens.md', () => {
  const text = readFileSync(PAGE, 'utf8');
  const blocks = (language: string): string[] =>
    fencedBlocks(PAGE, text)
      .filter((block) => block.language === language)
      .map(({ code }) => code);
  afterEach(stopPanels);

  it('shows a file that is imported, and may be imported again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'second-factor-tokens-'));
    const file = join(directory, 'tokens.jsonl');
    writeFileSync(file, blocks('jsonl').join(''));
    const panel = await startPanel({ users: ['17', '18', '19'].map((id) => user(`user${id}`, id)) });
    try {
      const run = (...more: string[]): ReturnType<typeof runConsole> =>
        runConsole(panel, ['import', '--file', file, ...more]);
      expect((await run()).lines).to.deep.equal(['3 enabled, 0 were there already, 0 failed']);
      const again = JSON.parse((await run('--json')).lines[0]!) as object;
      expect(again).to.deep.equal({ enabled: 0, alreadyThere: 3, failed: [], untried: 0, untold: 0 });
    } finally {
      rmSync(directory, { recursive: true });
    }
    panel.now += 120_000;
    const code = new TOTP({ secret: Secret.fromHex(SEED.toString('hex')), ...TOKEN_PARAMETERS });
    const shown = code.generate({ timestamp: panel.now });
    expect(await panel.secondFactor.verify('17', shown)).to.include({ ok: true });
    expect((await panel.secondFactor.status(['17', '18', '19'])).map(({ digits }) => digits)).to.deep.equal([
      [8],
      [6],
      [8],
    ]);
  });

  it('refuses accounts that findUser does not find, and imports the others of a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'second-factor-tokens-'));
    const file = join(directory, 'tokens.jsonl');
    writeFileSync(file, blocks('jsonl').join(''));
    const findUser = (id: string): User | null => (id === '18' ? null : user(`user${id}`, id)); // 18 is blocked
    const panel = await startPanel({ options: { findUser } });
    try {
      const { code, lines } = await runConsole(panel, ['import', '--file', file]);
      expect(code).to.equal(1);
      expect(lines.at(-1)).to.equal('2 enabled, 0 were there already, 1 failed');
      expect(lines.join()).to.contain('18');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('shows commands that are understood', () => {
    const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(lines).to.have.length(3);
    for (const line of lines) {
      const [command = ''] = line.split(' < ');
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
      expect(parseCommand(words.slice(2)).name, line).to.equal('import');
    }
  });
});
