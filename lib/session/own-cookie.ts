import { parseCookie, stringifySetCookie } from 'cookie';
import type { Context } from './context.js';

/** The account that a cookie belongs to, or nothing. The name that browsers see is a keyed digest. */
type CookieKey = readonly [] | readonly [account: string];

/** The only cookie of an instance that belongs to no account. It soon expires by itself. */
export const OF_NO_ACCOUNT: CookieKey = [];

/** Distinguishes the cookies in one browser. */
const NAME_BYTES = 8;
/**
 * The most cookies of ours in one browser: together 2.5 KB. Servers and proxies refuse every request with a header of
 * more than 8 KB, or 16.
 */
const MOST_COOKIES = 30;
/** How many cookies one answer removes at most, so that it does not become too long. */
const MOST_TAKEN_AWAY = 4;

/**
 * All values of a cookie in the request. If there are more than one, a page on another path or a sibling subdomain has
 * set it too. Over https, `__Host-` prevents that.
 */
export function cookieValues(context: Context, key: CookieKey): readonly string[] {
  return cookieNames(context, key).flatMap((name) => valuesOf(context, name));
}

/**
 * Sends a cookie that no script and no other site can read, besides those of the application. A cookie under the name
 * of an older key is removed. If the answer has already begun, none can be sent, and none on an upgrade of Socket.IO.
 *
 * @param seconds how long the browser keeps it; 0 removes it
 */
export function sendCookie(context: Context, key: CookieKey, value: string, seconds: number): void {
  const { res } = context;
  if (!takesCookies(res)) return;
  const [present, ...older] = cookieNames(context, key);
  const outdated = older.filter((name) => valuesOf(context, name).length > 0);
  res.appendHeader('Set-Cookie', lineOf(context, present, value, seconds));
  for (const name of outdated) res.appendHeader('Set-Cookie', lineOf(context, name, '', 0));
}

/**
 * Makes room for one more cookie in a browser that many people share. Removes what the browser has had longest, of any
 * account, key or instance. Browsers send that first (RFC 6265 §5.4).
 */
export function makeRoom(context: Context, key: CookieKey): void {
  const { req, res } = context;
  if (!takesCookies(res)) return;
  const form = new RegExp(`^${prefixOf(context)}[0-9a-f]{${String(NAME_BYTES * 2)}}$`);
  const names = pairsOf(req).map((pair) => pair.replace(/=.*$/s, ''));
  const own = [key, OF_NO_ACCOUNT].flatMap((each) => cookieNames(context, each));
  const others = [...new Set(names)].filter((name) => form.test(name) && !own.includes(name));
  const surplus = Math.max(0, others.length + 1 - MOST_COOKIES);
  for (const name of others.slice(0, Math.min(surplus, MOST_TAKEN_AWAY))) {
    res.appendHeader('Set-Cookie', lineOf(context, name, '', 0));
  }
}

/** Socket.IO gives an upgrade a response of its own, which would send several cookies as one, and so lose the session's. */
function takesCookies(res: Context['res']): boolean {
  return !res.headersSent && 'appendHeader' in res;
}

function lineOf({ core, request }: Context, name: string, value: string, maxAge: number): string {
  const secure = core.options.secure(request);
  return stringifySetCookie({ name, value, path: '/', maxAge, httpOnly: true, sameSite: 'lax', secure });
}

function valuesOf({ req }: Context, name: string): readonly string[] {
  const pairs = pairsOf(req).filter((pair) => pair.startsWith(`${name}=`));
  return pairs.map((pair) => parseCookie(pair)[name] ?? '').filter((value) => value !== '');
}

/**
 * The cookies of a request, each from its name on. Leading characters are removed only if browsers treat them as space
 * (RFC 6265 §5.2). After any other character a name is not `__Host-` to browsers, and a sibling subdomain may set it.
 */
function pairsOf({ headers }: Context['req']): readonly string[] {
  return (headers.cookie ?? '').split(';').map((pair) => pair.replace(/^[ \t]+/, ''));
}

/**
 * The name with each key of the ring, beginning with the first key. Without a key nobody can tell from a name whether
 * an account has signed in there.
 */
function cookieNames(context: Context, key: CookieKey): readonly [string, ...string[]] {
  const prefix = prefixOf(context);
  const [first, ...others] = digestsOf(context, key);
  return [prefix + first, ...others.map((digest) => prefix + digest)];
}

type Digests = readonly [string, ...string[]];

/** A sign-in asks for the names of its two cookies again and again. */
const asked = new WeakMap<Context, Map<string, Digests>>();

function digestsOf(context: Context, key: CookieKey): Digests {
  const { options, sealer } = context.core;
  const known = asked.get(context) ?? new Map<string, Digests>();
  asked.set(context, known);
  const account = key.join('');
  let digests = known.get(account);
  if (!digests) {
    const hex = (digest: Buffer): string => digest.toString('hex', 0, NAME_BYTES);
    const [first, ...others] = sealer.digests('cookie-name', options.basePath, options.sessionKey, ...key);
    known.set(account, (digests = [hex(first), ...others.map(hex)]));
  }
  return digests;
}

function prefixOf({ core, request }: Context): string {
  return `${core.options.secure(request) ? '__Host-' : ''}second-factor-`;
}
