import type { AppSession, SessionStore } from './app-request.js';
import type { Since } from './ended-sessions.js';
import { ALL_SESSIONS, createEndedSessions } from './ended-sessions.js';
import { createCallOrder, guardedWrite } from './guarded-write.js';
import { lookUpSession } from './look-up.js';
import type { Bare } from './store-calls.js';
import { observed, wrapCall } from './store-calls.js';

/** What a process knows of the sessions of one store, beside what the store holds. */
interface WatchedStore {
  /** From here on a session is written only while it lies in the store, and so is what a reload puts into its place. */
  watch(session: AppSession): void;
  /**
   * The same for one that was not written yet.
   *
   * @param from the session that it goes on from, where that was claimed: what ended all sessions since that was watched,
   *   ended this one
   */
  watchNew(session: AppSession, from: AppSession | null): void;
  /** Tells for one request alone that it may end a session, before the store is told. */
  claim(session: AppSession): boolean;
  /** Tells for one request alone that it may tell what ended with a session. */
  mayTell(session: AppSession): boolean;
  /** Whether a session was ended in this process since it was watched. */
  hasEnded(session: AppSession): boolean;
  /** Whether its functions return promises though they call back: they catch what a callback throws. */
  isAsync(): boolean;
}

interface Watched {
  /** What ended later, ended this one. */
  readonly since: Since;
  /** Whether it lies in the store, which takes a session out when it is written after its time. */
  stored: boolean;
  /** Whether a request ended it to go on from it. */
  claimed: boolean;
}

/** Shared by all instances over a store, and by all copies of the package. */
const ENDED = Symbol.for('passport-second-factor.ended');

/**
 * Watches a session store, once. Its own `destroy` and `clear` count as ends, no matter who calls them; what they are
 * given, return and throw passes through unchanged. A watched session is written only while it is there.
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
  // What is asked on every request: once it has shown whether it answers by promises, it goes straight to the store.
  const isFree = ([id]: readonly unknown[]): boolean => looked && order.isFree(id);

  /** Some stores end several at once. */
  const endAll = (ids: readonly unknown[]): ((failed: boolean) => void) => {
    const ends = ids.filter((id) => typeof id === 'string').map((id) => ended.end(id));
    return (failed) => {
      for (const over of ends) over(failed);
    };
  };

  /** Some stores read and write a whole session to touch it, and so bring one back that ended meanwhile. */
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
  // express-session's `reload` puts the session that it makes so into the place of the one before.
  wrap(
    store,
    'createSession',
    (bare, args) => {
      const session = bare(args);
      if (!watchedOf(session)) note(session as object, { since: anew(), stored: true, claimed: false });
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
      if (!watchedOf(session)) note(session, { since: anew(), stored: true, claimed: false });
    },
    watchNew(session, from) {
      const former = watchedOf(from);
      const since = former?.claimed ? { ...anew(), all: former.since.all } : anew();
      note(session, { since, stored: false, claimed: false });
    },
    claim(session) {
      const watched = watchedOf(session);
      const first = ended.claim(session.id, watched?.since ?? anew());
      if (watched && first) watched.claimed = true;
      return first;
    },
    mayTell: (session) => ended.mayTell(session.id, (watchedOf(session)?.since ?? anew()).own),
    hasEnded: (session) => ended.has(session.id, watchedOf(session)?.since ?? anew()),
    isAsync: () => isAsync,
  };
}

/** What is known of a session: on the session itself, where no store and no copy sees it. */
const WATCHED = Symbol('watched');

function watchedOf(session: unknown): Watched | undefined {
  return (session as { readonly [WATCHED]?: Watched } | null | undefined)?.[WATCHED];
}

function note(session: object, watched: Watched): void {
  Object.defineProperty(session, WATCHED, { configurable: true, value: watched });
}

/** Whether a store gives a session to nobody any more, whatever it keeps. */
function isOver({ cookie }: AppSession): boolean {
  return typeof cookie.maxAge === 'number' && cookie.maxAge <= 0;
}

interface Write {
  readonly id: unknown;
  removed: boolean;
}

/** The store's own `set` under way, in which a `destroy` is no end: some so take out what is past its time. */
function createWrites() {
  const byCallback = new WeakMap<object, Write>();
  let current: Write | undefined;
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
        if (!said[0]) over?.(write.removed);
        // What the application does in its callback is not part of the write, even where the store calls it at once.
        return within(undefined, () => Reflect.apply(done, undefined, said) as unknown);
      };
      byCallback.set(told, write);
      return within(write, () => bare(args.with(2, told)));
    },
    /** Whether a `destroy` belongs to a `set`, which it is part of or hands its callback on to. */
    remove(id: string, done: unknown): boolean {
      const write = current?.id === id ? current : byCallback.get(done as object);
      if (write) write.removed = true;
      return write !== undefined;
    },
  };
}
