import { digitsOf } from './authenticators.js';
import { withoutRemembered } from './known-browsers.js';
import { MAXIMUM_OFFSET_STEPS } from './limits.js';
import type { Limits } from './limits.js';
import type { Lock } from './lockout.js';
import { NO_FAILURES, afterFailure, charged, lockAt, withoutFailures } from './lockout.js';
import { plainCode } from './plain-code.js';
import { digestsWithout, normalizeRecoveryCode } from './recovery-codes.js';
import type { AccountRecord, Authenticator, Decision } from './record.js';
import { matchingSteps, timeStepAt } from './totp.js';

/** How a code proved the second factor. */
export type CodeMethod = 'otp' | 'recovery-code';

/** How a sign-in to an account with a second factor was completed. */
export type SignInMethod = CodeMethod | 'security-key' | 'remembered-browser' | 'proven-elsewhere';

/** The outcome of one attempt. */
export type AttemptOutcome =
  | { readonly ok: true; readonly method: CodeMethod; readonly recoveryCodesLeft: number }
  | { readonly ok: false; readonly reason: 'code-malformed' }
  | { readonly ok: false; readonly reason: 'code-already-used' }
  /** A wrong code; `lock` is the wait that it brought, `failures` the count of wrong codes in a row. */
  | {
      readonly ok: false;
      readonly reason: 'code-invalid';
      readonly method: CodeMethod;
      readonly lock: Lock;
      readonly failures: number;
    }
  /** Codes are not checked now; `until` in milliseconds since 1970, `null`: not before recovery. */
  | { readonly ok: false; readonly reason: 'locked'; readonly until: number | null };

/** What was typed, by its shape alone. */
type PresentedCode =
  | { readonly kind: 'otp'; readonly code: string }
  | { readonly kind: 'recovery-code'; readonly code: string }
  | { readonly kind: 'malformed' };

/** Nothing longer is looked at: a recovery code with generous separators. */
export const LONGEST_TYPED_CHARACTERS = 64;

/**
 * Reads what was typed into the one field that takes both kinds of code. Only a string is a code, in any
 * spelling that {@link plainCode} knows; a code has six to eight digits (RFC 4226 §5.3).
 */
export function presentCode(typed: unknown): PresentedCode {
  if (typeof typed !== 'string' || typed.length > LONGEST_TYPED_CHARACTERS) return { kind: 'malformed' };
  const plain = plainCode(typed);
  if (/^[0-9]{6,8}$/.test(plain)) return { kind: 'otp', code: plain };
  const code = normalizeRecoveryCode(plain);
  return code === null ? { kind: 'malformed' } : { kind: 'recovery-code', code };
}

/**
 * Checks a code against a record: the only place that does, for every operation. Pure.
 *
 * A time step is accepted once and never after a newer one (RFC 6238 §5.2), and a code that two
 * authenticators show is spent for both; a wrong code is charged to the budget of the browser it came from,
 * or to the one that all strangers share; a code that was used before, or has not the shape of a code that the
 * account can have, is refused uncharged; which authenticator a wrong one was meant for changes nothing; while locked, right and wrong codes get the same answer and the record stays as it is.
 * A success clears its own budget and no other. A recovery code is void after use, ends every lock, makes
 * void every code that could be read before, and has remembered browsers asked for a code again: who needs
 * one may have lost more than their phone.
 *
 * @param typed what was typed, of any type
 * @param now milliseconds since 1970
 * @param browser the id of a known browser; left out: a stranger
 */
export function decideAttempt(
  record: AccountRecord,
  typed: unknown,
  now: number,
  limits: Limits,
  browser?: string,
): Decision<AttemptOutcome> {
  const presented = presentCode(typed);
  switch (presented.kind) {
    case 'malformed':
      return MALFORMED;
    case 'recovery-code':
      return decideRecoveryCode(record, presented.code, now, limits);
    case 'otp':
      return digitsOf(record.authenticators).includes(presented.code.length)
        ? decideTotp(record, presented.code, now, limits, browser)
        : MALFORMED;
  }
}

const MALFORMED: Decision<AttemptOutcome> = {
  outcome: { ok: false, reason: 'code-malformed' },
  next: 'unchanged',
};

