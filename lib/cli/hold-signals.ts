/** Ctrl-C, a service that is stopped, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Launchers such as npx pass a signal on that the terminal has sent to all programs: both come at once. */
const SAME_MILLISECONDS = 500;

/**
 * From here on a signal does not end the process in the middle of a change: what was written would be told to nobody, no
 * event and no mail. A further signal does, half a second later or more. Those that the application hears of itself are
 * left to it.
 *
 * @param held hears of the first one
 * @param again hears of every further one
 */
export function holdSignals(held: () => void, again: (signal: string) => void): void {
  let heldAt: number | undefined;
  for (const signal of SIGNALS) {
    if (process.listenerCount(signal) > 0) continue;
    process.on(signal, () => {
      if (heldAt === undefined) {
        heldAt = performance.now();
        held();
      } else if (performance.now() - heldAt >= SAME_MILLISECONDS) again(signal);
    });
  }
}
