import { setTimeout as pause } from 'node:timers/promises';

/** Longest pause after a write, in milliseconds: more than SQLite takes to commit on a slow disk. */
const LONGEST_PAUSE = 50;

/**
 * Runs writes one after the other, and pauses after each for as long as it took. SQLite does not queue those who wait for
 * its lock: they try again and again. Without the pauses, a process with many writes, such as a rekey, would have
 * others wait until they give up.
 */
export function sqliteTurns(): <Result>(write: () => Promise<Result>) => Promise<Result> {
  let turn: Promise<unknown> = Promise.resolve();
  return (write) => {
    let begun = 0;
    const written = turn.then(() => {
      begun = performance.now();
      return write();
    });
    const rest = (): Promise<void> => pause(Math.min(performance.now() - begun, LONGEST_PAUSE));
    turn = written.then(rest, rest);
    return written;
  };
}
