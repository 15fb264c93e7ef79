import { createHash } from 'node:crypto';
import { MAXIMUM_BROWSERS } from './limits.js';
import { NO_FAILURES } from './lockout.js';
import type { AccountRecord, KnownBrowser } from './record.js';

/** What names a browser in the record: SHA-256 of the 256 random bits in its cookie, base64url. */
export function browserId(token: string): string {
  return createHash('sha256').update(token, 'latin1').digest('base64url');
}

/** The part of a record that known browsers are. */
export type KnownBrowsers = Pick<AccountRecord, 'browsers' | 'browsersStamp'>;

/**
 * The browser that an id names, its present or its former one: it has a budget of guesses of its own. To be let in
 * without a code it must be remembered as well.
 */
export function findBrowser(
  { browsers }: Pick<KnownBrowsers, 'browsers'>,
  id: string | undefined,
): KnownBrowser | undefined {
  if (id === undefined) return undefined;
  return browsers.find((browser) => browser.id === id || browser.formerId === id);
}

/**
 * The browser that is asked for no code at `now` (milliseconds since 1970). A former id is never enough: who copied it
 * may have done so before the box was ticked. Nor is any id under another security stamp.
 */
export function findRemembered(
  { browsers, browsersStamp }: KnownBrowsers,
  id: string | undefined,
  now: number,
  stampMatches: (digest: string | null) => boolean,
): KnownBrowser | undefined {
  const browser = browsers.find((known) => known.id === id);
  return browser && isRememberedAt(browser, now) && stampMatches(browsersStamp) ? browser : undefined;
}

/** Whether no code is asked for on a browser at `now` (milliseconds since 1970), unless the stamp is another one. */
function isRememberedAt(browser: KnownBrowser, now: number): boolean {
  return now < browser.rememberedUntil;
}

/** A remembered browser, for lists. Times in milliseconds since 1970. */
export interface RememberedBrowser {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

/** The browsers of a record that are asked for no code at `now` (milliseconds since 1970): none under another stamp. */
export function rememberedBrowsers(
  { browsers, browsersStamp }: KnownBrowsers,
  now: number,
  stampMatches: (digest: string | null) => boolean,
): RememberedBrowser[] {
  if (!stampMatches(browsersStamp)) return [];
  return browsers
    .filter((browser) => isRememberedAt(browser, now))
    .map(({ id, name, firstUsedAt, lastUsedAt, rememberedUntil }) => ({
      id,
      name,
      createdAt: firstUsedAt,
      lastUsedAt,
      expiresAt: rememberedUntil,
    }));
}

/** A browser that has just passed the second factor. */
export interface PassedBrowser {
  /** The id of its next token. */
  readonly id: string;
  /** The id it came with, where it was known by that; see {@link KnownBrowser.formerId}. */
  readonly formerId: string | null;
  readonly name: string;
  /** See {@link KnownBrowser.rememberedUntil}. */
  readonly rememberedUntil: number;
  /** Digest of the account's present security stamp. */
  readonly stamp: string | null;
}

/**
 * The record with a browser that has just passed the second factor: under its next token, in the place of the
 * one it had. Of more than ten the one that was not used for longest goes, a remembered one last. Under another
 * security stamp than before, none of the others is remembered any more.
 *
 * @param before the browser as it was known until now
 * @param now milliseconds since 1970
 * @param stampMatches whether a stamp digest is of the account's present stamp
 */
export function withBrowser(
  record: AccountRecord,
  { stamp, ...passed }: PassedBrowser,
  before: KnownBrowser | undefined,
  now: number,
  stampMatches: (digest: string | null) => boolean,
): AccountRecord {
  const { browsers } = stampMatches(record.browsersStamp) ? record : withoutRemembered(record);
  const firstUsedAt = before?.firstUsedAt ?? now;
  const kept = browsers
    .filter(({ id }) => id !== before?.id)
    .toSorted(
      (a, b) =>
        Number(isRememberedAt(b, now)) - Number(isRememberedAt(a, now)) || b.lastUsedAt - a.lastUsedAt,
    )
    .slice(0, MAXIMUM_BROWSERS - 1);
  const first: KnownBrowser = { ...passed, firstUsedAt, lastUsedAt: now, ...NO_FAILURES };
  return { ...record, browsers: [first, ...kept], browsersStamp: stamp };
}

/** The record once an id was presented: where it is the present one of a browser, the former one ends. */
export function withPresented(record: AccountRecord, id: string | undefined): AccountRecord {
  return changed(record, id, (browser) => ({ ...browser, formerId: null }));
}

/** The record with a browser, by its present id, used at `now` (milliseconds since 1970). */
export function withBrowserUsed(record: AccountRecord, id: string, now: number): AccountRecord {
  return changed(record, id, (browser) => ({ ...browser, formerId: null, lastUsedAt: now }));
}

/**
 * The record with one of its browsers not remembered any more; left out: none of them. Those that are known stay so, with
 * their budgets.
 */
export function withoutRemembered(record: AccountRecord, id?: string): AccountRecord {
  const browsers = record.browsers.map((browser) =>
    id === undefined || browser.id === id ? { ...browser, rememberedUntil: 0 } : browser,
  );
  return { ...record, browsers };
}

/** The record without one of its browsers, neither remembered nor known; left out: without all of them. */
export function withoutBrowsers(record: AccountRecord, id?: string): AccountRecord {
  return { ...record, browsers: id === undefined ? [] : record.browsers.filter((known) => known.id !== id) };
}

function changed(
  record: AccountRecord,
  id: string | undefined,
  change: (browser: KnownBrowser) => KnownBrowser,
): AccountRecord {
  return { ...record, browsers: record.browsers.map((known) => (known.id === id ? change(known) : known)) };
}
