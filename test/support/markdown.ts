import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** A file of the repository. */
export function read(file: string): string {
  return readFileSync(resolve(root, file), 'utf8');
}

/** The rows of the first table after a heading, without the head. */
export function tableAfter(text: string, heading: string): string[][] {
  const [, after = ''] = text.split(`${heading}\n`);
  const lines = /(?:^\|.*\n)+/m.exec(after)?.[0].trim().split('\n') ?? [];
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** What stands between backticks. */
export function unquoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The names that a cell begins with: of `list()`, `rekey(progress)` they are `list` and `rekey`. */
export function namesIn(cell: string): string[] {
  return unquoted(cell).map((code) => code.replace(/\(.*/, ''));
}

/** The members of an interface, which leaves nothing at run time. */
export function membersOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (!found) throw new Error(`${file} has no interface ${name}`);
  const names = found.members.map((member) => {
    if (member.name && ts.isIdentifier(member.name)) return member.name.text;
    throw new Error(`a member of ${name} has no name`);
  });
  return [...new Set(names)];
}
