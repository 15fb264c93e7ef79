import type { Store } from '../../lib/vault/store.js';
import type { TimeLimit } from './time-limit.js';

/** The answer to a swap that comes after its caller was refused. */
export interface LateAnswer {
  /** Lets the answer come: what the store said, or what it says instead. */
  come(instead?: boolean | Error): void;
}

/**
 * Holds the answer to one swap of a store until the test lets it come, and ends the time of its caller.
 *
 * @param place which swap from now on; 1: the next one
 * @param made whether it reaches the store at all
 */
export function holdSwap(store: Store, limit: TimeLimit, place = 1, made = true): LateAnswer {
  const swap = store.compareAndSet.bind(store);
  let left = place;
  let comes: ((instead: boolean | Error | undefined) => void) | undefined;
  store.compareAndSet = async (...given) => {
    if (--left > 0) return swap(...given);
    store.compareAndSet = swap;
    const told = made ? await swap(...given) : false;
    const instead = await new Promise<boolean | Error | undefined>((resolve) => {
      comes = resolve;
      void limit.passOnce();
    });
    if (instead instanceof Error) throw instead;
    return instead ?? told;
  };
  return { come: (instead) => comes?.(instead) };
}
