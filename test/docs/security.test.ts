import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';

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
  const text = readFileSync(resolve(root, 'SECURITY.md'), 'utf8');
  const titles = readdirSync(resolve(root, 'test/security'))
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(resolve(root, 'test/security', name), 'utf8').matchAll(TITLE)])
    .map(([, threat]) => threat);

  it('names tests that are there', () => {
    const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(named.length).to.be.above(20);
    expect(named.filter((path) => !existsSync(resolve(root, path)))).to.deep.equal([]);
  });

  for (const [section, numbers] of Object.entries(THREATS)) {
    it(`has one title of a test for every threat of section ${section}`, () => {
      const there = titles.filter((threat) => threat?.startsWith(section)).sort();
      expect(there).to.deep.equal(numbers.map((number) => `${section}${number}`).sort());
    });
  }
});
