import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { read } from '../support/markdown.js';

const root = resolve(import.meta.dirname, '../..');
/** What is read before anybody scrolls. */
const SCREEN_LINES = 40;
const MOST_LINES = 170;
const pages = readdirSync(join(root, 'docs'), { encoding: 'utf8' }).filter((name) => name.endsWith('.md'));

const ALL = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'example/panel/README.md'];
/** What no page for strangers has. */
const UNWANTED: Readonly<Record<string, RegExp>> = {
  'work for later': /\b(?:TODO|FIXME|TBD|coming soon)\b/gi,
  'he or she': /\b(?:he|she|him|his|himself|herself)\b/gi,
  'path of one machine': /(?:^|[\s("'`])\/(?:home|root|tmp|work|Users)\/\S*/gm,
  'day on which it was written': /\b20\d\d-\d\d-\d\d\b(?!T)/g,
};

describe('README and docs', () => {
  it('says on the first screen what it is, how to try it, and what it does not cover', () => {
    const screen = read('README.md').split('\n').slice(0, SCREEN_LINES).join('\n');
    for (const part of [
      ...['Two-step sign-in for', '`req.user`\nstays empty', 'docs/two-step.png'],
      ...['    npm ci && npm start\n', '    npm ci && npm test\n', 'says what to install'],
      ...['## What it does not cover', '`req.logIn`', 'integration-traps.md'],
    ]) {
      expect(screen).to.contain(part);
    }
    expect(read('README.md').trimEnd().split('\n').length).to.be.within(SCREEN_LINES, MOST_LINES);
  });

  it('lists every page in the index', () => {
    const linked = linksOf('docs/README.md').filter((link) => pages.includes(link));
    expect(linked.toSorted()).to.deep.equal(pages.filter((name) => name !== 'README.md').toSorted());
  });

  it('has no link that leads nowhere', () => {
    expect([...ALL, ...pages.map((name) => `docs/${name}`)].flatMap(deadLinks)).to.deep.equal([]);
  });

  for (const [what, words] of Object.entries(UNWANTED)) {
    it(`has no ${what}`, () => {
      const found = [...ALL, ...pages.map((name) => `docs/${name}`)].flatMap((document) =>
        [...proseOf(document).matchAll(words)].map(([word]) => `${document}: ${word}`),
      );
      expect(found).to.deep.equal([]);
    });
  }
});

/** A document without its blocks of code. */
function proseOf(document: string): string {
  return read(document).replace(/^(`{3,}).*?^\1/gms, '');
}

function linksOf(document: string): string[] {
  return [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
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
