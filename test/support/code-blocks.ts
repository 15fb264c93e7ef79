import { posix } from 'node:path';
import ts from 'typescript';

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

/** Sources and types, which do not change meanwhile. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type-checks blocks together as if they lay in `folder`, and returns what the compiler says. */
export function typeCheck(
  blocks: readonly CodeBlock[],
  folder: string,
  options: ts.CompilerOptions,
): string[] {
  const texts = new Map<string, { block: CodeBlock; text: string }>();
  const errors: string[] = [];
  for (const block of blocks) {
    const path = posix.join(folder, fileName(block));
    const other = texts.get(path)?.block;
    if (other !== undefined)
      errors.push(`${place(block, 0)}: ${fileName(block)} is at ${place(other, 0)} already`);
    texts.set(path, { block, text: block.code });
  }

  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists, readFile: host.readFile, getSourceFile: host.getSourceFile };
  host.fileExists = (path) => texts.has(path) || onDisk.fileExists.call(host, path);
  host.readFile = (path) => texts.get(path)?.text ?? onDisk.readFile.call(host, path);
  host.getSourceFile = (path, language, ...rest) => {
    const virtual = texts.get(path);
    if (virtual !== undefined) return ts.createSourceFile(path, virtual.text, language);
    if (!parsed.has(path)) parsed.set(path, onDisk.getSourceFile.call(host, path, language, ...rest));
    return parsed.get(path);
  };
  const directoryExists = host.directoryExists?.bind(host);
  host.directoryExists = (path) => path === folder || (directoryExists?.(path) ?? false);

  const program = ts.createProgram([...texts.keys()], options, host);
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    const block = texts.get(diagnostic.file?.fileName ?? '')?.block;
    if (block !== undefined && diagnostic.file !== undefined) {
      const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      errors.push(`${place(block, line + 1)}: ${message}`);
    } else {
      errors.push(`${diagnostic.file?.fileName ?? 'options'}: ${message}`);
    }
  }
  return errors;
}

function place(block: CodeBlock, lineOfBlock: number): string {
  return `${block.document}:${block.line + lineOfBlock}`;
}
