import { safeReturnTo } from '../answer/return-to.js';
import type { Context } from './context.js';
import { OF_NO_ACCOUNT, cookieValues, sendCookie } from './own-cookie.js';
import type { Stopped } from './state.js';

/** Where a guard stopped a browser. */
export interface Stop {
  /** Where the browser goes afterwards; `null`: home. */
  readonly returnTo: string | null;
  /** What was stopped. The page that the guard led to says so. Absent: it says nothing. */
  readonly stopped?: Stopped | undefined;
  /** Whether the guard lets only security keys pass. */
  readonly byKey?: boolean | undefined;
}

/** Ten minutes: as long as a sign-in may wait by default (`pendingSeconds`). */
const STOP_SECONDS = 600;
/**
 * Longer destinations are dropped: the whole cookie, with 96 bytes for its name and attributes, must stay within 1 KB.
 */
const RETURN_TO_MAXIMUM_BYTES = 1024 - 96;
const BY_KEY = '-key';
/** A stop leads only to paths of the application. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/**
 * Remembers in the browser, and nowhere else, where a guard stopped it last. The cookie is not signed. It can do no
 * more than a link, and is checked when it is used.
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

/** Where a guard stopped the browser last; `undefined`: nowhere, or the cookie is not ours. */
export function readStop(context: Context): Stop | undefined {
  const [value = '', ...further] = cookieValues(context, OF_NO_ACCOUNT);
  const [whole, stopped, byKey, path] = /^(page|form)?(-key)?(\/.*)?$/s.exec(value) ?? [];
  const returnTo = path === undefined ? null : safeReturnTo(path, NO_ORIGINS);
  if (!whole || further.length > 0 || (path !== undefined && returnTo === null)) return undefined;
  return { returnTo, stopped: stopped as Stopped | undefined, ...(byKey === BY_KEY && { byKey: true }) };
}

/** Makes the browser forget where it was stopped. Does nothing if the request has no such cookie. */
export function forgetStop(context: Context): void {
  if (cookieValues(context, OF_NO_ACCOUNT).length > 0) sendCookie(context, OF_NO_ACCOUNT, '', 0);
}

/** Where the browser goes after a stop, which this forgets; `null`: home. */
export function takeStop(context: Context): string | null {
  const stop = readStop(context);
  forgetStop(context);
  return stop?.returnTo ?? null;
}
