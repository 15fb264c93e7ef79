/** A callback in the manner of session stores. */
type Told = (...said: unknown[]) => unknown;

/** One write of a session that is to be written only while it is there. */
export interface GuardedWrite {
  readonly lookUp: (told: (error: unknown, stored?: object | null) => void) => unknown;
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
    lookUp((error, stored) => {
      if (error || !stored || hasEnded()) {
        done(...(error ? [error] : []));
        resolve(undefined);
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
        done(thrown);
        resolve(undefined);
      }
    });
  });
}

/** Keeps what was called after a write of a session after it, though the write looks first and so comes later. */
export interface WriteOrder {
  /** What is called after this waits until the function it returns is called. */
  hold(id: unknown): () => void;
  after(id: unknown, act: () => unknown): unknown;
}

export function createWriteOrder(): WriteOrder {
  const writes = new Map<unknown, Promise<void>>();
  return {
    hold(id) {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      writes.set(id, held);
      return () => {
        release();
        if (writes.get(id) === held) writes.delete(id);
      };
    },
    after(id, act) {
      const before = writes.get(id);
      return before ? before.then(act) : act();
    },
  };
}
