import { SecondFactorError } from '../errors.js';
import type { IncomingMessage } from 'node:http';
import { knownOnly, takesNoRequest } from '../known-only.js';
import type { Middleware } from '../options.js';
import { isSentAgain } from './negotiate.js';
import { sendProblem } from './problem.js';

/** What {@link isSameOrigin} needs to know of the application. */
interface OriginPolicy {
  /** Origins beside the application's own. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** Whether the browser came by https. */
  readonly secure: boolean;
}

/**
 * Whether a request that changes something was made by a page of the application itself.
 *
 * `Sec-Fetch-Site` decides where the browser sends it; else `Origin`, scheme included, must be that of
 * `Host`. A sibling subdomain is another site's page. A request with neither header does not come from a
 * browser and is allowed. A navigation that a service worker has sent again is refused, also one of an own page: it looks
 * the same whichever site it came from.
 */
export function isSameOrigin(req: IncomingMessage, policy: OriginPolicy): boolean {
  if (isSentAgain(req)) return false;
  const site = req.headers['sec-fetch-site'];
  const origin = req.headers.origin;
  if (origin !== undefined && policy.allowedOrigins.has(origin.toLowerCase())) return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  const own = ownOrigin(req, policy);
  return own !== null && parseOrigin(origin) === own;
}

/**
 * The page of this origin that a request was made from, as a path with its query; `null` where the browser does not say,
 * or says another origin.
 */
export function ownReferrer(req: IncomingMessage, policy: Pick<OriginPolicy, 'secure'>): string | null {
  const { referer = '' } = req.headers;
  if (!/^https?:/i.test(referer) || !URL.canParse(referer)) return null;
  const { origin, pathname, search } = new URL(referer);
  // Of a request from the same origin the referrer is of that origin, whatever a proxy made of Host.
  const own = req.headers['sec-fetch-site'] === 'same-origin' || origin === ownOrigin(req, policy);
  return own ? pathname + search : null;
}

function ownOrigin({ headers }: IncomingMessage, { secure }: Pick<OriginPolicy, 'secure'>): string | null {
  // Over HTTP/2 browsers send no Host (RFC 9113 §8.3.1); over HTTP/1 no header can have this name.
  const host = headers.host ?? String(headers[':authority'] ?? '');
  return parseOrigin(`${secure ? 'https' : 'http'}://${host}`);
}

/** An origin in its normal spelling (default port left out), or `null` when it is anything else. */
export function parseOrigin(value: string): string | null {
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(value) || !URL.canParse(value)) return null;
  return new URL(value).origin;
}

function originOf(entry: unknown): string | null {
  return typeof entry === 'string' ? parseOrigin(entry) : null;
}

/**
 * Middleware that refuses state-changing requests from other sites with 403 `cross-site`: for the application's
 * own login route, so that nobody is signed in to somebody else's account by a link.
 * GET, HEAD and OPTIONS pass. Forms that a service worker of the application sends again are refused: see "Service workers"
 * in docs/integration-traps.md.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`
 *
 * @example
 * app.post('/login', sameOrigin(), passport.authenticate('local', { successRedirect: '/' }));
 */
export function sameOrigin(options: { allowedOrigins?: readonly string[] } = {}): Middleware {
  takesNoRequest('sameOrigin()', options);
  const { allowedOrigins: listed = [] } = knownOnly(options, ['allowedOrigins'], 'sameOrigin option');
  const origins = Array.isArray(listed) ? Array.from(listed, originOf) : [null];
  if (origins.includes(null)) {
    throw new SecondFactorError(
      'option-invalid',
      'allowedOrigins must be an array of origins such as https://app.example',
    );
  }
  const allowedOrigins = new Set(origins.filter((origin) => origin !== null));
  return (req, res, next) => {
    const secure =
      (req as { secure?: boolean }).secure ?? (req.socket as { encrypted?: boolean }).encrypted ?? false;
    if (isSafeMethod(req) || isSameOrigin(req, { allowedOrigins, secure })) next();
    else sendProblem(req, res, 'cross-site');
  };
}

/** Methods that change nothing (RFC 9110 §9.2.1). */
export function isSafeMethod(req: IncomingMessage): boolean {
  return req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS';
}
