import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parseCommand } from '../../lib/cli/parse-command.js';
import { fencedBlocks } from '../support/code-blocks.js';
import { read } from '../support/markdown.js';

const root = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'example/panel/README.md'],
  ...readdirSync(join(root, 'docs'), { encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** Its JavaScript is what its TypeScript compiles to, by test/adapters/sql-recipes.test.ts. */
const COMPARED = 'docs/stores.md';

describe('commands and data in README and docs', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
  const blocks = DOCUMENTS.flatMap((document) => fencedBlocks(document, read(document)));
  const ofLanguage = (language: string): typeof blocks =>
    blocks.filter((block) => block.language === language);

  it('runs scripts that there are', () => {
    const named = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/npm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map(
        ([, script, short]) => `${document}: ${script ?? short ?? ''}`,
      ),
    );
    expect(named).to.have.length.above(20);
    expect(named.filter((each) => !((each.split(': ')[1] ?? '') in scripts))).to.deep.equal([]);
  });

  it('shows commands of the console that are understood', () => {
    const lines = ofLanguage('sh').flatMap(({ code }) => code.split('\n'));
    const commands = lines.filter((line) => line.startsWith('npx second-factor '));
    expect(commands).to.have.length.above(5);
    for (const line of commands) expect(() => parseCommand(wordsOf(line)), line).to.not.throw();
  });

  it('names commands of the console that there are', () => {
    const named = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/`(?:npx )?second-factor ([a-z-]+)/g)].map(([, name = '']) => name),
    );
    expect(named).to.have.length.above(10);
    for (const name of new Set(named)) expect(() => parseCommand(['help', name]), name).to.not.throw();
  });

  it('shows JSON that can be read', () => {
    for (const { document, line, code } of ofLanguage('json')) {
      expect(() => JSON.parse(code) as unknown, `${document}:${String(line)}`).to.not.throw();
    }
  });

  it('gives every block of JavaScript the name of a file, by which a test runs it', () => {
    const unnamed = [...ofLanguage('js'), ...ofLanguage('javascript')].filter(
      ({ document, code }) => !code.startsWith('// file: ') && document !== COMPARED,
    );
    expect(unnamed.map(({ document, line }) => `${document}:${String(line)}`)).to.deep.equal([]);
  });
});

/** The words of a command, without the shell's own: what comes after `||`, `<` or a comment. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ (?:\|\||<|#) ?/);
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '').slice(2);
}
