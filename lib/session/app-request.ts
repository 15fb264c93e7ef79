import type { IncomingMessage } from 'node:http';
import { SecondFactorError } from '../errors.js';

/** A callback as express-session and Passport use it. */
export type Callback = (error?: unknown) => void;

/** The parts of express-session's `req.session` that are used. */
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

/** The parts of express-session's `req.sessionStore` that are used. */
export interface SessionStore {
  get(id: string, done: (error: unknown, session?: object | null) => void): unknown;
  destroy(id: string, done: Callback): unknown;
}

/** Passport's `req.logIn`. */
export type LogIn = (user: unknown, options: LogInOptions, done?: Callback | null) => void;
/** Passport's `req.logOut`. */
export type LogOut = (options: object, done?: Callback | null) => void;

/** The options of `req.logIn`: Passport's, those that `passport.authenticate` passes on, and ours. */
export interface LogInOptions {
  session?: boolean;
  keepSessionInfo?: boolean;
  successReturnToOrRedirect?: string;
  successRedirect?: string;
  whenCodeRequired?: 'respond' | 'error';
  secondFactor?: 'not-required';
  /** No password was typed now: a remember-me cookie, for example. */
  firstStep?: 'not-fresh';
}

/** What Passport and express-session put on a request. */
export interface AppRequest extends IncomingMessage {
  session?: AppSession;
  sessionID?: string | undefined;
  sessionStore?: SessionStore;
  originalUrl?: string;
  baseUrl?: string;
  logIn?: LogIn;
  login?: LogIn;
  logOut?: LogOut;
  logout?: LogOut;
  /** Express puts it there. */
  next?: Callback;
  _sessionManager?: object;
  _userProperty?: string;
}

/** The user of the request, in the property that Passport was told to use. */
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
  const isWhole = typeof session.regenerate === 'function' && typeof session.save === 'function';
  // Applications give a session in a cookie functions of these names, which Passport needs.
  if (!isWhole || !req.sessionStore) {
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
 * The path of a request below a router, as Express matches routes: in lower case, without a slash at the end; as it was
 * asked for, or as a middleware has changed it. `undefined`: the request is elsewhere.
 */
export function pathBelow(
  mountPath: string,
  { originalUrl, baseUrl = '', url = '' }: Pick<AppRequest, 'originalUrl' | 'baseUrl' | 'url'>,
): string | undefined {
  const present = baseUrl + url;
  const asked = originalUrl ?? present;
  return below(mountPath, asked) ?? (asked === present ? undefined : below(mountPath, present));
}

function below(mountPath: string, asked: string): string | undefined {
  const path = pathOf(asked).toLowerCase().replace(/\/$/, '');
  const place = mountPath.toLowerCase();
  return path === place || path.startsWith(`${place}/`) ? path.slice(place.length) : undefined;
}
