import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { fencedBlocks, hasReason, isUnchecked, typeCheck } from '../support/code-blocks.js';
import type { CodeBlock } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');
/** Where the blocks seem to lie: beside the sources, so that packages are found, and never on the disk. */
const FOLDER = join(root, '.code-blocks');
const TYPESCRIPT = ['ts', 'typescript', 'mts', 'cts', 'tsx'];

describe('code blocks of README and docs', function () {
  this.timeout(300_000); // the compiler reads all sources and types

  const options = compilerOptions();
  const check = (...blocks: CodeBlock[]): string[] => typeCheck(blocks, FOLDER, options);
  const parse = (markdown: string): CodeBlock[] => fencedBlocks('doc.md', markdown);

  it('has code in the README', () => {
    expect(existsSync(join(root, 'README.md')), 'README.md exists').to.equal(true);
    const blocks = typescriptBlocks().filter(({ document }) => document === 'README.md');
    expect(blocks.filter((block) => !isUnchecked(block))).to.not.be.empty;
  });

  it('compiles under strict', () => {
    expect(check(...typescriptBlocks().filter((block) => !isUnchecked(block)))).to.deep.equal([]);
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
      const [error, ...more] = check(...parse('# Doc\n\n```ts\nconst a = 1;\nconst b: string = a;\n```'));
      expect(error).to.match(/^doc\.md:5: .*number/);
      expect(more).to.be.empty;
    });

    it('checks against the types of Express, Node and this package', () => {
      const good =
        "```ts\nimport express from 'express';\nexport const app: express.Application = express();\n```";
      const bad = "```ts\nimport { noSuchName } from 'passport-second-factor/memory';\nnoSuchName();\n```";
      expect(check(...parse(good))).to.deep.equal([]);
      expect(check(...parse(bad))).to.have.length(1);
    });

    it('lets blocks import blocks that have a file name', () => {
      const [users, user, twice] = parse(
        [
          '```ts\n// file: users.ts\nexport const users = [1];\n```',
          "```ts\nimport { users } from './users.js';\nconst [first = 0] = users;\nfirst.toFixed();\n```",
          '```ts\n// file: users.ts\nexport {};\n```',
        ].join('\n'),
      ) as [CodeBlock, CodeBlock, CodeBlock];
      expect(check(users, user)).to.deep.equal([]);
      expect(check(users, twice)).to.deep.equal(['doc.md:10: users.ts is at doc.md:1 already']);
    });

    it('gives each block a scope of its own', () => {
      expect(check(...parse('```ts\nconst a = 1;\n```\n```ts\nconst a = await Promise.resolve(2);\n```'))).to
        .be.empty;
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

/** The repository's own settings, and decorators as NestJS has them. */
function compilerOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  return { ...options, moduleDetection: ts.ModuleDetectionKind.Force, experimentalDecorators: true };
}
