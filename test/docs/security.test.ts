import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

/** The threats by the letter of their section. */
const THREATS: Readonly<Record<string, readonly number[]>> = {
  a: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14],
  b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
  c: [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13],
  d: [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21],
  e: [1, 2, 4, 5, 6, 7, 8, 9, 10],
  f: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  g: [1, 2, 3, 5, 6, 7],
  h: [1, 2, 3, 5, 6, 7, 9, 10],
  i: [1, 2, 3, 4, 5, 6, 7],
  j: [1, 2, 3, 5, 6],
  k: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21],
  l: [1, 2, 3, 4, 5, 6, 7, 8],
};

describe('SECURITY.md', () => {
  const text = readFileSync(resolve(root, 'SECURITY.md'), 'utf8');
  const files = readdirSync(resolve(root, 'test/security')).filter((name) => name.endsWith('.test.ts'));

  it('names tests that are there', () => {
    const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(named.length).to.be.above(20);
    expect(named.filter((path) => !existsSync(resolve(root, path)))).to.deep.equal([]);
  });

  for (const [section, numbers] of Object.entries(THREATS)) {
    it(`has a test for every threat of section ${section.toUpperCase()}`, () => {
      const missing = numbers.filter(
        (number) => !files.some((name) => name.startsWith(`${section}${String(number).padStart(2, '0')}-`)),
      );
      expect(missing).to.deep.equal([]);
    });
  }
});
