/** So many are under way together at most: a store that is far away is waited for once. */
const MOST = 64;
/** What takes longer than the quickest one by this, and by half of its time, has waited for its turn. */
const WAITED_MILLISECONDS = 25;

/** How many of the same are done at once. */
export interface Pace {
  readonly atOnce: () => number;
  /** One was done, in so many milliseconds. */
  readonly took: (milliseconds: number) => void;
}

/**
 * More at once for as long as each takes no longer for it. A store has so many connections, and where they are few, many at
 * once only wait for each other, until they are late, and people who sign in wait behind them.
 */
export function createPace(): Pace {
  // Of the first one it is known that it waited for no other.
  let atOnce = 1;
  let quickest = Infinity;
  return {
    atOnce: () => atOnce,
    took(milliseconds) {
      quickest = Math.min(quickest, milliseconds);
      const hasWaited = milliseconds > 1.5 * quickest + WAITED_MILLISECONDS;
      atOnce = Math.max(1, Math.min(MOST, atOnce + (hasWaited ? -1 : 1)));
    },
  };
}

/**
 * A pace for lists that are read at the same time: they share it, so that all of them together have no more under way than
 * one alone, but each at least one. It begins anew when none is read.
 */
export function createSharedPace(): <Result>(act: (pace: Pace) => Promise<Result>) => Promise<Result> {
  let shared = createPace();
  let sharers = 0;
  const pace: Pace = {
    atOnce: () => Math.max(1, Math.floor(shared.atOnce() / sharers)),
    took: (milliseconds) => {
      shared.took(milliseconds);
    },
  };
  return async (act) => {
    if (sharers === 0) shared = createPace();
    sharers++;
    try {
      return await act(pace);
    } finally {
      sharers--;
    }
  };
}
