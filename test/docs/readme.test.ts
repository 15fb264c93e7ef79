import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { PROBLEMS } from '../../lib/errors.js';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = readdirSync(join(root, 'docs'), { encoding: 'utf8' }).filter((name) => name.endsWith('.md'));

describe('README and docs', () => {
  it('says on the first screen what it is, how to run it, and what it does not cover', () => {
    const screen = read('README.md').split('\n').slice(0, 40).join('\n');
    expect(screen).to.contain('npm ci && npm start').and.to.contain('npm ci && npm test');
    expect(screen).to.contain('does not cover');
    expect(read('README.md').trimEnd().split('\n').length).to.be.within(110, 180);
  });

  it('names every option in the README', () => {
    const required = ['passport', 'issuer', 'account', 'findUser', 'store', 'keys'];
    const [, section = ''] = read('README.md').split(/^## Options$/m);
    const missing = optionNames().filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b`).test(section));
    expect(missing).to.deep.equal([]);
    expect(optionNames()).to.include.members(required);
  });

  it('names every code that clients are told in the README, and no other', () => {
    const [, section = ''] = read('README.md').split(/^## Errors$/m);
    const named = [...(section.split(/^## /m)[0] ?? '').matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => name.includes('-') || name === 'locked');
    expect(named).to.have.members(Object.keys(PROBLEMS));
  });

  it('lists every page in the index', () => {
    const linked = linksOf('docs/README.md').filter((link) => pages.includes(link));
    expect(linked.toSorted()).to.deep.equal(pages.filter((name) => name !== 'README.md').toSorted());
  });

  it('has no link that leads nowhere', () => {
    const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages.map((name) => `docs/${name}`)];
    expect(documents.flatMap(deadLinks)).to.deep.equal([]);
  });

  it('leaves no work for later', () => {
    const documents = ['README.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)];
    expect(documents.filter((name) => /\b(TODO|FIXME|TBD|coming soon)\b/i.test(read(name)))).to.deep.equal(
      [],
    );
  });
});

function linksOf(document: string): string[] {
  const prose = read(document).replace(/^(`{3,}).*?^\1/gms, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

function deadLinks(document: string): string[] {
  return linksOf(document)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    })
    .map((link) => `${document}: ${link}`);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The members of SecondFactorOptions, which leaves nothing at run time. */
function optionNames(): string[] {
  const source = ts.createSourceFile('options.ts', read('lib/options.ts'), ts.ScriptTarget.Latest);
  const options = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === 'SecondFactorOptions',
  );
  return (options?.members ?? []).map((member) => {
    if (member.name && ts.isIdentifier(member.name)) return member.name.text;
    throw new Error('a member has no name');
  });
}
