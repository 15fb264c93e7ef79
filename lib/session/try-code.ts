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

/** What became of a code at some operation; `not-enrolled` also when the enrollment is not the expected one. */
export type CodeOutcome = AttemptOutcome | { readonly ok: false; readonly reason: 'not-enrolled' };

interface Passed {
  readonly ok: true;
  readonly method: ProofMethod;
}

/** The browser that a proof came from, as it was known before, and what the record holds after the swap. */
interface WhereItPassed extends Pick<Accepted, 'browser'> {
  readonly factor: Factor;
}

interface NotEnrolled {
  readonly ok: false;
  readonly reason: 'not-enrolled';
}

/** What became of a proof, with the browser it came from and what the record holds after the swap. */
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

/** Whose proof it is, and where it came in. */
export interface ProofAttempt extends ChangedAccount {
  /** The enrollment the caller counts on; left out: whichever the account has now. */
  readonly enrollment?: string;
  readonly operation: Operation;
  /** The id of the browser it came from; left out: a stranger. */
  readonly browser?: string | undefined;
  /** What else becomes of the record, in the same swap, when the proof is accepted. */
  readonly onAccepted?: (record: AccountRecord, accepted: Accepted) => AccountRecord;
  /** What that is told as. */
  readonly makes?: 'recovery-codes-regenerated';
  /** What its owner reads of it, where that is more than that it was accepted. */
  readonly activity?: 'signed-in' | 'browser-remembered';
}

/**
 * Checks a code against the account's record: the one way from every operation to `decideAttempt`, and to the
 * account's budgets of guesses. At most one store read and one swap when nobody interferes.
 *
 * @param typed what was typed, of any type
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
 * Decides on a proof in the record of the enrollment that the caller counts on, and on what else becomes of it then.
 *
 * @param decide is given the record, and the browser that the proof came from as it is known there
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

/** What an accepted proof is told as to the owner of the account. */
function activityOf({ makes, activity }: ProofAttempt, method: ProofMethod): ActivityName {
  if (makes) return makes;
  if (method === 'recovery-code') return 'recovery-code-used';
  return activity ?? (method === 'security-key' ? 'security-key-used' : 'code-accepted');
}

function tell(core: Core, { accountId, operation, origin, makes }: ProofAttempt, outcome: DecidedCode): void {
  if (outcome.ok) {
    emitEvent(core, 'code-accepted', accountId, origin, { operation, method: outcome.method });
    if (outcome.method === 'recovery-code') {
      const { recoveryCodesLeft } = outcome;
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
