import type { TLSSocket } from 'node:tls';
import type { AppSession } from './app-request.js';
import type { Context } from './context.js';

/** The requests that are watched already: there may be many sign-ins in one. */
const watched = new WeakSet<Context>();

/**
 * Warns if the cookie of a new session was not sent at sign-in, because it is `secure` and express-session takes the
 * request for http. Without the warning, the browser would stay signed out, and nobody would know why.
 */
export function watchCookie(context: Context): void {
  const { core, req, res } = context;
  if (watched.has(context)) return;
  watched.add(context);
  res.once('finish', () => {
    // An exception here would end the process, and not every session or framework has these.
    const cookie = (req.session as Partial<AppSession> | undefined)?.cookie;
    const encrypted = (req.socket as Partial<TLSSocket> | undefined)?.encrypted ?? false;
    const { sessionID } = req;
    // An answer that went out before the sign-in was done, a time-out say, could have no cookie of it.
    const isDone = context.logIn === 'signed-in' || context.logIn === 'parked';
    if (!isDone || cookie?.secure !== true || sessionID === undefined || encrypted) return;
    const cookies = [res.getHeader('set-cookie') ?? []].flat().map(String);
    if (cookies.some((sent) => sent.includes(encodeURIComponent(sessionID)))) return;
    core.warnOnce(
      'a sign-in got no session cookie: the cookie is secure, and Express takes the request for http. Behind a ' +
        "proxy that ends TLS: app.set('trust proxy', 1). Without https, in development: cookie: { secure: 'auto' }",
      { code: 'SECOND_FACTOR_COOKIE' },
    );
  });
}
