/** Ctrl-C, a service that is stopped, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From here on a signal does not end the process in the middle of a change: what was written would be told to nobody, no
 * event and no mail. A second signal does. Those that the application hears of itself are left to it.
 *
 * @param held hears of the first one
 * @param again hears of every further one
 */
export function holdSignals(held: () => void, again: (signal: string) => void): void {
  let isHeld = false;
  for (const signal of SIGNALS) {
    if (process.listenerCount(signal) > 0) continue;
    process.on(signal, () => {
      if (isHeld) again(signal);
      else held();
      isHeld = true;
    });
  }
}
