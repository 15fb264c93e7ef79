import type { AppRequest, AppSession, Callback } from './app-request.js';
import { requireSession } from './app-request.js';

/**
 * Gives the request a new session and deletes the old one, so that a copied cookie is worth nothing. The new session
 * has a new cookie.
 *
 * @param values the first values of the new session
 */
export async function regenerate(req: AppRequest, values: SessionEntries): Promise<AppSession> {
  const old = requireSession(req);
  await promised((done) => old.regenerate(done));
  const session = requireSession(req);
  putValues(session, values);
  return session;
}

/** The lifetime of a session as the application chose it at sign-in. It is kept when a session moves on. */
export function keepLife(session: AppSession, { cookie }: AppSession): void {
  if (cookie.originalMaxAge !== undefined) session.cookie.maxAge = cookie.originalMaxAge;
}

/** Values of a session by key. */
export type SessionEntries = readonly (readonly [key: string, value: unknown])[];

/** All values of a session, without the cookie and the given keys. */
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

/** A callback function as a promise. It rejects with the error that the callback got, which need not be an Error. */
export function promised(call: (done: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error) reject(asTold(error));
      else resolve();
    });
  });
}

/** The error that a callback got, to pass on unchanged: Passport and session stores accept anything. */
export function asTold(error: unknown): Error {
  return error as Error;
}
