import type { AttemptOutcome } from '../account/attempt.js';
import { judgeAttempt } from '../account/attempt.js';
import type { AccountRecord, Decision } from '../account/record.js';
import type { Door } from '../events.js';
import type { Core, EventOrigin } from './core.js';
import { emitEvent, reportOutage } from './core.js';

/** What became of a code at some door; `not-enrolled` also when the enrolment is not the expected one. */
export type CodeOutcome = AttemptOutcome | { readonly ok: false; readonly reason: 'not-enrolled' };

/** Whose code it is, and where it came in. */
export interface CodeAttempt {
  readonly accountId: string;
  /** The enrolment the caller counts on; left out: whichever the account has now. */
  readonly enrolment?: string;
  readonly door: Door;
  readonly origin: EventOrigin;
  /** What else becomes of the record, in the same swap, when the code is accepted. */
  readonly onAccepted?: (record: AccountRecord) => AccountRecord;
}

/**
 * Judges a code against the account's record: the one way from every door to `judgeAttempt`, and to the
 * account's one budget of guesses. At most one store read and one swap when nobody interferes.
 *
 * @param typed what was typed, of any type
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
 */
export async function tryCode(core: Core, attempt: CodeAttempt, typed: unknown): Promise<CodeOutcome> {
  const { options, vault } = core;
  const judge = (record: AccountRecord | null): Decision<CodeOutcome> => {
    if (!record || (attempt.enrolment !== undefined && record.enrolment !== attempt.enrolment)) {
      return { outcome: { ok: false, reason: 'not-enrolled' }, next: 'unchanged' };
    }
    const decision = judgeAttempt(record, typed, options.clock(), options.limits);
    const { outcome, next } = decision;
    if (!outcome.ok || next === null || next === 'unchanged' || !attempt.onAccepted) return decision;
    return { outcome, next: attempt.onAccepted(next) };
  };
  const { accountId, origin } = attempt;
  let outcome: CodeOutcome;
  try {
    outcome = await vault.update(accountId, judge);
  } catch (error) {
    throw reportOutage(core, accountId, origin, error);
  }
  tell(core, attempt, outcome);
  return outcome;
}

function tell(core: Core, { accountId, door, origin }: CodeAttempt, outcome: CodeOutcome): void {
  if (outcome.ok) {
    emitEvent(core, 'code-accepted', accountId, origin, { door, method: outcome.method });
    if (outcome.method === 'recovery-code') {
      const { recoveryCodesLeft } = outcome;
      emitEvent(core, 'recovery-code-used', accountId, origin, { recoveryCodesLeft });
    }
    return;
  }
  if (outcome.reason === 'not-enrolled') return;
  emitEvent(core, 'code-refused', accountId, origin, { door, reason: outcome.reason });
  if (outcome.reason === 'code-invalid' && outcome.lock.locked) {
    emitEvent(core, 'locked', accountId, origin, { until: outcome.lock.until });
  }
}
