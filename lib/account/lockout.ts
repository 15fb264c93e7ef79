import type { LockoutLimits } from './limits.js';
import type { AccountRecord, Failures } from './record.js';

/** Whether codes are checked now: `until` in milliseconds since 1970, `null` for the hard limit. */
export type Lock = { readonly locked: false } | { readonly locked: true; readonly until: number | null };

/** A budget nobody has used. */
export const NO_FAILURES: Failures = { failures: 0, lockedUntil: 0 };

/** Whether a code may be checked at `now` (milliseconds since 1970). */
export function lockAt(record: Failures, now: number, limits: LockoutLimits): Lock {
  if (record.failures >= limits.hardLimit) return { locked: true, until: null };
  return now < record.lockedUntil ? { locked: true, until: record.lockedUntil } : { locked: false };
}

/** The counters after one more failure at `now` (milliseconds since 1970). */
export function afterFailure(record: Failures, now: number, limits: LockoutLimits): Failures {
  const failures = record.failures + 1;
  return { failures, lockedUntil: failures < limits.after ? 0 : now + waitSeconds(failures, limits) * 1000 };
}

/** The record with another count of failures in the budget of a known browser, or in that of strangers. */
export function charged(
  record: AccountRecord,
  browser: string | undefined,
  { failures, lockedUntil }: Failures,
): AccountRecord {
  if (!record.browsers.some(({ id }) => id === browser)) return { ...record, failures, lockedUntil };
  return {
    ...record,
    browsers: record.browsers.map((known) =>
      known.id === browser ? { ...known, failures, lockedUntil } : known,
    ),
  };
}

/** The record with every budget of guesses unused. */
export function withoutFailures(record: AccountRecord): AccountRecord {
  const browsers = record.browsers.map((browser) => ({ ...browser, ...NO_FAILURES }));
  return { ...record, ...NO_FAILURES, browsers };
}

/** The wait that this many failures in a row bring, in seconds. */
export function waitSeconds(failures: number, limits: LockoutLimits): number {
  if (failures < limits.after) return 0;
  return Math.min(limits.waitSeconds * 2 ** (failures - limits.after), limits.maxWaitSeconds);
}