function decideTotp(
  record: AccountRecord,
  code: string,
  now: number,
  limits: Limits,
  browser: string | undefined,
): Decision<AttemptOutcome> {
  const budget = record.browsers.find(({ id }) => id === browser) ?? record;
  const lock = lockAt(budget, now, limits.lockout);
  if (lock.locked) return { outcome: { ok: false, reason: 'locked', until: lock.until }, next: 'unchanged' };

  const matches = record.authenticators.map((authenticator) =>
    matchingSteps(
      authenticator.secret,
      code,
      acceptableSteps(authenticator, now, limits.window),
      authenticator.parameters,
    ),
  );
  const steps = matches.map((matching) => Math.max(...matching));
  const proved = record.authenticators.map(({ lastStep }, place) => (steps[place] ?? 0) > lastStep);
  if (proved.includes(true)) {
    const authenticators = record.authenticators.map((authenticator, place) =>
      proved[place] === true ? after(authenticator, steps[place] ?? 0, now, limits.window) : authenticator,
    );
    return {
      outcome: { ok: true, method: 'otp', recoveryCodesLeft: record.recoveryDigests.length },
      next: charged({ ...record, authenticators }, browser, NO_FAILURES),
    };
  }
  if (matches.some((matching) => matching.length > 0)) {
    return { outcome: { ok: false, reason: 'code-already-used' }, next: 'unchanged' };
  }
  const failed = afterFailure(budget, now, limits.lockout);
  const brought = lockAt(failed, now, limits.lockout);
  return {
    outcome: {
      ok: false,
      reason: 'code-invalid',
      method: 'otp',
      lock: brought,
      failures: failed.failures,
    },
    next: charged(record, browser, failed),
    activity: brought.locked ? 'locked' : 'code-refused',
  };
}

/** An authenticator after its code of a step was accepted. */
function after(authenticator: Authenticator, step: number, now: number, window: number): Authenticator {
  const current = timeStepAt(now, authenticator.parameters.period);
  const clockOffset = learnedOffset(authenticator, step - current, window);
  return { ...authenticator, lastStep: step, clockOffset };
}

function decideRecoveryCode(
  record: AccountRecord,
  code: string,
  now: number,
  limits: Limits,
): Decision<AttemptOutcome> {
  const left = digestsWithout(record, code);
  if (left.length === record.recoveryDigests.length) {
    const lock = { locked: false } as const;
    return {
      outcome: { ok: false, reason: 'code-invalid', method: 'recovery-code', lock, failures: 0 },
      next: 'unchanged',
    };
  }
  return {
    outcome: { ok: true, method: 'recovery-code', recoveryCodesLeft: left.length },
    next: {
      ...withoutRemembered(withoutFailures(record)),
      recoveryDigests: left,
      // Who has one of them has saved them.
      recoveryConfirmed: record.recoveryConfirmed === null ? null : true,
      authenticators: record.authenticators.map((authenticator) => ({
        ...authenticator,
        lastStep: Math.max(authenticator.lastStep, newestStep(authenticator, now, limits.window)),
      })),
    },
  };
}

/**
 * The record after an operator ended its locks. Where a clock that was set ahead had put `lastStep` into the
 * future it comes back to the newest step now acceptable, so that no code that could be read becomes right.
 */
export function unlocked(record: AccountRecord, now: number, limits: Limits): AccountRecord {
  return {
    ...withoutFailures(record),
    authenticators: record.authenticators.map((authenticator) => ({
      ...authenticator,
      lastStep: Math.min(authenticator.lastStep, newestStep(authenticator, now, limits.window)),
    })),
  };
}

function newestStep(authenticator: Authenticator, now: number, window: number): number {
  return Math.max(...acceptableSteps(authenticator, now, window));
}

/** The steps whose codes are accepted: around the server's clock and around the learned offset. */
function acceptableSteps(
  { clockOffset, parameters }: Authenticator,
  now: number,
  window: number,
): Set<number> {
  const current = timeStepAt(now, parameters.period);
  const steps = new Set<number>();
  for (const centre of window === 0 ? [0] : [0, clockOffset]) {
    for (let delta = -window; delta <= window; delta++) steps.add(current + centre + delta);
  }
  return steps;
}

/** Follows the authenticator's clock by at most one step per accepted code (RFC 6238 §6). */
function learnedOffset({ clockOffset }: Authenticator, seen: number, window: number): number {
  if (window === 0) return clockOffset;
  const followed = clockOffset + Math.sign(seen - clockOffset);
  return Math.max(-MAXIMUM_OFFSET_STEPS, Math.min(MAXIMUM_OFFSET_STEPS, followed));
}
