import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { DOCUMENT, PICTURE, documentOf } from '../../scripts/bench/document.js';
import { figureOf, written } from '../../scripts/bench/figures.js';
import type { Run } from '../../scripts/bench/figures.js';
import { pictureOf } from '../../scripts/bench/picture.js';
import { KEPT, kept } from '../../scripts/bench/report.js';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** What the document has to tell, by the names of its figures. */
const MEASURED = [
  ...['bare', 'yardstick', 'passport-totp', 'ours', 'ours, recheck', 'ours, memory'].map(
    (name) => `guarded GET: ${name}`,
  ),
  ...['sign-in in two steps', 'second step', 'wrong code'].flatMap((what) =>
    ['passport-totp', 'ours'].map((name) => `${what}: ${name}`),
  ),
  ...['40 wrong codes at once', 'enabling', 'commands: a guarded GET', 'commands: the second step'],
  ...[
    'an account in Redis',
    'a code',
    'a record that was read before',
    'import of ours on top',
    'packages added',
  ],
  ...['list', 'check', 'rekey'].flatMap((command) =>
    [1_000, 100_000, 1_000_000].map((accounts) => `${command} of ${written(accounts)}`),
  ),
  ...['p99 of a sign-in among 1 000', 'p99 of a sign-in among 1 000 000'],
  ...['one process, 3 masters', 'two processes, 3 masters'],
];

describe('docs/performance.md', () => {
  it('is what the scripts make of what they measured last', () => {
    expect(read(DOCUMENT)).to.equal(documentOf(kept()));
    expect(read(PICTURE)).to.equal(pictureOf(kept().bench));
  });

  it('has every figure, each with what it is measured by', () => {
    const { bench, soak } = kept();
    expect(MEASURED.filter((name) => figureOf(bench, name) === undefined)).to.deep.equal([]);
    expect(figureOf(soak, 'growth of the heap')?.mark).to.deep.include({ of: 'value', bound: 'most' });
    for (const command of ['npm run bench', 'npm run soak']) expect(read(DOCUMENT)).to.contain(command);
  });

  it('names kinds of machines and no machine', () => {
    for (const { machine } of Object.values(kept()) as Run[]) {
      expect(Object.keys(machine)).to.have.members(['cores', 'processor', 'node', 'redis']);
    }
    expect(read(KEPT)).not.to.match(/\/(home|root|tmp|work|Users)\//);
  });
});
