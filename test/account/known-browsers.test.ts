import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  browserId,
  findBrowser,
  findRemembered,
  withBrowser,
  withBrowserUsed,
  withPresented,
  withoutBrowsers,
  withoutRemembered,
} from '../../lib/account/known-browsers.js';
import type { PassedBrowser } from '../../lib/account/known-browsers.js';
import type { KnownBrowser } from '../../lib/account/record.js';
import { NOW, aBrowser, aRecord } from '../support/records.js';

const STAMP = 'stamp';
const same = (digest: string | null): boolean => digest === STAMP;
const passed: PassedBrowser = {
  ...{ id: 'fresh', formerId: null, name: 'Firefox', rememberedUntil: 0, stamp: STAMP },
};

/** What the record has of {@link passed}. */
const passedAt = (now: number): Partial<KnownBrowser> => {
  const { stamp: _stamp, ...kept } = passed;
  return { ...kept, firstUsedAt: now, lastUsedAt: now };
};

describe('lib/account/known-browsers', () => {
  it('names a browser by the SHA-256 of its token', () => {
    const token = randomBytes(32).toString('base64url');
    expect(browserId(token)).to.equal(createHash('sha256').update(token).digest('base64url'));
    expect(browserId(token)).to.not.equal(browserId(`${token}x`));
  });

  describe('findBrowser', () => {
    const browsers = [aBrowser({ id: 'a' }), aBrowser({ id: 'b', formerId: 'before b' })];

    it('finds the browser of an id, present or former, and nobody else', () => {
      expect(findBrowser({ browsers }, 'a')).to.equal(browsers[0]);
      for (const id of ['b', 'before b']) expect(findBrowser({ browsers }, id)).to.equal(browsers[1]);
      for (const id of [undefined, '', 'c', 'A', 'null', '__proto__'])
        expect(findBrowser({ browsers }, id)).to.equal(undefined);
    });
  });

  describe('findRemembered', () => {
    const browsers = [
      aBrowser({ id: 'a', formerId: 'before a', rememberedUntil: NOW }),
      aBrowser({ id: 'b' }),
    ];
    const known = { browsers, browsersStamp: STAMP };

    it('ends in the millisecond that was fixed (F4)', () => {
      expect(findRemembered(known, 'a', NOW - 1, same)).to.equal(browsers[0]);
      expect(findRemembered(known, 'a', NOW, same)).to.equal(undefined);
    });

    it('finds nobody who is only known, or comes with a former id', () => {
      for (const id of ['b', 'before a', undefined, '', 'c'])
        expect(findRemembered(known, id, NOW - 1, same)).to.equal(undefined);
    });

    it('finds none when the security stamp is another one now (F3)', () => {
      for (const browsersStamp of ['old', null])
        expect(findRemembered({ browsers, browsersStamp }, 'a', 0, same)).to.equal(undefined);
      const isNull = (digest: string | null): boolean => digest === null;
      expect(findRemembered({ browsers, browsersStamp: null }, 'a', 0, isNull)).to.equal(browsers[0]);
    });

    it('does not compute a digest for nothing', () => {
      const never = (): never => expect.fail('compared');
      for (const id of [undefined, 'b', 'before a']) findRemembered(known, id, 0, never);
      findRemembered(known, 'a', NOW, never);
    });
  });

  describe('withBrowser', () => {
    it('makes a browser known that was not', () => {
      const others = [aBrowser(), aBrowser()];
      const record = aRecord({ browsers: others, browsersStamp: STAMP });
      expect(
        withBrowser(record, { ...passed, rememberedUntil: NOW + 5 }, undefined, NOW, same),
      ).to.deep.equal({
        ...record,
        browsers: [{ ...aBrowser(), ...passedAt(NOW), rememberedUntil: NOW + 5 }, ...others],
      });
    });

    it('gives a known one a new token, beside the one it came with, and a fresh budget', () => {
      const before = aBrowser({
        id: 'before',
        firstUsedAt: 3,
        failures: 9,
        lockedUntil: 9,
        rememberedUntil: 9,
      });
      const other = aBrowser({ failures: 4, lockedUntil: 2 });
      const record = aRecord({ browsers: [other, before], browsersStamp: STAMP });
      const { browsers } = withBrowser(record, { ...passed, formerId: 'before' }, before, NOW, same);
      expect(browsers).to.deep.equal([
        { ...aBrowser(), ...passedAt(NOW), formerId: 'before', firstUsedAt: 3 },
        other,
      ]);
    });

    it('goes on knowing those that were remembered under another security stamp, and remembers none (F3)', () => {
      const used = { rememberedUntil: NOW + 9, failures: 3, lockedUntil: 4, formerId: 'former' };
      const record = aRecord({ browsers: [aBrowser(used), aBrowser(used)], browsersStamp: 'old' });
      const next = withBrowser(record, { ...passed, rememberedUntil: NOW + 5 }, undefined, NOW, same);
      expect(next.browsers).to.deep.equal([
        { ...aBrowser(), ...passedAt(NOW), rememberedUntil: NOW + 5 },
        ...record.browsers.map((browser) => ({ ...browser, rememberedUntil: 0 })),
      ]);
      expect(next.browsersStamp).to.equal(STAMP);
      expect(withBrowser(record, passed, record.browsers[0], NOW, same).browsers).to.have.length(2);
      expect(withBrowser(record, { ...passed, stamp: null }, undefined, NOW, same).browsersStamp).to.equal(
        null,
      );
    });

    it('keeps ten: the one that was not used for longest goes, remembered ones last', () => {
      const remembered = { rememberedUntil: NOW + 1 };
      const browsers = [
        aBrowser({ id: 'remembered, oldest', lastUsedAt: 1, ...remembered }),
        aBrowser({ id: 'no longer remembered', lastUsedAt: 2, rememberedUntil: NOW }),
        ...[10, 9, 8, 7, 6, 5, 4].map((day) => aBrowser({ id: `day ${String(day)}`, lastUsedAt: day })),
        aBrowser({ id: 'remembered, old', lastUsedAt: 3, ...remembered }),
      ];
      let record = aRecord({ browsers, browsersStamp: STAMP });
      const add = (id: string, now: number, rememberedUntil = 0): string[] => {
        record = withBrowser(record, { ...passed, id, rememberedUntil }, undefined, now, same);
        return record.browsers.map((browser) => browser.id);
      };
      const days = [10, 9, 8, 7, 6, 5, 4].map((day) => `day ${String(day)}`);
      expect(add('first', NOW)).to.deep.equal(['first', 'remembered, old', 'remembered, oldest', ...days]);
      expect(add('second', NOW)).to.deep.equal([
        ...['second', 'remembered, old', 'remembered, oldest', 'first'],
        ...days.slice(0, 6),
      ]);
    });

    it('lets a remembered one go when there are ten, the one not used for longest', () => {
      const browsers = [5, 3, 4, 1, 2, 9, 8, 7, 6, 10].map((day) =>
        aBrowser({ id: String(day), lastUsedAt: day, rememberedUntil: NOW + 1 }),
      );
      const { browsers: kept } = withBrowser(
        aRecord({ browsers, browsersStamp: STAMP }),
        passed,
        undefined,
        NOW,
        same,
      );
      expect(kept.map(({ id }) => id)).to.deep.equal(['fresh', '10', '9', '8', '7', '6', '5', '4', '3', '2']);
    });

    it('keeps all ten when one of them has passed again', () => {
      const browsers = Array.from({ length: 10 }, () => aBrowser());
      const record = aRecord({ browsers, browsersStamp: STAMP });
      const ids = withBrowser(record, passed, browsers[4], NOW, same).browsers.map(({ id }) => id);
      expect(ids).to.have.length(10);
      expect(ids).to.include.members(browsers.map(({ id }) => id).filter((id) => id !== browsers[4]?.id));
    });

    it('changes nothing else, and not the record it was given', () => {
      const browsers = Object.freeze([aBrowser(), aBrowser({ lastUsedAt: 5 })]);
      const record = aRecord({ failures: 4, lockedUntil: 3, browsers, browsersStamp: STAMP });
      const { browsers: _, ...rest } = withBrowser(record, passed, undefined, NOW, same);
      const { browsers: __, ...before } = record;
      expect(rest).to.deep.equal(before);
    });
  });

  describe('once a browser was seen', () => {
    const browsers = [
      aBrowser({ id: 'a', formerId: 'before a', rememberedUntil: 5, failures: 2 }),
      aBrowser({ id: 'b', formerId: 'before b' }),
    ];
    const record = aRecord({ browsers });

    it('moves the last use of one browser, and never its end', () => {
      expect(withBrowserUsed(record, 'a', NOW)).to.deep.equal({
        ...record,
        browsers: [{ ...browsers[0], formerId: null, lastUsedAt: NOW }, browsers[1]],
      });
      expect(withBrowserUsed(record, 'c', NOW)).to.deep.equal(record);
    });

    it('ends the former id with the present one, and with no other', () => {
      expect(withPresented(record, 'b')).to.deep.equal({
        ...record,
        browsers: [browsers[0], { ...browsers[1], formerId: null }],
      });
      for (const id of [undefined, '', 'c', 'before a', 'before b'])
        expect(withPresented(record, id)).to.deep.equal(record);
    });
  });

  it('has all asked for a code again, and nothing else', () => {
    const budget = { formerId: 'former', failures: 2, lockedUntil: 3 };
    const record = aRecord({
      browsers: [aBrowser({ id: 'a', rememberedUntil: 5, ...budget }), aBrowser({ id: 'b' })],
    });
    expect(withoutRemembered(record).browsers).to.deep.equal([
      { ...record.browsers[0], rememberedUntil: 0 },
      record.browsers[1],
    ]);
    expect(withoutRemembered(record, 'a')).to.deep.equal(withoutRemembered(record));
    expect(withoutRemembered(record, 'b')).to.deep.equal({
      ...record,
      browsers: [record.browsers[0], { ...record.browsers[1], rememberedUntil: 0 }],
    });
  });

  it('revokes one, or all', () => {
    const record = aRecord({
      browsers: [aBrowser({ id: 'a' }), aBrowser({ id: 'b' })],
      browsersStamp: STAMP,
    });
    expect(withoutBrowsers(record, 'a')).to.deep.equal({ ...record, browsers: [record.browsers[1]] });
    expect(withoutBrowsers(record, 'c')).to.deep.equal(record);
    expect(withoutBrowsers(record, '')).to.deep.equal(record);
    expect(withoutBrowsers(record)).to.deep.equal({ ...record, browsers: [] });
  });
});
