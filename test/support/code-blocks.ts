import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const COMPILER = join(dirname(createRequire(import.meta.url).resolve('typescript7/package.json')), 'bin/tsc');

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  readonly document: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the fence: the language, then anything else. */
  readonly language: string;
  readonly info: string;
  readonly code: string;
}

/** All fenced blocks of a Markdown text (CommonMark §4.5). */
export function fencedBlocks(document: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; indent: number; line: number; info: string; code: string[] } | undefined;

  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const [, indent = '', fence = '', info = ''] = /^( *)(`{3,}|~{3,})(.*)$/.exec(text) ?? [];
    if (open === undefined) {
      if (fence === '' || (fence.startsWith('`') && info.includes('`'))) continue;
      open = { fence, indent: indent.length, line: index + 1, info: info.trim(), code: [] };
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      const [language = '', ...rest] = open.info.split(/\s+/);
      blocks.push({ document, line: open.line, language, info: rest.join(' '), code: open.code.join('\n') });
      open = undefined;
    } else {
      open.code.push(text.slice(Math.min(open.indent, text.search(/\S|$/))));
    }
  }
  return blocks;
}

/** Whether the block says that it is not to be checked, with or without a reason. */
export function isUnchecked(block: CodeBlock): boolean {
  return /^no-check\b/.test(block.info);
}

/** Whether `no-check` is followed by a reason: `ts no-check the panel's own module`. */
export function hasReason(block: CodeBlock): boolean {
  return /^no-check\s+\S+\s+\S/.test(block.info);
}

/**
 * The file name of a block within the folder of all blocks: what its first line `// file: name.ts` says,
 * so that other blocks can import it, else one made of document and line.
 */
export function fileName(block: CodeBlock): string {
  const named = /^\/\/ file: (\S+)/.exec(block.code)?.[1];
  return named ?? `${block.document.replace(/[^A-Za-z0-9]+/g, '-')}-line-${block.line}.ts`;
}

/**
 * Type-checks blocks together, in a folder of the repository, so that packages are found, and returns what the compiler
 * says: by the settings of the repository, and decorators as NestJS has them.
 */
export function typeCheck(blocks: readonly CodeBlock[], options: object = {}): string[] {
  const named = new Map<string, CodeBlock>();
  const errors: string[] = [];
  for (const block of blocks) {
    const name = fileName(block);
    const other = named.get(name);
    if (other !== undefined) errors.push(`${place(block, 0)}: ${name} is at ${place(other, 0)} already`);
    named.set(name, block);
  }

  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.tmp/blocks-'));
  for (const [name, { code }] of named) writeFileSync(join(folder, name), code);
  const compilerOptions = { moduleDetection: 'force', experimentalDecorators: true, ...options };
  const project = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const compiling = [COMPILER, '--project', folder, '--noEmit', '--pretty', 'false'];
  const { stdout, stderr } = spawnSync(process.execPath, compiling, { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });

  const said = (stdout + stderr)
    .replaceAll(/\n(?= )/g, ' ')
    .split('\n')
    .filter(Boolean);
  return [
    ...errors,
    ...said.map((line) => {
      const [, name = '', lineOfBlock = '', message = ''] = /^(\S+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const block = named.get(name);
      return block === undefined ? line : `${place(block, Number(lineOfBlock))}: ${message}`;
    }),
  ];
}

function place(block: CodeBlock, lineOfBlock: number): string {
  return `${block.document}:${block.line + lineOfBlock}`;
}
