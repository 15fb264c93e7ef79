import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { written } from '../../scripts/bench/figures.js';
import { SITUATIONS, chance } from '../../scripts/guess-odds.js';
import { read, tableAfter } from '../support/markdown.js';

/** A title that begins with the number of a threat. */
const TITLE = /\b(?:it|describe)\(\s*['"`]([A-Z]\d+): /g;
const root = resolve(import.meta.dirname, '../..');

/** The threats by the letter of their section. */
const THREATS: Readonly<Record<string, readonly number[]>> = {
  A: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14],
  B: [1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
  C: [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13],
  D: [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21],
  E: [1, 2, 4, 5, 6, 7, 8, 9, 10],
  F: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  G: [1, 2, 3, 5, 6, 7],
  H: [1, 2, 3, 5, 6, 7, 9, 10],
  I: [1, 2, 3, 4, 5, 6, 7],
  J: [1, 2, 3, 5, 6],
  K: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21],
  L: [1, 2, 3, 4, 5, 6, 7, 8],
  M: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
};

describe('SECURITY.md', () => {
  const text = read('SECURITY.md');
  const titles = readdirSync(resolve(root, 'test/security'))
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(resolve(root, 'test/security', name), 'utf8').matchAll(TITLE)])
    .map(([, threat]) => threat);

  it('names tests that are there', () => {
    expect(testsIn(text).length).to.be.above(20);
    expect(testsIn(text).filter(isMissing)).to.deep.equal([]);
  });

  for (const [section, numbers] of Object.entries(THREATS)) {
    it(`has one title of a test for every threat of section ${section}`, () => {
      const there = titles.filter((threat) => threat?.startsWith(section)).sort();
      expect(there).to.deep.equal(numbers.map((number) => `${section}${number}`).sort());
    });
  }
});

describe('docs/attacks.md', () => {
  const sections = read('docs/attacks.md').split(/^## /m).slice(1);

  it('names the tests of every attacker, which are there', () => {
    expect(sections).to.have.length(11);
    for (const section of sections) {
      const named = [...section.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path = '']) =>
        path.includes('/') ? path : `test/security/personas/${path}`,
      );
      expect(named, section.slice(0, 40)).to.have.length.above(0);
      expect(named.filter(isMissing)).to.deep.equal([]);
    }
  });

  it('leaves out no file of theirs', () => {
    const text = sections.join();
    const files = readdirSync(resolve(root, 'test/security/personas'));
    expect(files.filter((file) => !text.includes(`\`${file}\``))).to.deep.equal([]);
  });
});

describe('docs/threat-model.md', () => {
  const text = read('docs/threat-model.md');

  it('names tests that are there', () => {
    expect(testsIn(text).length).to.be.above(5);
    expect(testsIn(text).filter(isMissing)).to.deep.equal([]);
  });

  it('says the odds of a guesser as they follow from the defaults', () => {
    const [usual] = SITUATIONS;
    const odds = Math.round(1 / chance(usual!, DEFAULT_LIMITS.lockout.hardLimit));
    expect(text).to.contain(`1 in ${written(odds)}`);
  });

  it('says what remains of every attacker', () => {
    for (const row of tableAfter(text, '## Who attacks, and what stops them')) {
      expect(row, row[0]).to.have.length(4);
      expect(
        row.filter((cell) => cell === ''),
        row[0],
      ).to.deep.equal([]);
    }
  });
});

/** The tests and folders of tests that a page names. */
function testsIn(text: string): string[] {
  return [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
}

function isMissing(path: string): boolean {
  return !existsSync(resolve(root, path));
}
