import { expect } from 'chai';
import { createSecondFactor } from 'passport-second-factor';
import { checkOptions } from '../../lib/check-options.js';
import type { ResolvedOptions } from '../../lib/check-options.js';
import { membersOf, namesIn, read, tableAfter } from '../support/markdown.js';
import { required } from '../support/required-options.js';

const SECTIONS = ['Paths', 'Signing in', 'Your database', 'Pages', 'Requests', 'Limits'];
/** Defaults that are no value of their own option: words, or a method of the request. */
const IN_WORDS = [
  '–',
  'off',
  'none',
  '`Accept-Language`',
  '`req.ip`',
  '`req.secure`',
  '`Date.now`',
  "`'optional'`",
];

describe('docs/options.md', () => {
  const text = read('docs/options.md');
  const needed = tableAfter(text, '## Required').flatMap(([cell = '']) => namesIn(cell));
  const others = SECTIONS.flatMap((section) => tableAfter(text, `## ${section}`));
  const defaults = checkOptions(required());

  it('has one row for every option, and no other', () => {
    const named = [...needed, ...others.flatMap(([cell = '']) => namesIn(cell))];
    expect(named.toSorted()).to.deep.equal(membersOf('lib/options.ts', 'SecondFactorOptions').toSorted());
  });

  it('says which options are required', () => {
    expect(needed).to.have.members(Object.keys(required()));
    for (const name of needed) {
      expect(() => createSecondFactor({ ...required(), [name]: undefined }), name).to.throw();
    }
  });

  it('says the defaults that are shipped', () => {
    const said = others.filter(([, shipped = '']) => !IN_WORDS.includes(shipped));
    expect(said.length).to.be.above(10);
    for (const [cell = '', shipped = ''] of said) {
      const [name = ''] = namesIn(cell);
      expect(shipped, name).to.equal(`\`${written(shippedOf(defaults, name))}\``);
    }
  });

  it('says what account() returns', () => {
    const properties = tableAfter(text, '### What account() returns').flatMap(([cell = '']) => namesIn(cell));
    expect(properties).to.have.members(membersOf('lib/account/account.ts', 'AccountDescription'));
  });
});

function shippedOf(defaults: ResolvedOptions, name: string): unknown {
  return (defaults as unknown as Record<string, unknown>)[name] ?? defaults.limits[name as 'window'];
}

/** A value as the page has it. */
function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return JSON.stringify(value)
    .replaceAll('"', '')
    .replaceAll(':', ': ')
    .replaceAll(',', ', ')
    .replaceAll(/^{|}$/g, (brace) => (brace === '{' ? '{ ' : ' }'));
}
