import { cleanText } from './clean-text.js';
import { withoutRemembered } from './known-browsers.js';
import { MAXIMUM_SECURITY_KEYS } from './limits.js';
import { NO_FAILURES, charged } from './lockout.js';
import type { AccountRecord, Decision, SecurityKey } from './record.js';

/** The counter of a key that is stopped: no key can count further (WebAuthn §6.1: 32 bits), and none that tells it gets in. */
export const STOPPED_COUNTER = 2 ** 32 - 1;
/** Longer names are cut: they only tell keys apart. */
const NAME_MAXIMUM_CHARACTERS = 40;

/** What a signature that was verified says. */
export interface Assertion {
  readonly credentialId: string;
  /** The public key it was verified with, as the record had it. */
  readonly publicKey: string;
  /** When its challenge was issued, milliseconds since 1970. */
  readonly issuedAt: number;
  readonly counter: number;
  /** Whether the key checked a PIN, a finger or a face. */
  readonly userVerified: boolean;
}

/** What became of one assertion. */
export type AssertionOutcome =
  | {
      readonly ok: true;
      readonly method: 'security-key';
      readonly userVerified: boolean;
      readonly recoveryCodesLeft: number;
    }
  /** The account has no such key, or the signature is of another one. */
  | { readonly ok: false; readonly reason: 'assertion-invalid' }
  /** Its challenge is older than one that the key has answered. */
  | { readonly ok: false; readonly reason: 'assertion-already-used'; readonly lastUsedAt: number }
  /** The counter went back: there may be two of this key. `found`: just now. */
  | { readonly ok: false; readonly reason: 'security-key-stopped'; readonly found: boolean };

/**
 * Checks an assertion, whose signature was verified, against a record: the only place that does, for every operation.
 * Pure.
 *
 * A key answers a challenge once, and none that is older than one it has answered. A counter that goes back, or stands
 * still where it counts, stops the key for good, no matter who holds it (WebAuthn §6.1.1): its owner removes it. So does the
 * highest there is, which only a copy tells: behind it the owner's next answer would be refused without an alarm. A success
 * ends the waits that wrong codes have brought in the browser's budget. No failure is charged: a signature cannot be guessed.
 *
 * @param browser the id of a known browser; left out: a stranger
 */
export function decideAssertion(
  record: AccountRecord,
  { credentialId, publicKey, issuedAt, counter, userVerified }: Assertion,
  browser?: string,
): Decision<AssertionOutcome> {
  const key = record.keys.find((known) => known.credentialId === credentialId);
  if (key?.publicKey !== publicKey) {
    return { outcome: { ok: false, reason: 'assertion-invalid' }, next: 'unchanged' };
  }
  if (issuedAt <= key.lastUsedAt) {
    const { lastUsedAt } = key;
    return { outcome: { ok: false, reason: 'assertion-already-used', lastUsedAt }, next: 'unchanged' };
  }
  const counts = counter > 0 || key.counter > 0;
  if (counts && (counter <= key.counter || counter === STOPPED_COUNTER)) {
    const found = key.counter !== STOPPED_COUNTER;
    const stopped = withKey(record, { ...key, counter: STOPPED_COUNTER });
    return {
      outcome: { ok: false, reason: 'security-key-stopped', found },
      next: found ? stopped : 'unchanged',
      activity: 'security-key-stopped',
    };
  }
  return {
    outcome: {
      ok: true,
      method: 'security-key',
      userVerified,
      recoveryCodesLeft: record.recoveryDigests.length,
    },
    next: charged(withKey(record, { ...key, counter, lastUsedAt: issuedAt }), browser, NO_FAILURES),
  };
}

/**
 * When a challenge counts as issued: now, but after every challenge that the account's keys have answered, so that a clock
 * that was set back shuts nobody out.
 *
 * @param now milliseconds since 1970
 */
export function issueTime(keys: readonly Pick<SecurityKey, 'lastUsedAt'>[], now: number): number {
  return Math.max(now, ...keys.map(({ lastUsedAt }) => lastUsedAt + 1));
}

/** What somebody called a key, fit to be shown; empty when it was nothing. */
export function keyName(typed: unknown): string {
  return typeof typed === 'string' ? cleanText(typed, NAME_MAXIMUM_CHARACTERS) : '';
}

/** Whether one more key may be added for an rpId: those of a former one let nobody in, and must keep no new one out. */
export function mayAddKey(keys: readonly Pick<SecurityKey, 'rpId'>[], rpId: string): boolean {
  return keys.filter((key) => key.rpId === rpId).length < MAXIMUM_SECURITY_KEYS;
}

/** The record with a key: in the place of the one with its credential id, else beside the others. Everything that was proved before stays. */
export function withKey(record: AccountRecord, key: SecurityKey): AccountRecord {
  const place = record.keys.findIndex(({ credentialId }) => credentialId === key.credentialId);
  return { ...record, keys: place < 0 ? [...record.keys, key] : record.keys.with(place, key) };
}

/**
 * The record without some of its keys, under a new enrollment: what they let in is void, and no browser is remembered; all
 * budgets of guesses stay. `null` when nothing else is left, or none of them is there.
 *
 * @param enrollment 128 fresh random bits, base64url
 */
export function withoutKeys(
  record: AccountRecord,
  goes: (key: SecurityKey) => boolean,
  enrollment: string,
): AccountRecord | null {
  const keys = record.keys.filter((key) => !goes(key));
  const left = keys.length + record.authenticators.length;
  if (left === 0 || keys.length === record.keys.length) return null;
  return { ...withoutRemembered(record), enrollment, keys };
}
