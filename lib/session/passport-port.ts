import type { PassportInstance } from '../options.js';
import type { AppRequest } from './app-request.js';
import { asTold } from './regenerate.js';
import { watchLogIn } from './watch-log-in.js';

/** What Passport can do besides its documented registration methods. The same in 0.6 and 0.7. */
interface PassportRuntime {
  readonly _key?: string;
  readonly _sm: { readonly _key?: string; logIn(...given: unknown[]): unknown };
  serializeUser(user: unknown, req: AppRequest, done: (error: unknown, user?: unknown) => void): void;
  deserializeUser(user: unknown, req: AppRequest, done: (error: unknown, user?: unknown) => void): void;
}

/** One Passport instance, with promises. */
export interface PassportPort {
  /** A user as the application's `serializeUser` returns it. */
  serialize(user: unknown, req: AppRequest): Promise<unknown>;
  /** The user for a serialized one; `null`: there is none any more. */
  deserialize(serialized: unknown, req: AppRequest): Promise<unknown>;
  /** The session key Passport itself uses. */
  readonly sessionKey: string;
  /** The serialized user in a session; `undefined`: nobody is signed in. */
  serializedUser(session: object | undefined): unknown;
  /** Whether `req.logIn` would now use this instance, and not another one. */
  isInstanceOf(req: AppRequest): boolean;
}

/** Makes the port to a Passport instance. */
export function createPassportPort(instance: PassportInstance): PassportPort {
  const passport = instance as unknown as PassportRuntime;
  watchLogIn(passport._sm);
  const sessionKey = passport._sm._key ?? passport._key ?? 'passport';
  return {
    sessionKey,
    serialize: (user, req) =>
      new Promise((resolve, reject) => {
        passport.serializeUser(user, req, settle(resolve, reject));
      }),
    deserialize: (serialized, req) =>
      new Promise((resolve, reject) => {
        passport.deserializeUser(serialized, req, settle(resolve, reject));
      }),
    serializedUser(session) {
      const own = (session as Record<string, unknown> | undefined)?.[sessionKey];
      const user = (own as { user?: unknown } | undefined)?.user;
      return user || user === 0 ? user : undefined;
    },
    isInstanceOf: (req) => req._sessionManager === passport._sm,
  };
}

function settle(resolve: (user: unknown) => void, reject: (error: Error) => void) {
  return (error: unknown, user?: unknown): void => {
    if (error) reject(asTold(error));
    else resolve(user || user === 0 ? user : null);
  };
}
