import { timingSafeEqual } from 'node:crypto';
import { MAXIMUM_OFFSET_STEPS } from './limits.js';
import type { Limits } from './limits.js';
import type { Lock } from './lockout.js';
import { afterFailure, lockAt } from './lockout.js';
import { normalizeRecoveryCode, recoveryDigest } from './recovery-codes.js';
import type { AccountRecord, Decision } from './record.js';
import { matchingSteps, timeStepAt } from './totp.js';

/** How a code proved the second factor. */
export type CodeMethod = 'otp' | 'recovery-code';

/** What became of one attempt. */
export type AttemptOutcome =
  | { readonly ok: true; readonly method: CodeMethod; readonly recoveryCodesLeft: number }
  | { readonly ok: false; readonly reason: 'code-malformed' }
  | { readonly ok: false; readonly reason: 'code-already-used' }
  /** A wrong code; `lock` is what it brought. */
  | { readonly ok: false; readonly reason: 'code-invalid'; readonly method: CodeMethod; readonly lock: Lock }
  /** Codes are not judged now; `until` in milliseconds since 1970, `null`: not before recovery. */
  | { readonly ok: false; readonly reason: 'locked'; readonly until: number | null };

/** What was typed, by its shape alone. */
export type PresentedCode =
  | { readonly kind: 'otp'; readonly code: string }
  | { readonly kind: 'recovery-code'; readonly code: string }
  | { readonly kind: 'malformed' };

/** Nothing longer is looked at: a recovery code with generous separators. */
const TYPED_MAXIMUM_CHARACTERS = 64;

/**
 * Reads what was typed into the one field that takes both kinds of code. Only a string is a code; ASCII
 * spaces and hyphens do not count; digits are ASCII digits.
 */
export function presentCode(typed: unknown): PresentedCode {
  if (typeof typed !== 'string' || typed.length > TYPED_MAXIMUM_CHARACTERS) return { kind: 'malformed' };
  const digits = typed.replace(/[ -]/g, '');
  if (/^[0-9]{6}$/.test(digits)) return { kind: 'otp', code: digits };
  const code = normalizeRecoveryCode(typed);
  return code === null ? { kind: 'malformed' } : { kind: 'recovery-code', code };
}

/**
 * Judges a code against a record: the only place that does, for every door. Pure.
 *
 * A time step is accepted once and never after a newer one (RFC 6238 §5.2); a wrong code is charged to the
 * one budget of the account; a code that was used before, or has not the shape of a code, is refused
 * uncharged; while locked, right and wrong codes get the same answer and the record stays as it is.
 * A recovery code is void after use, ends every lock, and makes void every code that could be read before.
 *
 * @param typed what was typed, of any type
 * @param now milliseconds since 1970
 */
export function judgeAttempt(
  record: AccountRecord,
  typed: unknown,
  now: number,
  limits: Limits,
): Decision<AttemptOutcome> {
  const presented = presentCode(typed);
  switch (presented.kind) {
    case 'malformed':
      return { outcome: { ok: false, reason: 'code-malformed' }, next: 'unchanged' };
    case 'recovery-code':
      return judgeRecoveryCode(record, presented.code, now, limits);
    case 'otp':
      return judgeTotp(record, presented.code, now, limits);
  }
}

function judgeTotp(
  record: AccountRecord,
  code: string,
  now: number,
  limits: Limits,
): Decision<AttemptOutcome> {
  const lock = lockAt(record, now, limits.lockout);
  if (lock.locked) return { outcome: { ok: false, reason: 'locked', until: lock.until }, next: 'unchanged' };

  const matches = matchingSteps(record.secret, code, acceptableSteps(record, now, limits.window));
  const step = Math.max(...matches);
  if (step > record.lastStep) {
    return {
      outcome: { ok: true, method: 'otp', recoveryCodesLeft: record.recoveryDigests.length },
      next: {
        ...record,
        lastStep: step,
        clockOffset: learnedOffset(record, step - timeStepAt(now), limits.window),
        failures: 0,
        lockedUntil: 0,
      },
    };
  }
  if (matches.length > 0) return { outcome: { ok: false, reason: 'code-already-used' }, next: 'unchanged' };

  const failed = { ...record, ...afterFailure(record, now, limits.lockout) };
  const brought = lockAt(failed, now, limits.lockout);
  return { outcome: { ok: false, reason: 'code-invalid', method: 'otp', lock: brought }, next: failed };
}

function judgeRecoveryCode(
  record: AccountRecord,
  code: string,
  now: number,
  limits: Limits,
): Decision<AttemptOutcome> {
  const digest = Buffer.from(recoveryDigest(record.enrolment, code));
  const left = record.recoveryDigests.filter((kept) => !equal(Buffer.from(kept), digest));
  if (left.length === record.recoveryDigests.length) {
    const lock = { locked: false } as const;
    return {
      outcome: { ok: false, reason: 'code-invalid', method: 'recovery-code', lock },
      next: 'unchanged',
    };
  }
  return {
    outcome: { ok: true, method: 'recovery-code', recoveryCodesLeft: left.length },
    next: {
      ...record,
      recoveryDigests: left,
      lastStep: Math.max(record.lastStep, ...acceptableSteps(record, now, limits.window)),
      failures: 0,
      lockedUntil: 0,
    },
  };
}

/**
 * The record after an operator ended its locks. Where a clock that was set ahead had put `lastStep` into the
 * future it comes back to the newest step now acceptable, so that no code that could be read becomes right.
 */
export function unlocked(record: AccountRecord, now: number, limits: Limits): AccountRecord {
  const newest = Math.max(...acceptableSteps(record, now, limits.window));
  return { ...record, failures: 0, lockedUntil: 0, lastStep: Math.min(record.lastStep, newest) };
}

/** The steps whose codes are accepted: around the server's clock and around the learned offset. */
function acceptableSteps(record: AccountRecord, now: number, window: number): Set<number> {
  const steps = new Set<number>();
  for (const centre of window === 0 ? [0] : [0, record.clockOffset]) {
    for (let delta = -window; delta <= window; delta++) steps.add(timeStepAt(now) + centre + delta);
  }
  return steps;
}

/** Follows the phone's clock by at most one step per accepted code (RFC 6238 §6). */
function learnedOffset(record: AccountRecord, seen: number, window: number): number {
  if (window === 0) return record.clockOffset;
  const followed = record.clockOffset + Math.sign(seen - record.clockOffset);
  return Math.max(-MAXIMUM_OFFSET_STEPS, Math.min(MAXIMUM_OFFSET_STEPS, followed));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
