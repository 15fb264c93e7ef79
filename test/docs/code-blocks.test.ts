import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { fencedBlocks, hasReason, isUnchecked, typeCheck } from '../support/code-blocks.js';
import type { CodeBlock } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');
const TYPESCRIPT = ['ts', 'typescript', 'mts', 'cts', 'tsx'];
/** Blocks of no page, by what the compiler should say of them. */
const TRIED = {
  'wrong.md': '# Doc\n\n```ts\nconst a = 1;\nconst b: string = a;\n```',
  'express.md':
    "```ts\nimport express from 'express';\nexport const app: express.Application = express();\n```",
  'no-such-name.md': "```ts\nimport { noSuchName } from 'passport-second-factor/memory';\nnoSuchName();\n```",
  'imports.md': [
    '```ts\n// file: numbers-of-a-test.ts\nexport const numbers = [1];\n```',
    "```ts\nimport { numbers } from './numbers-of-a-test.js';\nconst [first = 0] = numbers;\nfirst.toFixed();\n```",
  ].join('\n'),
  'twice.md': '```ts\n// file: twice.ts\nexport {};\n```\n```ts\n// file: twice.ts\nexport {};\n```',
  'scopes.md': '```ts\nconst a = 1;\n```\n```ts\nconst a = await Promise.resolve(2);\n```',
};

describe('code blocks of README and docs', function () {
  this.timeout(300_000); // the compiler reads all sources and types

  const tried = Object.entries(TRIED).flatMap(([name, markdown]) => fencedBlocks(name, markdown));
  let errors: readonly string[];
  const of = (page: string): readonly string[] => errors.filter((error) => error.startsWith(`${page}:`));
  const parse = (markdown: string): CodeBlock[] => fencedBlocks('doc.md', markdown);

  before(() => {
    errors = typeCheck([...typescriptBlocks().filter((block) => !isUnchecked(block)), ...tried]);
  });

  it('has code in the README', () => {
    const blocks = typescriptBlocks().filter(({ document }) => document === 'README.md');
    expect(blocks.filter((block) => !isUnchecked(block))).to.not.be.empty;
  });

  it('compiles under strict', () => {
    const pages = Object.keys(TRIED).map((page) => `${page}:`);
    expect(errors.filter((error) => !pages.some((page) => error.startsWith(page)))).to.deep.equal([]);
  });

  it('leaves no block unchecked without a reason', () => {
    const silent = typescriptBlocks().filter((block) => isUnchecked(block) && !hasReason(block));
    expect(silent.map(({ document, line }) => `${document}:${line}`)).to.deep.equal([]);
  });

  describe('the test itself', () => {
    it('finds blocks with longer fences, in lists, and after each other', () => {
      const blocks = parse(
        ['````ts', '```', 'a', '````', '- item', '  ~~~js x', '  b', '    c', '  ~~~', 'text `code`'].join(
          '\n',
        ),
      );
      expect(blocks).to.deep.equal([
        { document: 'doc.md', line: 1, language: 'ts', info: '', code: '```\na' },
        { document: 'doc.md', line: 6, language: 'js', info: 'x', code: 'b\n  c' },
      ]);
    });

    it('says where a block does not compile', () => {
      const [error, ...more] = of('wrong.md');
      expect(error).to.match(/^wrong\.md:5: .*number/);
      expect(more).to.be.empty;
    });

    it('checks against the types of Express, Node and this package', () => {
      expect(of('express.md')).to.deep.equal([]);
      expect(of('no-such-name.md')).to.have.length(1);
    });

    it('lets blocks import blocks that have a file name, which no other has', () => {
      expect(of('imports.md')).to.deep.equal([]);
      expect(of('twice.md')).to.deep.equal(['twice.md:5: twice.ts is at twice.md:1 already']);
    });

    it('gives each block a scope of its own', () => {
      expect(of('scopes.md')).to.deep.equal([]);
    });

    it('knows a reason when it sees one', () => {
      const [none, one] = parse("```ts no-check\n```\n```ts no-check the panel's own module\n```") as [
        CodeBlock,
        CodeBlock,
      ];
      expect([none, one].map(isUnchecked)).to.deep.equal([true, true]);
      expect([none, one].map(hasReason)).to.deep.equal([false, true]);
    });
  });
});

function typescriptBlocks(): CodeBlock[] {
  const folder = join(root, 'docs');
  const docs = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return ['README.md', ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))]
    .filter((document) => existsSync(join(root, document)))
    .flatMap((document) => fencedBlocks(document, readFileSync(join(root, document), 'utf8')))
    .filter(({ language }) => TYPESCRIPT.includes(language));
}
