import type { AppSession, SessionStore } from './app-request.js';
import type { Since } from './ended-sessions.js';
import { ALL_SESSIONS, createEndedSessions } from './ended-sessions.js';
import { createCallOrder, guardedWrite } from './guarded-write.js';
import { lookUpSession } from './look-up.js';
import type { Bare } from './store-calls.js';
import { observed, wrapCall } from './store-calls.js';

/** What a process knows about the sessions of one store, besides what the store holds. */
interface WatchedStore {
  /**
   * From now on a session is written only while it is in the store. The same holds for the session that a reload puts
   * in its place.
   */
  watch(session: AppSession): void;
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
  const look = store.get.bind(store);
  const remove = store.destroy.bind(store);
  let isAsync = false;
  const anew = (): Since => {
    const moment = ended.begin();
    return { own: moment, all: moment };
  };
  const wrap: typeof wrapCall = (of, name, around, passes) => {
    let noted = false;
    const noting = (bare: Bare, args: readonly unknown[]): unknown => {
      if (noted) return around(bare, args);
      noted = true;
      return around((given) => {
        const result = bare(given);
        isAsync ||= result instanceof Promise;
        return result;
      }, args);
    };
    wrapCall(of, name, noting, passes);
  };
  let looked = false;
  // Called on every request. Once the store has shown whether it answers by promises, calls go straight to it.
  const isFree = ([id]: readonly unknown[]): boolean => looked && order.isFree(id);

  /** Some stores end several sessions at once. */
  const endAll = (ids: readonly unknown[]): ((failed: boolean) => void) => {
    const ends = ids.filter((id) => typeof id === 'string').map((id) => ended.end(id));
    return (failed) => {
      for (const over of ends) over(failed);
    };
  };

  /** To touch a session, some stores read and write all of it, and so bring back one that ended meanwhile. */
  const touch = (bare: Bare, args: readonly unknown[]): unknown => {
    const [id, session, done] = args;
    const watched = watchedOf(session);
    if (!watched || typeof id !== 'string' || typeof done !== 'function') return bare(args);
    const told = (...said: unknown[]): unknown =>
      ended.has(id, watched.since)
        ? remove(id, () => Reflect.apply(done, undefined, said) as unknown)
        : (Reflect.apply(done, undefined, said) as unknown);
    return bare(args.with(2, told));
  };

  wrap(store, 'destroy', (bare, args) => {
    const [id, done] = args;
    if (Array.isArray(id)) return observed(bare, args, endAll(id));
    if (typeof id !== 'string' || writes.remove(id, done)) return bare(args);
    return observed(bare, args, ended.end(id));
  });
  wrap(store, 'clear', (bare, args) => observed(bare, args, ended.end(ALL_SESSIONS)));
  wrap(
    store,
    'get',
    (bare, args) => {
      looked = true;
      return order.after(args[0], () => bare(args));
    },
    isFree,
  );
  // express-session's `reload` replaces the present session by the one that it makes here.
  wrap(
    store,
    'createSession',
    (bare, args) => {
      const session = bare(args);
      if (!watchedOf(session)) note(session as object, { since: anew(), stored: true, claimedAt: 0 });
      return session;
    },
    ([req]) => !watchedOf((req as { readonly session?: unknown } | undefined)?.session),
  );
  wrap(store, 'touch', (bare, args) => order.after(args[0], () => touch(bare, args)));
  wrap(store, 'set', (bare, args) => {
    const [id, session, done] = args;
    const watched = watchedOf(session);
    if (!watched || typeof id !== 'string' || typeof done !== 'function') {
      return order.after(id, () => writes.run(bare, args));
    }
    return order.hold(id, (looked) =>
      guardedWrite({
        lookUp(told) {
          const answered = (error: unknown, found: object | null): void => {
            looked();
            told(error, found);
          };
          if (watched.stored) lookUpSession({ get: look }, id, answered);
          else answered(null, watched);
        },
        hasEnded: () => ended.has(id, watched.since),
        write: (told) =>
          writes.run(bare, args.with(2, told), (removed) => {
            watched.stored = !removed && !isOver(session as AppSession);
          }),
        undo: (told) => remove(id, told),
        done: (...said) => Reflect.apply(done, undefined, said) as unknown,
      }),
    );
  });

  return {
    watch(session) {
      if (!watchedOf(session)) note(session, { since: anew(), stored: true, claimedAt: 0 });
    },
    watchNew(session, from) {
      const former = watchedOf(from);
      const since = former && former.claimedAt > 0 ? { ...anew(), all: former.since.all } : anew();
      note(session, { since, stored: false, claimedAt: 0 });
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
    catches: () => isAsync || writes.areAtOnce(),
  };
}

/** What is known about a session. Kept on the session object itself, where stores and copies do not see it. */
const WATCHED = Symbol('watched');

function watchedOf(session: unknown): Watched | undefined {
  return (session as { readonly [WATCHED]?: Watched } | null | undefined)?.[WATCHED];
}

function note(session: object, watched: Watched): void {
  Object.defineProperty(session, WATCHED, { configurable: true, value: watched });
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
