import { createHash } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Context } from './context.js';

/** What tells a cookie from the others of the same instance; the name that browsers see is a digest. */
export type CookieKey = readonly string[];

/**
 * All values that the request brought of a cookie. More than one: a page on another path or a sibling subdomain set it
 * as well, which `__Host-` forbids over https.
 */
export function cookieValues(context: Context, key: CookieKey): readonly string[] {
  const name = cookieName(context, key);
  const pairs = (context.req.headers.cookie ?? '')
    .split(';')
    .filter((pair) => pair.trim().startsWith(`${name}=`));
  return pairs.map((pair) => parseCookie(pair)[name] ?? '').filter((value) => value !== '');
}

/**
 * Sends a cookie that no script and no other site reads, beside those of the application. Where the answer has begun
 * already none can be sent.
 *
 * @param seconds how long the browser keeps it; 0 takes it away
 */
export function sendCookie(context: Context, key: CookieKey, value: string, seconds: number): void {
  const { core, request, res } = context;
  if (res.headersSent) return;
  const cookie = stringifySetCookie({
    name: cookieName(context, key),
    value,
    path: '/',
    maxAge: seconds,
    httpOnly: true,
    sameSite: 'lax',
    secure: core.options.secure(request),
  });
  res.appendHeader('Set-Cookie', cookie);
}

function cookieName({ core, request }: Context, key: CookieKey): string {
  const { basePath, sessionKey, secure } = core.options;
  const place = JSON.stringify([basePath, sessionKey, ...key]);
  const digest = createHash('sha256').update(place).digest('hex').slice(0, 16);
  return `${secure(request) ? '__Host-' : ''}second-factor-${digest}`;
}
