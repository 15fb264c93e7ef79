import type { AppSession, SessionStore } from './app-request.js';
import type { Since } from './ended-sessions.js';
import { ALL_SESSIONS, createEndedSessions } from './ended-sessions.js';
import { createCallOrder, guardedWrite } from './guarded-write.js';
import { createLateWrites } from './late-writes.js';
import { lookUpSession } from './look-up.js';
import type { Held } from './newest-states.js';
import { createNewestStates, heldIn } from './newest-states.js';
import type { Around, Bare } from './store-calls.js';
import { observed, wrapCall } from './store-calls.js';

/** What a process knows about the sessions of one store, besides what the store holds. */
interface WatchedStore {
  /**
   * From now on a session is written only while it is in the store. The same holds for the session that a reload puts
   * in its place. What other requests have put into our state since then stays, unless this one changes the state too.
   *
   * @param key where the session has our state
   */
  watch(session: AppSession, key: string): void;
  /**
   * The same for a session that is not written yet.
   *
   * @param from the session that it goes on from, if that was claimed. If all sessions were ended since that one was
   *   watched, this one has ended too
   */
  watchNew(session: AppSession, from: AppSession | null): void;
  /** Lets only one request end a session. Called before the store is. */
  claim(session: AppSession): boolean;
  /** Whether another request went on from a session that this one had claimed, because the store did not end it then. */
  hasGoneOn(session: AppSession): boolean;
  /** Lets only one request tell what ended with a session, or in one that stays; `what` names it. */
  mayTell(session: AppSession, what: string, stays: boolean): boolean;
  /** Whether a session was ended in this process since it was watched. */
  hasEnded(session: AppSession): boolean;
  /** Until the store has answered each write of a session that has ended; two seconds at most. */
  settled(session: AppSession): Promise<void>;
  /** Whether a session was loaded before its request had arrived as a whole. */
  wasEarly(session: AppSession): boolean;
  /**
   * Whether somebody catches what a callback throws: the store, if its functions return promises although they take
   * callbacks; Passport, if the store calls back before its function returns, as those of SQLite do.
   */
  catches(): boolean;
}

interface Watched {
  /** Ends after this moment have ended this session. */
  readonly since: Since;
  /** Whether it is in the store. Some stores remove a session that is written after its time. */
  stored: boolean;
  /** The moment when a request claimed it, to go on from it; 0: none did. */
  claimedAt: number;
  /** Until it is watched, only the moment when it was read counts. */
  isWatched: boolean;
  /** What it held of ours, for each instance. */
  readonly held: Held[];
}

/** Shared by all instances over a store, and by all copies of the package. */
const ENDED = Symbol.for('passport-second-factor.ended');

/**
 * Watches a session store, once. Calls of its own `destroy` and `clear` count as ends, no matter who makes them. Their
 * arguments, results and exceptions pass through unchanged. A watched session is written only while it is in the store.
 */
export function watchedStore(store: SessionStore): WatchedStore {
  const present = (store as { readonly [ENDED]?: WatchedStore })[ENDED];
  if (present) return present;
  const made = watchStore(store);
  Object.defineProperty(store, ENDED, { value: made });
  return made;
}

