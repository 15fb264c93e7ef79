import type { IncomingMessage } from 'node:http';
import { SecondFactorError } from '../errors.js';

/** A callback in the manner of express-session and Passport. */
export type Callback = (error?: unknown) => void;

/** express-session's `req.session`, as far as it is used. */
export interface AppSession {
  readonly id: string;
  cookie: {
    maxAge?: number | null;
    readonly originalMaxAge?: number | null;
    readonly secure?: boolean | 'auto';
  };
  save(done: Callback): unknown;
  regenerate(done: Callback): unknown;
  destroy(done: Callback): unknown;
  reload(done: Callback): unknown;
  touch(): unknown;
}

/** express-session's `req.sessionStore`, as far as it is used. */
export interface SessionStore {
  get(id: string, done: (error: unknown, session?: object | null) => void): unknown;
  destroy(id: string, done: Callback): unknown;
}

/** Passport's `req.logIn`. */
export type LogIn = (user: unknown, options: LogInOptions, done?: Callback | null) => void;
/** Passport's `req.logOut`. */
export type LogOut = (options: object, done?: Callback | null) => void;

/** The options of `req.logIn`: Passport's own, the ones `passport.authenticate` hands on, and ours. */
export interface LogInOptions {
  session?: boolean;
  keepSessionInfo?: boolean;
  successReturnToOrRedirect?: string;
  successRedirect?: string;
  whenCodeRequired?: 'respond' | 'error';
  secondFactor?: 'not-required';
}

/** What Passport and express-session put on a request. */
export interface AppRequest extends IncomingMessage {
  session?: AppSession;
  sessionID?: string;
  sessionStore?: SessionStore;
  originalUrl?: string;
  baseUrl?: string;
  logIn?: LogIn;
  login?: LogIn;
  logOut?: LogOut;
  logout?: LogOut;
  _sessionManager?: object;
  _userProperty?: string;
}

/** The user the request is of, under the name Passport was told to use. */
export function requestUser(req: AppRequest): unknown {
  return (req as unknown as Record<string, unknown>)[req._userProperty ?? 'user'];
}

/** Sets the user of the request, or with `null` says that there is none. */
export function setRequestUser(req: AppRequest, user: unknown): void {
  (req as unknown as Record<string, unknown>)[req._userProperty ?? 'user'] = user;
}

/**
 * The session of the request.
 *
 * @throws {SecondFactorError} `session-missing`, `session-not-on-server`
 */
export function requireSession(req: AppRequest): AppSession {
  const session = req.session;
  if (!session) {
    throw new SecondFactorError(
      'session-missing',
      'there is no req.session: mount express-session before secondFactor.session(); ' +
        'if it is mounted, its store is disconnected',
    );
  }
  if (typeof session.regenerate !== 'function' || typeof session.save !== 'function') {
    throw new SecondFactorError(
      'session-not-on-server',
      'req.session lives in a cookie, which its owner can put back: use express-session with a server-side store',
    );
  }
  return session;
}

/** The path of a URL, without its query. */
export function pathOf(url = ''): string {
  return url.replace(/[?#].*$/s, '');
}

/**
 * The path of a request below the place of a router, as Express matches routes: in small letters, without a slash at the
 * end; as it was asked for, or as a middleware has changed it. `undefined`: it is elsewhere.
 */
export function pathBelow(
  mountPath: string,
  { originalUrl, baseUrl = '', url = '' }: AppRequest,
): string | undefined {
  return below(mountPath, originalUrl ?? url) ?? below(mountPath, baseUrl + url);
}

function below(mountPath: string, asked: string): string | undefined {
  const path = pathOf(asked).toLowerCase().replace(/\/$/, '');
  const place = mountPath.toLowerCase();
  return path === place || path.startsWith(`${place}/`) ? path.slice(place.length) : undefined;
}
