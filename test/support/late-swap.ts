import type { Store } from '../../lib/vault/store.js';
import type { TimeLimit } from './time-limit.js';

/** The answer to a swap, which the test has. */
export interface LateAnswer {
  /** The store has made the swap, and its answer is on the way. */
  readonly held: Promise<void>;
  /** Lets the answer come: what the store said, or what it says instead. */
  come(instead?: boolean | Error): void;
}

/**
 * Holds the answer to one swap of a store until the test lets it come, and ends the time of its caller.
 *
 * @param limit the time to end; `null`: the caller goes on waiting
 * @param place which swap from now on; 1: the next one
 * @param made whether it reaches the store at all
 */
export function holdSwap(store: Store, limit: TimeLimit | null, place = 1, made = true): LateAnswer {
  const swap = store.compareAndSet.bind(store);
  let left = place;
  let comes: ((instead: boolean | Error | undefined) => void) | undefined;
  let isHeld = (): void => undefined;
  const held = new Promise<void>((resolve) => (isHeld = resolve));
  store.compareAndSet = async (...given) => {
    if (--left > 0) return swap(...given);
    store.compareAndSet = swap;
    const told = made ? await swap(...given) : false;
    const instead = await new Promise<boolean | Error | undefined>((resolve) => {
      comes = resolve;
      isHeld();
      void limit?.passOnce();
    });
    if (instead instanceof Error) throw instead;
    return instead ?? told;
  };
  return { held, come: (instead) => comes?.(instead) };
}
