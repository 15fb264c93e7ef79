import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A time limit that ends when a test says so: refusals come at once, and never where an answer was to come. */
export interface TimeLimit {
  /** What to hand to the code under test, in milliseconds: long, and nobody else's. */
  readonly ms: number;
  /** Ends it for everybody who waits, and from now on for everybody who begins to. */
  pass(): void;
  /** Ends it for everybody who waits now. */
  passOnce(): Promise<void>;
  /** From now on it does not end. */
  hold(): void;
}

/** Within what the option `storeTimeoutMs` may be. */
const FIRST_MILLISECONDS = 50_000;
const LAST_MILLISECONDS = 59_000;

interface Waiting {
  readonly passing: { now: boolean };
  readonly timers: Map<NodeJS.Timeout, () => void>;
}

/** The limits that were made, by their milliseconds. */
const limits = new Map<number, Waiting>();
/** The timers that this module has put in place; others may have put theirs before it or over it. */
let ours: unknown;

/** Makes a time limit; timers of exactly its length belong to it, no matter who sets them. */
export function timeLimit(): TimeLimit {
  watchTimers();
  const ms = FIRST_MILLISECONDS + (limits.size % (LAST_MILLISECONDS - FIRST_MILLISECONDS));
  const passing = { now: false };
  const timers = new Map<NodeJS.Timeout, () => void>();
  limits.set(ms, { passing, timers });
  const passOnce = (): Promise<void> =>
    new Promise((resolve) => {
      const waiting = [...timers.keys()];
      setImmediate(() => {
        for (const timer of waiting) end(timers, timer);
        resolve();
      });
    });
  return {
    ms,
    pass() {
      passing.now = true;
      void passOnce();
    },
    passOnce,
    hold: () => void (passing.now = false),
  };
}

function end(timers: Waiting['timers'], timer: NodeJS.Timeout): void {
  const told = timers.get(timer);
  globalThis.clearTimeout(timer);
  told?.();
}

/** Has this process's timers looked at; those of other lengths are left as they are. */
function watchTimers(): void {
  if (globalThis.setTimeout === ours) return;
  const before = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const watched = (told: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = before.setTimeout(told, ms, ...args);
    const limit = limits.get(ms ?? 0);
    if (!limit) return timer;
    limit.timers.set(timer, () => told(...args));
    if (limit.passing.now) setImmediate(() => end(limit.timers, timer));
    return timer;
  };
  const cleared = (timer?: NodeJS.Timeout): void => {
    for (const { timers } of limits.values()) timers.delete(timer!);
    before.clearTimeout(timer);
  };
  ours = Object.assign(watched, { __promisify__: sleep, [promisify.custom]: sleep });
  globalThis.setTimeout = ours as never;
  globalThis.clearTimeout = cleared as never;
}
