import type { AppRequest, AppSession, Callback } from './app-request.js';
import { requireSession } from './app-request.js';
import { saveSession } from './regenerate.js';
import { watchedStore } from './watched-store.js';

/**
 * Makes a session that lies in the store write only while it still does, so that a slow request cannot bring a
 * session back that was ended meanwhile (logout, a second step, a demotion). Costs one look-up where a session is
 * written. Its functions stay express-session's own.
 */
export function guardSave(req: AppRequest, session: AppSession): void {
  if (req.sessionStore) watchedStore(req.sessionStore).watch(session);
}

/**
 * Saves the new session of a request, and guards it from then on as {@link guardSave} does.
 *
 * @param from the session that the request goes on from; `null`: none
 * @returns whether it is there: not where all sessions were ended since the request began
 */
export async function saveNew(req: AppRequest, from: AppSession | null): Promise<boolean> {
  const session = requireSession(req);
  if (!req.sessionStore) {
    await saveSession(req);
    return true;
  }
  const watched = watchedStore(req.sessionStore);
  watched.watchNew(session, from);
  await saveSession(req);
  return !watched.hasEnded(session);
}

/** Makes a session write nothing any more: what the store has of it stays. */
export function keepStored(session: AppSession): void {
  override(session, 'save', (done?: Callback | null) => {
    done?.();
    return session;
  });
}

/** Tells whether a session was saved from here on: to be asked where the store does not answer any more. */
export function noteSaved(session: AppSession): () => boolean {
  const save = session.save.bind(session);
  let saved = false;
  override(session, 'save', (done?: Callback | null) =>
    save((error) => {
      saved ||= !error;
      done?.(error);
    }),
  );
  return () => saved;
}

/**
 * Keeps a session's life in the store from lasting beyond a moment. Stores ask `cookie.expires`, or `cookie.maxAge`,
 * which is made of it. The cookie that the browser gets, and the one in the session's JSON, stay the application's own:
 * a browser whose clock is ahead would drop a short one at once.
 */
export function limitLife(session: AppSession, until: number, clock: () => number): void {
  session.touch();
  // express-session and its stores go by the real clock, so it is a duration from now.
  const value = new Date(Date.now() + Math.max(1, until - clock()));
  Object.defineProperty(session.cookie, 'expires', {
    configurable: true,
    enumerable: true,
    writable: true,
    value,
  });
  override(session, 'touch', () => session);
}

function override(session: AppSession, name: 'save' | 'touch', value: unknown): void {
  Object.defineProperty(session, name, { configurable: true, enumerable: false, writable: true, value });
}
