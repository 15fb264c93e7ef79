import { presentCode } from './attempt.js';
import { ENROLLMENT_OFFSET_STEPS, SKEW_HINT_STEPS } from './limits.js';
import { NO_FAILURES } from './lockout.js';
import type { AccountRecord } from './record.js';
import type { RecoverySet } from './recovery-codes.js';
import { APP_PARAMETERS, matchingSteps, timeStepAt } from './totp.js';

/** What the code typed into a set-up form shows. */
type Confirmation =
  | { readonly ok: true; readonly step: number; readonly clockOffset: number }
  | { readonly ok: false; readonly reason: 'code-malformed' | 'code-invalid' }
  /** Right for another minute; `minutes` by which the phone's clock is ahead (negative: behind). */
  | { readonly ok: false; readonly reason: 'clock-skew'; readonly minutes: number };

/**
 * Checks the code that is to prove that the authenticator holds the new secret, which {@link APP_PARAMETERS} go
 * with. Pure. Of several steps
 * with the same code the one nearest to the server's clock counts.
 *
 * @param typed what was typed, of any type
 * @param now milliseconds since 1970
 * @param window 0 accepts the code of this very step only; otherwise the phone's clock may be five steps off
 */
export function decideConfirmation(
  secret: Uint8Array,
  typed: unknown,
  now: number,
  window: number,
): Confirmation {
  const presented = presentCode(typed);
  const { digits, period } = APP_PARAMETERS;
  if (presented.kind !== 'otp' || presented.code.length !== digits)
    return { ok: false, reason: 'code-malformed' };

  const current = timeStepAt(now, period);
  const around = Array.from({ length: 2 * SKEW_HINT_STEPS + 1 }, (_, i) => current - SKEW_HINT_STEPS + i);
  const offsets = matchingSteps(secret, presented.code, around, APP_PARAMETERS).map((step) => step - current);
  const offset = offsets.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  if (offset === undefined) return { ok: false, reason: 'code-invalid' };

  if (Math.abs(offset) <= (window === 0 ? 0 : ENROLLMENT_OFFSET_STEPS)) {
    return { ok: true, step: current + offset, clockOffset: offset };
  }
  return { ok: false, reason: 'clock-skew', minutes: wholeMinutes(offset) };
}

/**
 * The first record of an account.
 *
 * @param enrollment 128 fresh random bits, base64url
 * @param now milliseconds since 1970
 */
export function enrolledRecord(
  enrollment: string,
  first: Pick<AccountRecord, 'authenticators' | 'keys'>,
  recovery: RecoverySet,
  now: number,
): AccountRecord {
  return {
    enrollment,
    enrolledAt: now,
    ...first,
    ...NO_FAILURES,
    ...recovery,
    browsers: [],
    browsersStamp: null,
    activity: [],
  };
}

/** Steps as minutes, never 0: "your clock is off by 0 minutes" would help nobody. */
function wholeMinutes(steps: number): number {
  const minutes = Math.round((Math.abs(steps) * APP_PARAMETERS.period) / 60);
  return Math.sign(steps) * Math.max(1, minutes);
}
