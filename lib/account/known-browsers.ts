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
 * The known browser of an id; `undefined` also when the account's security stamp is another one now, since
 * all browsers were known under the stamp of the record.
 */
export function findBrowser(
  { browsers, browsersStamp }: KnownBrowsers,
  id: string | undefined,
  stampMatches: (digest: string | null) => boolean,
): KnownBrowser | undefined {
  if (id === undefined || browsers.length === 0 || !stampMatches(browsersStamp)) return undefined;
  return browsers.find((browser) => browser.id === id);
}

/** Whether no code is asked for on a browser at `now` (milliseconds since 1970). */
export function isTrusted(browser: KnownBrowser | undefined, now: number): browser is KnownBrowser {
  return browser !== undefined && now < browser.trustedUntil;
}

/** A browser that has just passed the second factor. */
export interface PassedBrowser {
  /** The id of its new token. */
  readonly id: string;
  readonly name: string;
  /** See {@link KnownBrowser.trustedUntil}. */
  readonly trustedUntil: number;
  /** Digest of the account's present security stamp. */
  readonly stamp: string | null;
}

/**
 * The record with a browser that has just passed the second factor: under a new token, in the place of the
 * one it had. Of more than ten the one that was not used for longest goes, a remembered one last.
 *
 * @param before the browser as it was known until now
 * @param now milliseconds since 1970
 * @param stampMatches whether a stamp digest is of the account's present stamp
 */
export function withBrowser(
  record: AccountRecord,
  { id, name, trustedUntil, stamp }: PassedBrowser,
  before: KnownBrowser | undefined,
  now: number,
  stampMatches: (digest: string | null) => boolean,
): AccountRecord {
  const known = stampMatches(record.browsersStamp) ? record.browsers : [];
  const others = known.filter((browser) => browser.id !== before?.id);
  const firstUsedAt = before?.firstUsedAt ?? now;
  const passed: KnownBrowser = { id, name, firstUsedAt, lastUsedAt: now, trustedUntil, ...NO_FAILURES };
  const kept = others
    .toSorted((a, b) => Number(isTrusted(b, now)) - Number(isTrusted(a, now)) || b.lastUsedAt - a.lastUsedAt)
    .slice(0, MAXIMUM_BROWSERS - 1);
  return { ...record, browsers: [passed, ...kept], browsersStamp: stamp };
}

/** The record with a browser's last use moved to `now` (milliseconds since 1970). */
export function withBrowserUsed(record: AccountRecord, id: string, now: number): AccountRecord {
  const used = (browser: KnownBrowser): KnownBrowser =>
    browser.id === id ? { ...browser, lastUsedAt: now } : browser;
  return { ...record, browsers: record.browsers.map(used) };
}

/** The record without one of its browsers; left out: without all of them. */
export function withoutBrowsers(record: AccountRecord, id?: string): AccountRecord {
  return { ...record, browsers: id === undefined ? [] : record.browsers.filter((known) => known.id !== id) };
}
