import { withoutRemembered } from './known-browsers.js';
import { MAXIMUM_AUTHENTICATORS } from './limits.js';
import { withoutFailures } from './lockout.js';
import type { AccountRecord, Authenticator } from './record.js';
import { cleanText } from './clean-text.js';

/** Longer names are cut: they only tell authenticators apart. */
const NAME_MAXIMUM_CHARACTERS = 40;

/** A space and up to two digits. */
const NUMBER_CHARACTERS = 3;

/** What somebody called an authenticator, fit to be shown; empty when it was nothing. */
export function authenticatorName(typed: unknown): string {
  return typeof typed === 'string' ? cleanText(typed, NAME_MAXIMUM_CHARACTERS) : '';
}

/**
 * What one more authenticator is called, which no other one of the account is: so that no two entries of an app look alike.
 *
 * @param wanted what {@link authenticatorName} gave; an empty one becomes a number
 */
export function freeName(authenticators: readonly Pick<Authenticator, 'name'>[], wanted: string): string {
  const isFree = (name: string): boolean => authenticators.every((each) => each.name !== name);
  if (wanted !== '' && isFree(wanted)) return wanted;
  const numbered = (number: number): string => {
    const short = Array.from(wanted)
      .slice(0, NAME_MAXIMUM_CHARACTERS - NUMBER_CHARACTERS)
      .join('');
    return `${short} ${String(number)}`.trim();
  };
  let number = authenticators.length + 1;
  while (!isFree(numbered(number))) number += 1;
  return numbered(number);
}

/** Whether one more authenticator may be added. */
export function mayAddAuthenticator({ authenticators }: { authenticators: readonly unknown[] }): boolean {
  return authenticators.length < MAXIMUM_AUTHENTICATORS;
}

/** How many digits the codes of authenticators have: ascending, each number once. */
export function digitsOf(authenticators: readonly Pick<Authenticator, 'parameters'>[]): readonly number[] {
  const digits = new Set<number>(authenticators.map(({ parameters }) => parameters.digits));
  return [...digits].sort((a, b) => a - b);
}

/**
 * Whether one of a record's authenticators holds a secret already, whatever its codes look like: twice in a record,
 * each of its codes would be accepted twice.
 */
export function hasSecret({ authenticators }: AccountRecord, secret: Uint8Array): boolean {
  return authenticators.some((authenticator) => Buffer.from(authenticator.secret).equals(secret));
}

/** The record with one more authenticator; everything that was proved before stays. */
export function withAuthenticator(record: AccountRecord, added: Authenticator): AccountRecord {
  return { ...record, authenticators: [...record.authenticators, added] };
}

/**
 * The record with a new authenticator in the place of all it had: under a new enrollment, so that every
 * session and parked sign-in that the old ones let in is void, no browser is remembered, and every lock ends.
 * Recovery codes stay, and browsers stay known.
 *
 * @param enrollment 128 fresh random bits, base64url
 */
export function withAuthenticatorReplaced(
  record: AccountRecord,
  added: Authenticator,
  enrollment: string,
): AccountRecord {
  return { ...withoutRemembered(withoutFailures(record)), enrollment, authenticators: [added] };
}

/**
 * The record without one of several authenticators, under a new enrollment: what it let in is void, and no browser
 * is remembered; all budgets of guesses stay. `null` when it is the last factor of the account, or not there.
 *
 * @param enrollment 128 fresh random bits, base64url
 */
export function withoutAuthenticator(
  record: AccountRecord,
  id: string,
  enrollment: string,
): AccountRecord | null {
  const authenticators = record.authenticators.filter((authenticator) => authenticator.id !== id);
  const left = authenticators.length + record.keys.length;
  if (left === 0 || authenticators.length === record.authenticators.length) return null;
  return { ...withoutRemembered(record), enrollment, authenticators };
}
