import {
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findCommand } from '../../scripts/ensure-tools.js';

/**
 * The system clock of other processes (libfaketime): it stands still but for the jumps it is told, so that nothing
 * depends on how long a test takes.
 */
export interface SystemClock {
  /** What a process must be started with to go by this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as those processes see it. */
  now(): number;
  /** Sets the clock ahead by seconds, or back when negative, for processes that run already as well. */
  jump(by: number): void;
  remove(): void;
}

/** Makes a clock that shows the present time, in whole seconds. Timers of the processes are left alone. */
export function makeSystemClock(): SystemClock {
  const library = findLibrary();
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  const file = join(folder, 'time');
  let seconds = Math.floor(Date.now() / 1000);

  // Renamed into place: a reader never sees half of it.
  function write(): void {
    const [day = '', time = ''] = new Date(seconds * 1000).toISOString().split(/[T.]/);
    writeFileSync(`${file}.new`, `${day} ${time}\n`);
    renameSync(`${file}.new`, file);
  }
  write();
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      TZ: 'UTC', // of the date in the file
    },
    now: () => seconds * 1000,
    jump(by) {
      seconds += by;
      write();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * The library beside the command. The command itself fails where a process that was killed had the same id: it left a
 * semaphore of that name.
 */
function findLibrary(): string {
  const faketime = findCommand('faketime');
  if (faketime === null) throw new Error('there is no faketime: npm test installs it, or says how to');
  const lib = join(dirname(realpathSync(faketime)), '../lib');
  const folders = [lib, ...readdirSync(lib).map((name) => join(lib, name))];
  const library = folders.map((folder) => join(folder, 'faketime/libfaketimeMT.so.1')).find(existsSync);
  if (library === undefined) throw new Error(`there is no faketime/libfaketimeMT.so.1 in ${lib}`);
  return library;
}
