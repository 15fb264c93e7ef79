import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../scripts/ensure-tools.js';

/** The system clock of other processes, which jumps when it is told to (libfaketime). */
export interface SystemClock {
  /** What a process must be started with to go by this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as those processes see it. */
  now(): number;
  /** Sets the clock ahead, or back when negative, for processes that run already as well. */
  jump(seconds: number): void;
  remove(): void;
}

/** Makes a clock that shows the right time, until it jumps. Timers of the processes are left alone. */
export function makeSystemClock(): SystemClock {
  const faketime = findCommand('faketime');
  if (faketime === null) throw new Error('there is no faketime: npm test installs it, or says how to');
  const library = execFileSync(faketime, ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], {
    encoding: 'utf8',
  }).trim();
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  const file = join(folder, 'offset');
  let ahead = 0;

  // Renamed into place: a reader never sees half of it.
  function write(): void {
    writeFileSync(`${file}.new`, `${ahead < 0 ? '' : '+'}${String(ahead)}\n`);
    renameSync(`${file}.new`, file);
  }
  write();
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    now: () => Date.now() + ahead * 1000,
    jump(seconds) {
      ahead += seconds;
      write();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
