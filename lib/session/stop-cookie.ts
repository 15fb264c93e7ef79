import { safeReturnTo } from '../answer/return-to.js';
import type { Context } from './context.js';
import { OF_NO_ACCOUNT, cookieValues, sendCookie } from './own-cookie.js';
import type { Stopped } from './state.js';

/** Where a guard stopped a browser. */
export interface Stop {
  /** Where it goes on afterwards; `null`: home. */
  readonly returnTo: string | null;
  /** What it was, to be told on the page of ours it led to; left out: nothing is told. */
  readonly stopped?: Stopped | undefined;
  /** Whether it was a guard that only a security key passes. */
  readonly byKey?: boolean | undefined;
}

/** Ten minutes: as long as a sign-in may wait by default (`pendingSeconds`). */
const STOP_SECONDS = 600;
/** Longer destinations are dropped: with its name and attributes, 96 bytes, the whole cookie is to stay within 1 KB. */
const RETURN_TO_MAXIMUM_BYTES = 1024 - 96;
const BY_KEY = '-key';
/** A stop leads to paths of the application only. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/**
 * Remembers in the browser, and nowhere else, where a guard stopped it last. The cookie is not signed: it says no more
 * than a link could, and is checked when it is used.
 */
export function rememberStop(context: Context, { returnTo, stopped, byKey }: Stop): void {
  const path = safeReturnTo(returnTo, NO_ORIGINS) ?? '';
  const fits = encodeURIComponent(path).length <= RETURN_TO_MAXIMUM_BYTES;
  sendCookie(
    context,
    OF_NO_ACCOUNT,
    `${stopped ?? ''}${byKey ? BY_KEY : ''}${fits ? path : ''}`,
    STOP_SECONDS,
  );
}

/** Where a guard stopped the browser last; `undefined` when none did, or when what the request brought is not ours. */
export function readStop(context: Context): Stop | undefined {
  const [value = '', ...further] = cookieValues(context, OF_NO_ACCOUNT);
  const [whole, stopped, byKey, path] = /^(page|form)?(-key)?(\/.*)?$/s.exec(value) ?? [];
  const returnTo = path === undefined ? null : safeReturnTo(path, NO_ORIGINS);
  if (!whole || further.length > 0 || (path !== undefined && returnTo === null)) return undefined;
  return { returnTo, stopped: stopped as Stopped | undefined, ...(byKey === BY_KEY && { byKey: true }) };
}

/** Makes the browser forget where it was stopped; does nothing where the request brought nothing of it. */
export function forgetStop(context: Context): void {
  if (cookieValues(context, OF_NO_ACCOUNT).length > 0) sendCookie(context, OF_NO_ACCOUNT, '', 0);
}

/** Where the browser goes on from a stop, which is forgotten by that; `null`: home. */
export function takeStop(context: Context): string | null {
  const stop = readStop(context);
  forgetStop(context);
  return stop?.returnTo ?? null;
}