function watchStore(store: SessionStore): WatchedStore {
  const ended = createEndedSessions();
  const order = createCallOrder();
  const writes = createWrites();
  const keepNewest = createNewestStates();
  const look = store.get.bind(store);
  const remove = store.destroy.bind(store);
  // It counts as an end: a request may have read the session while it was back. If it fails, the session may still be
  // there, so the end is not over.
  const late = createLateWrites(
    (id, since) => ended.has(id, since),
    (id, told) => {
      const over = ended.end(id);
      return remove(id, (error) => {
        if (!error) over(false);
        return told(error);
      });
    },
  );
  const early = new WeakSet<object>();
  let isAsync = false;
  const anew = (moment = ended.begin()): Since => ({ own: moment, all: moment });
  const wrap: typeof wrapCall = (of, name, around) => {
    let act: Around = (bare, args) => {
      act = around;
      return around((given) => {
        const result = bare(given);
        isAsync ||= result instanceof Promise;
        return result;
      }, args);
    };
    wrapCall(of, name, (bare, args) => act(bare, args));
  };
  /** The moment when the look-up began whose callback runs; `undefined`: none does. */
  let loading: number | undefined;
  const load: Around = (bare, args) => {
    const [id, done] = args;
    if (typeof done !== 'function') return bare(args);
    // What is read in spite of a late write may have ended already.
    const moment = late.has(id) ? 0 : ended.begin();
    args[1] = function (this: unknown, ...said: unknown[]): unknown {
      const before = loading;
      loading = moment;
      try {
        return Reflect.apply(done, this, said) as unknown;
      } finally {
        loading = before;
      }
    };
    return bare(args);
  };
  const loadAfterWrites: Around = (bare, args) => late.after(load, bare, args);

  /** Some stores end several sessions at once. */
  const endAll = (ids: readonly unknown[]): ((failed: boolean) => void) => {
    const ends = ids.filter((id) => typeof id === 'string').map((id) => ended.end(id));
    return (failed) => {
      for (const over of ends) over(failed);
    };
  };

  /**
   * To touch a session, some stores read and write all of it, and so bring back one that ended meanwhile. What has ended
   * already has no time to prolong.
   */
  const touch: Around = (bare, args) => {
    const [id, session, done] = args;
    const watched = watchedOf(session);
    if (!watched || typeof id !== 'string' || typeof done !== 'function') return bare(args);
    return ended.has(id, watched.since)
      ? (Reflect.apply(done, undefined, []) as unknown)
      : late.run(bare, args, watched.since);
  };

  wrap(store, 'destroy', (bare, args) => {
    const [id, done] = args;
    if (Array.isArray(id)) return observed(bare, args, endAll(id));
    if (typeof id !== 'string' || writes.remove(id, done)) return bare(args);
    return observed(bare, args, ended.end(id));
  });
  wrap(store, 'clear', (bare, args) => observed(bare, args, ended.end(ALL_SESSIONS)));
  wrap(store, 'get', (bare, args) => order.after(loadAfterWrites, bare, args));
  wrap(store, 'createSession', (bare, args) => {
    const req = args[0] as { readonly session?: object; readonly complete?: boolean } | undefined;
    // express-session's `reload` replaces the present session by the one that it makes here.
    const former = watchedOf(req?.session);
    const session = bare(args) as object | undefined;
    if (session && !notedOf(session)) {
      const { held } = note(session, anew(loading), true, former !== undefined);
      for (const { key } of former?.held ?? []) held.push(heldIn(session, key));
    }
    if (session && req?.complete === false) early.add(session);
    return session;
  });
  wrap(store, 'touch', (bare, args) => order.after(touch, bare, args));
  const writeAsGiven: Around = (bare, args) => writes.run(bare, args);
  wrap(store, 'set', (bare, args) => {
    const [id, session, done] = args;
    const watched = watchedOf(session);
    if (!watched || typeof id !== 'string' || typeof done !== 'function') {
      return order.after(writeAsGiven, bare, args);
    }
    const write: Bare = (given) =>
      writes.run(bare, given, (removed) => {
        watched.stored = !removed && !isOver(session as AppSession);
      });
    return order.hold(id, (looked) => {
      const newest = keepNewest(session as AppSession, watched.held);
      return guardedWrite({
        lookUp(told) {
          const answered = (error: unknown, found: object | null): void => {
            looked();
            told(error, found);
          };
          if (watched.stored) lookUpSession({ get: look }, id, answered);
          else answered(null, watched);
        },
        hasEnded: () => ended.has(id, watched.since),
        write(told, found) {
          newest.keep(found);
          const answered = (...said: unknown[]): unknown => {
            newest.answered(Boolean(said[0]));
            return told(...said);
          };
          try {
            return late.run(write, args.with(2, answered), watched.since);
          } catch (thrown) {
            newest.answered(true);
            throw thrown;
          }
        },
        done: (...said) => Reflect.apply(done, undefined, said) as unknown,
      });
    });
  });

  return {
    watch(session, key) {
      const noted = notedOf(session) ?? note(session, anew(), true, true);
      noted.isWatched = true;
      noted.held.push(heldIn(session, key));
    },
    watchNew(session, from) {
      const former = watchedOf(from);
      const since = former && former.claimedAt > 0 ? { ...anew(), all: former.since.all } : anew();
      note(session, since, false, true);
    },
    claim(session) {
      const watched = watchedOf(session);
      const moment = ended.claim(session.id, watched?.since ?? anew());
      if (watched && moment !== null) watched.claimedAt = moment;
      return moment !== null;
    },
    hasGoneOn(session) {
      const moment = watchedOf(session)?.claimedAt ?? 0;
      return moment > 0 && ended.claimedAfter(session.id, moment);
    },
    mayTell: (session, what, stays) =>
      ended.mayTell(session.id, (watchedOf(session)?.since ?? anew()).own, what, stays),
    hasEnded: (session) => ended.has(session.id, watchedOf(session)?.since ?? anew()),
    settled: (session) => late.settled(session.id),
    wasEarly: (session) => early.has(session),
    catches: () => isAsync || writes.areAtOnce(),
  };
}

