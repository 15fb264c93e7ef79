import { isDeepStrictEqual } from 'node:util';
import type { ActivityName } from '../activity.js';
import { ACTIVITY_NAMES } from '../activity.js';
import { list, oneOf, string, integer } from './written.js';

/** One thing that happened, or the same one several times in a row. */
export interface Activity {
  readonly what: ActivityName;
  /** When it happened last, in whole seconds since 1970. */
  readonly at: number;
  /** How often; 1 at least. */
  readonly count: number;
  /** The address it came from; empty: not known, or several. */
  readonly ip: string;
  /** The name of the browser; empty: not known, or several. */
  readonly browser: string;
  /** The operator who did it; empty: the owner, or somebody who passed for them. */
  readonly by: string;
}

/** Entries of one account. */
export const MAXIMUM_ACTIVITY = 20;
/** What they may take, written as JSON, in bytes: twenty with addresses of IPv6 and long names of browsers stay below. */
export const ACTIVITY_BYTES = 2048;
/**
 * Places that wrong codes are counted for, one entry each, between two other entries. Codes from any further place are
 * counted together: whoever guesses from many addresses must not push out what else happened.
 */
const WRONG_CODE_PLACES = 3;
/** Of the entries there is room for, so many are of wrong codes at most: those places, and all further ones together. */
const WRONG_CODE_ENTRIES = WRONG_CODE_PLACES + 1;

/** What is told each time: when somebody signed in matters, however often. */
const TOLD_EACH_TIME: ReadonlySet<ActivityName> = new Set(['signed-in', 'remembered-browser']);

/**
 * The activity with one more entry, at the end. Where there are more than twenty then, or more bytes than
 * {@link ACTIVITY_BYTES}, the oldest ones go; those of wrong codes first, as long as there are more than four of them:
 * whoever guesses after every sign-in of the owner must not push out the rest either. What happens again, with nothing in
 * between, raises a count. Pure.
 */
export function withActivity(activity: readonly Activity[], entry: Activity): readonly Activity[] {
  const next = isWrongCode(entry) ? withWrongCode(activity, entry) : withOther(activity, entry);
  while (isTooMuch(next)) {
    const wrong = next.filter(isWrongCode);
    const goes = wrong.length > WRONG_CODE_ENTRIES ? wrong[0] : next[0];
    next.splice(
      next.findIndex((each) => each === goes),
      1,
    );
  }
  return next;
}

/**
 * The activity without one entry: the first of its name that was not there before. What {@link withActivity} counted
 * together with others leaves those. Pure.
 *
 * @param before the activity that the entry was added to
 */
export function withoutEntry(
  activity: readonly Activity[],
  what: ActivityName,
  before: readonly Activity[],
): readonly Activity[] {
  const former = [...before];
  const wasThere = (entry: Activity): boolean => {
    const same = former.findIndex((each) => isDeepStrictEqual(each, entry));
    return same !== -1 && former.splice(same, 1).length > 0;
  };
  const place = activity.findIndex((each) => each.what === what && !wasThere(each));
  const entry = activity[place];
  if (!entry) return activity;
  const count = entry.count - 1;
  const last = before.at(-1);
  const isCounted = last?.what === what && isSamePlace(last, entry) && last.count === count;
  const left = isCounted ? [last] : count === 0 ? [] : [{ ...entry, count }];
  return activity.toSpliced(place, 1, ...left);
}

function isTooMuch(activity: readonly Activity[]): boolean {
  return (
    activity.length > MAXIMUM_ACTIVITY ||
    Buffer.byteLength(JSON.stringify(activity.map(writtenActivity))) > ACTIVITY_BYTES
  );
}

function withOther(activity: readonly Activity[], entry: Activity): Activity[] {
  const last = activity.at(-1);
  const isAgain = last?.what === entry.what && isSamePlace(last, entry) && !TOLD_EACH_TIME.has(entry.what);
  return isAgain ? [...activity.slice(0, -1), again(last, entry)] : [...activity, entry];
}

function withWrongCode(activity: readonly Activity[], entry: Activity): Activity[] {
  const run = activity.slice(activity.findLastIndex((each) => !isWrongCode(each)) + 1);
  const from = (place: Activity): Activity | undefined => run.find((each) => isSamePlace(each, place));
  const elsewhere = { ...entry, ip: '', browser: '' };
  const counted = from(entry) ?? (run.length < WRONG_CODE_PLACES ? undefined : from(elsewhere));
  if (counted) return [...activity.filter((each) => each !== counted), again(counted, entry)];
  return [...activity, run.length < WRONG_CODE_PLACES ? entry : elsewhere];
}

function isWrongCode({ what }: Activity): boolean {
  return what === 'code-refused' || what === 'locked';
}

function isSamePlace(one: Activity, other: Activity): boolean {
  return one.ip === other.ip && one.browser === other.browser && one.by === other.by;
}

/** Of wrong codes one that brought a wait says what all of them are told as. */
function again(former: Activity, { what, at }: Activity): Activity {
  return { ...former, what: former.what === 'locked' ? former.what : what, at, count: former.count + 1 };
}

/** An entry as the record is written with it. */
export function writtenActivity({ what, at, count, ip, browser, by }: Activity): unknown[] {
  return [what, at, count, ip, browser, by];
}

/**
 * The entry that {@link writtenActivity} wrote.
 *
 * @throws {TypeError} when it is anything else
 */
export function readActivity(value: unknown): Activity {
  const fields = list(value, 6);
  return {
    what: oneOf(ACTIVITY_NAMES, fields[0]),
    at: integer(fields[1]),
    count: integer(fields[2]),
    ip: string(fields[3]),
    browser: string(fields[4]),
    by: string(fields[5]),
  };
}
