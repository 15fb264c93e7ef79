import type { AppRequest, AppSession, Callback } from './app-request.js';
import { requireSession } from './app-request.js';
import { saveSession } from './regenerate.js';
import { watchedStore } from './watched-store.js';

/**
 * Makes a session that is in the store write only while it still is. So a slow request cannot bring back a session that
 * was ended meanwhile (logout, a second step, a demotion), or put our state back to what it was before. Costs one look-up
 * for each write. The functions remain those of express-session.
 *
 * @param key where the session has our state
 */
export function guardSave(req: AppRequest, session: AppSession, key: string): void {
  if (req.sessionStore) watchedStore(req.sessionStore).watch(session, key);
}

/**
 * Saves the new session of a request, and from then on guards it as {@link guardSave} does.
 *
 * @param from the session that the request goes on from; `null`: none
 * @returns whether it is there; `false`: all sessions were ended since the request began
 */
export async function saveNew(req: AppRequest, from: AppSession | null): Promise<boolean> {
  watchNew(req, from);
  await saveSession(req);
  return isThere(req, from);
}

function watchNew(req: AppRequest, from: AppSession | null): void {
  if (req.sessionStore) watchedStore(req.sessionStore).watchNew(requireSession(req), from);
}

/**
 * Runs what makes a new session for the request and saves it, as Passport's `logIn` does, so that everything is in the
 * session when it is saved.
 *
 * @param from the session before
 * @param fill fills the new one
 * @returns whether it worked; `false`: Passport's function was replaced by another one
 */
export async function savedFilled(
  req: AppRequest,
  from: AppSession,
  fill: (session: AppSession) => void,
  act: () => Promise<void>,
): Promise<boolean> {
  const bare: unknown = Reflect.get(from, 'regenerate');
  let isMeant = true;
  let saved = (): boolean => false;
  const made = (): void => {
    const session = requireSession(req);
    fill(session);
    watchNew(req, from);
    saved = noteSaved(session);
  };
  override(from, 'regenerate', function (this: unknown, done: Callback): unknown {
    const told = (error?: unknown): void => {
      try {
        if (!error && isMeant) made();
      } catch (thrown) {
        done(thrown);
        return;
      }
      done(error);
    };
    return Reflect.apply(bare as Told, this, [told]);
  });
  try {
    await act();
  } finally {
    isMeant = false;
  }
  return saved();
}

type Told = (this: unknown, ...said: unknown[]) => unknown;

/**
 * Whether the new session of a request is in the store, after it was saved. Answers of other requests that wait until the
 * store has touched or saved the session before are sent first: they have its cookie, which must not come after the new one.
 *
 * @param from the session that the request goes on from; `null`: none
 */
export async function isThere(req: AppRequest, from: AppSession | null): Promise<boolean> {
  const session = requireSession(req);
  saveIfChanged(session);
  if (!req.sessionStore) return true;
  const watched = watchedStore(req.sessionStore);
  if (from) await watched.settled(from);
  return !watched.hasEnded(session);
}

/** express-session saves a new session again when the request ends, even if nothing has changed since. */
function saveIfChanged(session: AppSession): void {
  let saved = contentOf(session);
  const save = session.save.bind(session);
  override(session, 'save', (given?: Callback | null) => {
    const done = given ?? ((): void => undefined);
    const content = contentOf(session);
    if (content !== null && content === saved) {
      done();
      return session;
    }
    // Nobody knows what the store has until it has answered.
    saved = null;
    return save((error) => {
      if (!error) saved = content;
      done(error);
    });
  });
}

/**
 * What a store keeps of a session, except the moment when its cookie ends, which each answer moves. `null`: this cannot
 * be told; the store says so when the session is saved.
 */
function contentOf(session: AppSession): string | null {
  try {
    const cookie = JSON.parse(JSON.stringify(session.cookie)) as { expires?: unknown };
    return JSON.stringify({ ...session, cookie: { ...cookie, expires: undefined } });
  } catch {
    return null;
  }
}

/** Stops a session from writing. What the store has of it stays. */
export function keepStored(session: AppSession): void {
  override(session, 'save', (done?: Callback | null) => {
    done?.();
    return session;
  });
}

/** Tells whether a session was saved from now on. For when the store no longer answers. */
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
 * Ends a session's life in the store at a given moment at the latest. Stores use `cookie.expires`, or `cookie.maxAge`,
 * which is calculated from it. The cookie for the browser, and the one in the session's JSON, stay as the application
 * set them: a browser whose clock is ahead would drop a short one at once.
 */
export function limitLife(session: AppSession, until: number, clock: () => number): void {
  session.touch();
  // express-session and its stores use the real clock, so this is a duration from now.
  const { maxAge } = session.cookie;
  // `false` and `null` alike: until the browser ends.
  const life = Math.min(until - clock(), typeof maxAge === 'number' ? maxAge : Infinity);
  const value = new Date(Date.now() + Math.max(1, life));
  Object.defineProperty(session.cookie, 'expires', {
    configurable: true,
    enumerable: true,
    writable: true,
    value,
  });
  override(session, 'touch', () => session);
}

function override(session: AppSession, name: 'save' | 'touch' | 'regenerate', value: unknown): void {
  Object.defineProperty(session, name, { configurable: true, enumerable: false, writable: true, value });
}
