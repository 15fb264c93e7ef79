import { browserId } from '../account/known-browsers.js';
import type { BrowserToken } from './browser-token.js';
import type { Context } from './context.js';
import { cookieValues, makeRoom, sendCookie } from './own-cookie.js';

/**
 * The longest lifetime that browsers allow for a cookie (RFC 6265bis §5.5: 400 days). Only the record decides how long
 * it counts.
 */
const COOKIE_SECONDS = 400 * 86_400;
/** Names of a local machine, or origins there: plain http is for development. */
const LOOPBACK = /^(http:\/\/)?(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether a browser can be known: only over https, or on the local machine. Elsewhere its token would be readable on
 * the network. Behind a proxy, every site may seem to be on the local machine; then the origin that the browser sends
 * says otherwise.
 */
export function canKnowBrowser({ core, req, request }: Context): boolean {
  const { host = '', origin = host } = req.headers;
  return core.options.secure(request) || (LOOPBACK.test(host) && LOOPBACK.test(origin));
}

/**
 * The id of the token that the request has for an account; `undefined`: none. There is one cookie for each account, so
 * that several people can share a browser. The name of the cookie does not tell the account.
 */
export function presentedBrowser(context: Context, account: string): string | undefined {
  const token = presentedToken(context, account);
  return token === undefined ? undefined : browserId(token);
}

/**
 * The token that replaces the one in the request; `undefined`: the request has none. The same old token always gives
 * the same new one. So the answers of two sign-ins at once may arrive in any order, and a lost answer does no harm.
 * Nobody can calculate the new token without a key of the ring.
 */
export function successorOfToken(context: Context, account: string): string | undefined {
  const token = presentedToken(context, account);
  if (token === undefined) return undefined;
  return context.core.sealer.digests('browser-token', account, token)[0].toString('base64url');
}

/** Gives the browser its token. */
export function sendBrowserToken(context: Context, { account, token }: BrowserToken): void {
  sendCookie(context, [account], token, COOKIE_SECONDS);
  makeRoom(context, [account]);
}

function presentedToken(context: Context, account: string): string | undefined {
  return canKnowBrowser(context) ? cookieValues(context, [account])[0] : undefined;
}
