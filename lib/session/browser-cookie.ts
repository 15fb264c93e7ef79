import { browserId } from '../account/known-browsers.js';
import type { BrowserToken } from './browser-token.js';
import type { Context } from './context.js';
import { cookieValues, makeRoom, sendCookie } from './own-cookie.js';

/** The longest life browsers allow a cookie (RFC 6265bis §5.5: 400 days). The record alone decides. */
const COOKIE_SECONDS = 400 * 86_400;
/** Names of a local machine, or origins there: plain http is for development. */
const LOOPBACK = /^(http:\/\/)?(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether a browser can be known at all: over https, or on the local machine. Elsewhere its token would
 * cross the network in clear. A proxy may call every site by the name of the local machine: then the browser
 * says another origin.
 */
export function canKnowBrowser({ core, req, request }: Context): boolean {
  const { host = '', origin = host } = req.headers;
  return core.options.secure(request) || (LOOPBACK.test(host) && LOOPBACK.test(origin));
}

/**
 * The id of the token the request brought for an account; `undefined` when it brought none. One cookie for each account, so
 * that several people can share a browser. Its name tells no id.
 */
export function presentedBrowser(context: Context, account: string): string | undefined {
  const token = presentedToken(context, account);
  return token === undefined ? undefined : browserId(token);
}

/**
 * The token that takes the place of the one the request brought; always the same for one, so that of two sign-ins at
 * once either answer may come last, and one whose answer was lost is given it again. It cannot be found from the
 * token without a key of the ring. `undefined`: it brought none.
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
