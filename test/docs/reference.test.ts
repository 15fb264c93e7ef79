import { expect } from 'chai';
import { membersOf, namesIn, read, tableAfter, unquoted } from '../support/markdown.js';

interface Manifest {
  readonly exports: Record<string, string | { readonly import: { readonly default: string } }>;
  readonly peerDependencies: Record<string, string>;
}

describe('docs/reference.md', () => {
  const text = read('docs/reference.md');
  const { exports, peerDependencies } = JSON.parse(read('package.json')) as Manifest;
  const namesAfter = (heading: string): string[] =>
    tableAfter(text, heading).flatMap(([cell = '']) => namesIn(cell));

  it('lists every import of the exports map, with all that it has', async () => {
    const rows = new Map(tableAfter(text, '## Imports').map(([entry = '', has = '']) => [entry, has]));
    const entries = Object.entries(exports).filter(([entry]) => entry !== './package.json');
    expect([...rows.keys()]).to.have.members(
      entries.map(([entry]) => `\`passport-second-factor${entry.slice(1)}\``),
    );
    for (const [entry] of entries) {
      const name = `passport-second-factor${entry.slice(1)}`;
      if (name.endsWith('.json')) continue;
      const values = Object.keys((await import(name)) as object);
      expect(unquoted(rows.get(`\`${name}\``) ?? ''), name).to.have.members(values);
    }
  });

  it('is followed by a reference of every import, made by typedoc', () => {
    const { entryPoints } = JSON.parse(read('typedoc.json')) as { readonly entryPoints: string[] };
    const sources = Object.values(exports).flatMap((target) =>
      typeof target === 'string'
        ? []
        : [target.import.default.replace('./dist/esm/', '').replace('.js', '.ts')],
    );
    expect(entryPoints).to.have.members(sources);
  });

  it('names the packages to install as package.json does', () => {
    const named = tableAfter(text, '## Imports').flatMap(([, , install = '']) => unquoted(install));
    expect([...new Set(named)]).to.have.members(Object.keys(peerDependencies));
  });

  it('lists every member of the instance', () => {
    expect(namesAfter('## The instance')).to.have.members([
      ...membersOf('lib/second-factor.ts', 'SecondFactor'),
      ...membersOf('lib/operator/headless.ts', 'Headless'),
    ]);
  });

  it('lists every method of operators', () => {
    expect(namesAfter('## Operators')).to.have.members(membersOf('lib/operator/admin.ts', 'Admin'));
  });

  it('lists every member and state of req.secondFactor, and every option of the guard', () => {
    const file = 'lib/session/request-api.ts';
    expect(namesAfter('## req.secondFactor')).to.have.members(membersOf(file, 'RequestSecondFactor'));
    expect(namesAfter('## Guards')).to.have.members(membersOf(file, 'GuardOptions'));
    const [, states = ''] = text.split('| state | `req.user` | meaning |');
    expect([...states.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name).slice(0, 8)).to.deep.equal([
      'anonymous',
      'pending',
      'must-enroll',
      'signed-in',
      'remembered',
      'proven-elsewhere',
      'verified',
      'impersonating',
    ]);
  });
});
