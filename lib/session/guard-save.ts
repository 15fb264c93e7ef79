import type { AppRequest, AppSession, Callback } from './app-request.js';
import type { EndedSessions } from './ended-sessions.js';

/**
 * Makes the loaded session of a request write only while it still exists in the store, so that a slow
 * request cannot bring a session back that was ended meanwhile (logout, a second step, a demotion). Costs
 * one look-up where a session is written. What this process ends it also remembers, since session stores have
 * no compare-and-set; for another process a window of one round trip is left between look-up and write.
 */
export function guardSave(ended: EndedSessions, req: AppRequest, session: AppSession): void {
  const save = session.save.bind(session);
  override(session, 'save', (done: Callback = () => undefined) => {
    const store = req.sessionStore;
    if (!store) {
      save(done);
      return session;
    }
    store.get(session.id, (error, stored) => {
      if (error || !stored || ended.has(session.id)) {
        done(error ?? undefined);
        return;
      }
      const answer = { told: false };
      try {
        save((failed) => {
          answer.told = true;
          done(failed);
        });
      } catch (thrown) {
        if (answer.told) throw thrown;
        // Thrown here, in a callback of the store, it would end the process.
        done(thrown);
      }
    });
    return session;
  });

  for (const name of ['regenerate', 'destroy'] as const) {
    const end = session[name].bind(session);
    override(session, name, (done: Callback) => {
      ended.claim(session.id);
      return end((error) => {
        if (error) ended.release(session.id);
        done(error);
      });
    });
  }

  const reload = session.reload.bind(session);
  override(session, 'reload', (done: Callback) => {
    reload((error) => {
      if (!error && req.session && req.session !== session) guardSave(ended, req, req.session);
      done(error);
    });
    return session;
  });
}

/** Makes a session write nothing any more: what the store has of it stays. */
export function keepStored(session: AppSession): void {
  override(session, 'save', (done: Callback = () => undefined) => {
    done();
    return session;
  });
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

function override(
  session: AppSession,
  name: 'save' | 'reload' | 'touch' | 'regenerate' | 'destroy',
  value: unknown,
): void {
  Object.defineProperty(session, name, { configurable: true, enumerable: false, writable: true, value });
}
