/** A callback in the manner of session stores. */
type Told = (...said: unknown[]) => unknown;

/** One write of a session that is to be written only while it is there. */
interface GuardedWrite {
  readonly lookUp: (told: (error: unknown, stored: object | null) => void) => void;
  readonly hasEnded: () => boolean;
  readonly write: (told: Told) => unknown;
  readonly undo: (told: Told) => unknown;
  readonly done: Told;
}

/**
 * Writes what is still there, and takes it away again when it ended meanwhile. For an end in another process a
 * window of one round trip is left between look-up and write: session stores have no compare-and-set.
 *
 * @returns what the write returns
 */
export function guardedWrite({ lookUp, hasEnded, write, undo, done }: GuardedWrite): Promise<unknown> {
  return new Promise((resolve) => {
    const refuse = (error: unknown): void => {
      done(...(error ? [error] : []));
      resolve(undefined);
    };
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
            if (said[0] || !hasEnded()) return done(...said);
            return undo(done);
          }),
        );
      } catch (thrown) {
        if (answer.told) throw thrown;
        // Thrown here, in a callback of the store, it would end the process.
        refuse(thrown);
      }
    });
  });
}

/** How long later calls wait for a look-up that a store does not answer: longer than one that is well ever takes. */
const HELD_MILLISECONDS = 2000;

/**
 * Calls of a session store in the order they were made, though a write looks first and so reaches the store later:
 * what is called meanwhile for the same session waits, until the write was handed to the store.
 */
interface CallOrder {
  /** @param act is given what tells that later calls need not wait any more */
  hold(id: unknown, act: (release: () => void) => unknown): unknown;
  after(id: unknown, act: () => unknown): unknown;
  /** Whether nothing has to wait. */
  isFree(id: unknown): boolean;
}

export function createCallOrder(): CallOrder {
  const held = new Map<unknown, Promise<void>>();
  const after = (id: unknown, act: () => unknown): unknown => {
    const before = held.get(id);
    return before ? before.then(act) : act();
  };
  return {
    hold(id, act) {
      let open = (): void => undefined;
      const hold = new Promise<void>((resolve) => (open = resolve));
      const release = (): void => {
        clearTimeout(late);
        // What waits goes on in a turn of its own, when the present one handed the write to the store.
        open();
        if (held.get(id) === hold) held.delete(id);
      };
      const late = setTimeout(release, HELD_MILLISECONDS).unref();
      const before = held.get(id);
      held.set(id, hold);
      return before ? before.then(() => act(release)) : act(release);
    },
    after,
    isFree: (id) => !held.has(id),
  };
}
