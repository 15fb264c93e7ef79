import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { PROBLEMS, SecondFactorError } from '../../lib/errors.js';
import type { IntegrationErrorCode } from '../../lib/errors.js';
import { readSourceFiles } from '../architecture/source-files.js';

const root = resolve(import.meta.dirname, '../..');

describe('docs/errors.md', () => {
  const text = readFileSync(resolve(root, 'docs/errors.md'), 'utf8');
  const [, clients = '', integration = '', warnings = ''] = text.split(/^## .*$/m);
  const headings = (part: string): string[] =>
    [...part.matchAll(/^### (.*)$/gm)].map(([, name = '']) => name);

  it('has a heading for every code that clients are told, in the order of the code', () => {
    expect(headings(clients)).to.deep.equal(Object.keys(PROBLEMS));
  });

  it('says the status of each', () => {
    for (const [code, { status }] of Object.entries(PROBLEMS)) {
      const [, section = ''] = clients.split(`### ${code}\n`);
      expect(section.trimStart(), code).to.match(new RegExp(`^${status}\\b`));
    }
  });

  it('has a heading for every warning of the process', () => {
    const codes = readSourceFiles(root, ['lib', 'adapters', 'strategies']).flatMap(
      ({ path }) => readFileSync(resolve(root, path), 'utf8').match(/SECOND_FACTOR_[A-Z_]+(?=' })/g) ?? [],
    );
    expect(headings(warnings))
      .to.have.members([...new Set(codes)])
      .and.have.length.above(4);
  });

  it('has a heading for every mistake of the integration, with its status unless it is 500', () => {
    const codes = integrationCodes();
    expect(headings(integration)).to.deep.equal(codes);
    for (const code of codes) {
      const { status } = new SecondFactorError(code as IntegrationErrorCode);
      const [, section = ''] = integration.split(`### ${code}\n`);
      const said = /^(\d{3})\b/.exec(section.trimStart())?.[1];
      expect(Number(said ?? 500), code).to.equal(status);
    }
  });
});

/** The members of the union, which leaves nothing at run time. */
function integrationCodes(): string[] {
  const path = resolve(root, 'lib/errors.ts');
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const union = source.statements.find(
    (statement): statement is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(statement) && statement.name.text === 'IntegrationErrorCode',
  );
  if (!union || !ts.isUnionTypeNode(union.type)) throw new Error('IntegrationErrorCode is no union');
  return union.type.types.map((type) => {
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return type.literal.text;
    throw new Error('a member is no string');
  });
}