/** What is known about a session. Kept on the session object itself, where stores and copies do not see it. */
const WATCHED = Symbol('watched');

function notedOf(session: unknown): Watched | undefined {
  return (session as { readonly [WATCHED]?: Watched } | null | undefined)?.[WATCHED];
}

function watchedOf(session: unknown): Watched | undefined {
  const noted = notedOf(session);
  return noted?.isWatched ? noted : undefined;
}

function note(session: object, since: Since, stored: boolean, isWatched: boolean): Watched {
  const value: Watched = { since, stored, claimedAt: 0, isWatched, held: [] };
  Object.defineProperty(session, WATCHED, { configurable: true, value });
  return value;
}

/** Whether a store no longer returns a session, even if it still keeps it. */
function isOver({ cookie }: AppSession): boolean {
  return typeof cookie.maxAge === 'number' && cookie.maxAge <= 0;
}

interface Write {
  readonly id: unknown;
  removed: boolean;
}

/**
 * The store's `set` that is under way. A `destroy` inside it is not an end: some stores remove expired sessions in this
 * way.
 */
function createWrites() {
  const byCallback = new WeakMap<object, Write>();
  let current: Write | undefined;
  let atOnce = false;
  const within = <Result>(write: Write | undefined, act: () => Result): Result => {
    const before = current;
    current = write;
    try {
      return act();
    } finally {
      current = before;
    }
  };
  return {
    run(bare: Bare, args: readonly unknown[], over?: (removed: boolean) => void): unknown {
      const [id, , done] = args;
      const write = { id, removed: false };
      if (typeof done !== 'function') return within(write, () => bare(args));
      const told = (...said: unknown[]): unknown => {
        if (!said[0]) {
          atOnce = current === write;
          over?.(write.removed);
        }
        // What the application does in its callback is not part of the write, even if the store calls it at once.
        return within(undefined, () => Reflect.apply(done, undefined, said) as unknown);
      };
      byCallback.set(told, write);
      return within(write, () => bare(args.with(2, told)));
    },
    /** Whether the last one called back before it returned. */
    areAtOnce: () => atOnce,
    /** Whether a `destroy` belongs to a `set`: it is called inside it, or gets its callback. */
    remove(id: string, done: unknown): boolean {
      const write = current?.id === id ? current : byCallback.get(done as object);
      if (write) write.removed = true;
      return write !== undefined;
    },
  };
}
