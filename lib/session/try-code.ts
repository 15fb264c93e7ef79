import type { ActivityName } from '../activity.js';
import type { AttemptOutcome } from '../account/attempt.js';
import { decideAttempt } from '../account/attempt.js';
import { findBrowser, withPresented } from '../account/known-browsers.js';
import type { AccountRecord, Decision, KnownBrowser } from '../account/record.js';
import type { Operation } from '../events.js';
import type { Core, Factor } from './core.js';
import { emitEvent, factorOf } from './core.js';
import type { ChangedAccount } from './account-record.js';
import { updateRecord } from './account-record.js';
import type { ProofMethod } from '../api.js';

/** The outcome of a code. `not-enrolled` also if the enrollment is not the expected one. */
export type CodeOutcome = AttemptOutcome | { readonly ok: false; readonly reason: 'not-enrolled' };

interface Passed {
  readonly ok: true;
  readonly method: ProofMethod;
}

/** The browser that a proof came from, as it was known before, and the record after the swap. */
interface WhereItPassed extends Pick<Accepted, 'browser'> {
  readonly factor: Factor;
}

interface NotEnrolled {
  readonly ok: false;
  readonly reason: 'not-enrolled';
}

/** The outcome of a proof, with the browser it came from and the record after the swap. */
export type DecidedProof<Outcome extends { readonly ok: boolean }> =
  | (Passing<Outcome> & WhereItPassed)
  | Failing<Outcome>
  | NotEnrolled;
export type Passing<Outcome> = Extract<Outcome, { readonly ok: true }>;
export type Failing<Outcome> = Exclude<Outcome, { readonly ok: true }>;

type DecidedCode = DecidedProof<AttemptOutcome>;

/** A proof that was accepted. */
export interface Accepted {
  readonly method: ProofMethod;
  /** The browser it came from, as it was known before. */
  readonly browser: KnownBrowser | undefined;
}

/** Whose proof it is, and at which operation. */
export interface ProofAttempt extends ChangedAccount {
  /** The enrollment that the caller expects; absent: the one that the account has now. */
  readonly enrollment?: string;
  readonly operation: Operation;
  /** The id of the browser it came from; absent: an unknown browser. */
  readonly browser?: string | undefined;
  /** Another change of the record, made in the same swap if the proof is accepted. */
  readonly onAccepted?: (record: AccountRecord, accepted: Accepted) => AccountRecord;
  /** The event for that change. */
  readonly makes?: 'recovery-codes-regenerated';
  /** The entry for the owner's recent activity, if it says more than that the proof was accepted. */
  readonly activity?: 'signed-in' | 'browser-remembered';
}

/**
 * Checks a code against the account's record. All operations come this way to `decideAttempt`, and to the account's
 * budgets of guesses. Without a conflict, at most one store read and one swap.
 *
 * @param typed what the user typed; may be of any type
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
 */
export function tryCode(core: Core, attempt: ProofAttempt, typed: unknown): Promise<DecidedCode> {
  return updateRecord<DecidedCode>(
    core,
    attempt,
    (record) =>
      decideProof<Passing<AttemptOutcome>, Failing<AttemptOutcome>>(attempt, record, (found, browser) =>
        decideAttempt(found, typed, core.options.clock(), core.options.limits, browser),
      ),
    (outcome, origin) => {
      tell(core, { ...attempt, origin }, outcome);
    },
  );
}

/**
 * Decides on a proof in the record of the expected enrollment, and on the further change if it is accepted.
 *
 * @param decide gets the record, and the browser that the proof came from, as the record knows it
 */
export function decideProof<Passes extends Passed, Fails extends { readonly ok: false }>(
  attempt: ProofAttempt,
  record: AccountRecord | null,
  decide: (record: AccountRecord, browser: string | undefined) => Decision<Passes | Fails>,
): Decision<(Passes & WhereItPassed) | Fails | NotEnrolled> {
  const { enrollment, browser, onAccepted = (accepted) => accepted } = attempt;
  if (!record || (enrollment !== undefined && record.enrollment !== enrollment)) {
    return { outcome: { ok: false, reason: 'not-enrolled' }, next: 'unchanged' };
  }
  const known = findBrowser(record, browser);
  const { outcome, next, activity } = decide(withPresented(record, browser), known?.id);
  if (!outcome.ok) return { outcome, next, activity };
  if (next === null || next === 'unchanged') throw new Error('an accepted proof must change the record');
  const accepted = onAccepted(next, { method: outcome.method, browser: known });
  return {
    outcome: { ...outcome, browser: known, factor: factorOf(accepted) },
    next: accepted,
    activity: activityOf(attempt, outcome.method),
  };
}

/** The entry for an accepted proof in the owner's recent activity. */
function activityOf({ makes, activity }: ProofAttempt, method: ProofMethod): ActivityName {
  if (makes) return makes;
  if (method === 'recovery-code') return 'recovery-code-used';
  return activity ?? (method === 'security-key' ? 'security-key-used' : 'code-accepted');
}

function tell(core: Core, { accountId, operation, origin, makes }: ProofAttempt, outcome: DecidedCode): void {
  if (outcome.ok) {
    emitEvent(core, 'code-accepted', accountId, origin, { operation, method: outcome.method });
    if (outcome.method === 'recovery-code') {
      const { recoveryCodesLeft } = outcome.factor; // of the new ones where this made them
      emitEvent(core, 'recovery-code-used', accountId, origin, { recoveryCodesLeft });
    }
    if (makes) emitEvent(core, makes, accountId, origin, {});
    return;
  }
  if (outcome.reason === 'not-enrolled') return;
  emitEvent(core, 'code-refused', accountId, origin, { operation, reason: outcome.reason });
  if (outcome.reason === 'code-invalid' && outcome.lock.locked) {
    const { lock, failures } = outcome;
    emitEvent(core, 'locked', accountId, origin, { until: lock.until, failures });
  }
}
