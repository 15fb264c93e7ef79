import type { Around, Bare, Told } from './store-calls.js';
import { callAfter } from './store-calls.js';

/** One write of a session that may be written only while it is in the store. */
interface GuardedWrite {
  readonly lookUp: (told: (error: unknown, stored: object | null) => void) => void;
  readonly hasEnded: () => boolean;
  readonly write: (told: Told, stored: object) => unknown;
  readonly done: Told;
}

/**
 * Writes a session that is still there. If another process ends it, a window of one round trip remains between look-up
 * and write, because session stores have no compare-and-set.
 *
 * @returns the return value of the write
 */
export function guardedWrite({ lookUp, hasEnded, write, done }: GuardedWrite): Promise<unknown> {
  let resolve: (result: unknown) => void = () => undefined;
  const written = new Promise((settle) => (resolve = settle));
  const refuse = (error: unknown): void => {
    done(...(error ? [error] : []));
    resolve(undefined);
  };
  // Not inside the promise, which would catch what a callback throws that is called at once.
  lookUp((error, stored) => {
    if (error || !stored || hasEnded()) {
      refuse(error);
      return;
    }
    const answer = { told: false };
    try {
      resolve(
        write((...said) => {
          answer.told = true;
          return done(...said);
        }, stored),
      );
    } catch (thrown) {
      if (answer.told) throw thrown;
      // An exception here, in a callback of the store, would end the process.
      refuse(thrown);
    }
  });
  return written;
}

/** How long later calls wait for a look-up that the store does not answer: longer than a healthy store ever takes. */
const HELD_MILLISECONDS = 2000;

/**
 * Keeps calls of a session store in the order in which they were made. A write looks first, and so reaches the store
 * later. Calls for the same session wait until the write has been passed to the store.
 */
interface CallOrder {
  /**
   * @param act gets a function to call when later calls need not wait any more
   */
  hold(id: unknown, act: (release: () => void) => unknown): unknown;
  after(act: Around, bare: Bare, args: unknown[]): unknown;
}

export function createCallOrder(): CallOrder {
  const held = new Map<unknown, Promise<void>>();
  return {
    hold(id, act) {
      let open = (): void => undefined;
      const hold = new Promise<void>((resolve) => (open = resolve));
      const release = (): void => {
        clearTimeout(late);
        // What waits goes on in a later turn, after the present one has passed the write to the store.
        open();
        if (held.get(id) === hold) held.delete(id);
      };
      const late = setTimeout(release, HELD_MILLISECONDS).unref();
      const before = held.get(id);
      held.set(id, hold);
      return before ? before.then(() => act(release)) : act(release);
    },
    after(act, bare, args) {
      const before = held.get(args[0]);
      return before ? callAfter(before, act, bare, args) : act(bare, args);
    },
  };
}
