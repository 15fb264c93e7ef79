import { randomBytes } from 'node:crypto';
import { decideAttempt } from '../../lib/account/attempt.js';
import type { AttemptOutcome } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import type { Limits } from '../../lib/account/limits.js';
import { decodeRecord, encodeRecord } from '../../lib/account/record.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../../lib/account/recovery-codes.js';
import { NOW, aRecord, codeAt, wrongCode } from './records.js';

/** One account, and somebody who types codes; what is kept of it goes through its encoding every time. */
export interface AccountBench {
  readonly record: AccountRecord;
  /** The record as it is kept: two that are equal hold the same. */
  readonly kept: string;
  /** The recovery codes its owner has on paper. */
  readonly recoveryCodes: readonly string[];
  /** Types something at a moment, as a stranger or on a known browser. */
  enter(typed: unknown, at?: number, browser?: string): AttemptOutcome;
  /** Types what an authenticator shows in a step. */
  enterCodeOf(step: number, at?: number, browser?: string, place?: number): AttemptOutcome;
  /** Types a wrong code. */
  guess(at?: number, browser?: string): AttemptOutcome;
  /** Puts another record in the place of the present one. */
  replace(change: (record: AccountRecord) => AccountRecord): void;
}

/** An account with ten recovery codes; say what of its record or of the limits is to be otherwise. */
export function anAccount(given: Partial<AccountRecord> = {}, limits: Partial<Limits> = {}): AccountBench {
  const recoveryCodes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
  let record = aRecord({ ...recoverySet(randomBytes(16).toString('base64url'), recoveryCodes), ...given });

  const enter: AccountBench['enter'] = (typed, at = NOW, browser) => {
    const before = encodeRecord(record);
    const decision = decideAttempt(record, typed, at, { ...DEFAULT_LIMITS, ...limits }, browser);
    if (encodeRecord(record) !== before) throw new Error('the decision changed the record it was given');
    if (decision.next === null) throw new Error('a code deleted the record');
    if (decision.next !== 'unchanged') record = decodeRecord(encodeRecord(decision.next));
    return decision.outcome;
  };
  return {
    get record() {
      return record;
    },
    get kept() {
      return encodeRecord(record);
    },
    recoveryCodes,
    enter,
    enterCodeOf: (step, at, browser, place = 0) =>
      enter(codeAt(record.authenticators[place]!, step), at, browser),
    guess: (at = NOW, browser) => enter(wrongCode(record, at), at, browser),
    replace: (change) => {
      record = change(record);
    },
  };
}
