import type { AppRequest, AppSession, Callback } from './app-request.js';
import { requireSession } from './app-request.js';

/**
 * Gives the request a new session and deletes the old one, so that a copied cookie is worth nothing. The
 * new session has a fresh cookie.
 *
 * @param values what the new session starts with
 */
export async function regenerate(req: AppRequest, values: SessionEntries): Promise<AppSession> {
  const old = requireSession(req);
  await promised((done) => old.regenerate(done));
  const session = requireSession(req);
  putValues(session, values);
  return session;
}

/** How long the application lets a session last, chosen at sign-in; to be kept where a session moves on. */
export function keepLife(session: AppSession, { cookie }: AppSession): void {
  if (cookie.originalMaxAge !== undefined) session.cookie.maxAge = cookie.originalMaxAge;
}

/** Values of a session by key. */
export type SessionEntries = readonly (readonly [key: string, value: unknown])[];

/** All values of a session but the cookie and the given keys. */
export function valuesWithout(session: AppSession, keys: readonly string[]): SessionEntries {
  return Object.entries(session).filter(([key]) => key !== 'cookie' && !keys.includes(key));
}

/** Puts values into a session. */
export function putValues(session: AppSession, values: SessionEntries): void {
  for (const [key, value] of values) Reflect.set(session, key, value);
}

/** Saves the session of the request now, before anything is answered. */
export function saveSession(req: AppRequest): Promise<void> {
  const session = requireSession(req);
  return promised((done) => session.save(done));
}

/** A callback function as a promise. It rejects with what the callback was told, which need not be an Error. */
export function promised(call: (done: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error) reject(asTold(error));
      else resolve();
    });
  });
}

/** What a callback was told as its error, to be passed on as it is: Passport and session stores take anything. */
export function asTold(error: unknown): Error {
  return error as Error;
}
