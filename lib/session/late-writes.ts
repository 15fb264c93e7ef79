import type { Since } from './ended-sessions.js';
import type { Around, Bare, Told } from './store-calls.js';
import { callAfter } from './store-calls.js';

/** How long a look-up waits for a write that the store does not answer: longer than a healthy store ever takes. */
const WAITED_MILLISECONDS = 2000;
const NONE: readonly Write[] = [];
/** The moment before all ends. */
const FIRST: Since = { own: 0, all: 0 };

/** A write that the store has not answered yet. */
interface Write {
  readonly id: string;
  readonly since: Since;
  /** Its place among them. */
  place: number;
  /** Called when it is answered and, if need be, undone. */
  waiting: Set<() => void> | undefined;
}

/**
 * The writes of sessions that a store has not answered yet. A store with several connections may carry one out after it
 * has ended the session. Then the session is back, until the answer comes and the write is undone.
 */
interface LateWrites {
  /**
   * Carries a write out. If the session has ended when it is answered, removes the session again.
   *
   * @param since when the session began
   * @param args the id, the session, and a callback
   */
  run(bare: Bare, args: unknown[], since: Since): unknown;
  /** Makes a call once no write of its session remains that the end overtook: within two seconds at most. */
  after(act: Around, bare: Bare, args: unknown[]): unknown;
  /** Until no write of a session remains that its end overtook: two seconds at most. */
  settled(id: unknown): Promise<void>;
  /** Whether the end of a session overtook a write that is not answered yet. */
  has(id: unknown): boolean;
}

/**
 * @param hasEnded whether a session that began at a moment has ended
 * @param remove removes a session again
 */
export function createLateWrites(
  hasEnded: (id: string, since: Since) => boolean,
  remove: (id: string, told: Told) => unknown,
): LateWrites {
  // Most requests of signed-in users touch their session, so one more has to cost little.
  const writes: Write[] = [];
  const drop = (write: Write): void => {
    const { place, waiting } = write;
    if (writes[place] !== write) return;
    const last = writes.pop() ?? write;
    if (last !== write) writes[(last.place = place)] = last;
    for (const over of waiting ?? []) over();
  };
  const late = (id: unknown): readonly Write[] =>
    hasEnded(id as string, FIRST)
      ? writes.filter((write) => write.id === id && hasEnded(write.id, write.since))
      : NONE;
  return {
    run(bare, args, since) {
      const [id, , done] = args as [string, unknown, Told];
      const begun: Write = { id, since, place: writes.length, waiting: undefined };
      writes.push(begun);
      args[2] = (...said: unknown[]) => {
        if (!hasEnded(id, since)) {
          drop(begun);
          return done(...said);
        }
        // Also if it failed: a lost connection may lose the answer alone.
        return remove(id, (error) => {
          drop(begun);
          return done(...(error && !said[0] ? [error] : said));
        });
      };
      try {
        return bare(args);
      } catch (thrown) {
        drop(begun);
        throw thrown;
      }
    },
    after(act, bare, args) {
      const found = late(args[0]);
      return found.length === 0 ? act(bare, args) : callAfter(allOver(found), act, bare, args);
    },
    settled: (id) => allOver(late(id)),
    has: (id) => late(id).length > 0,
  };
}

async function allOver(writes: readonly Write[]): Promise<void> {
  await Promise.all(writes.map(untilOver));
}

function untilOver(write: Write): Promise<void> {
  const waiting = (write.waiting ??= new Set());
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(waited);
      waiting.delete(over);
      resolve();
    };
    const waited = setTimeout(over, WAITED_MILLISECONDS).unref();
    waiting.add(over);
  });
}
