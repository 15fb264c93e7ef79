import { RECOVERY_ATTEMPTS } from '../account/limits.js';
import type { SecondFactorEvents } from '../events.js';
import type { Context, Proof } from './context.js';
import { emit, moveToAnonymous, now, originOf, updateState } from './context.js';
import type { FoundUser } from './core.js';
import { accountOf, findAccount, stampMatches } from './core.js';
import { isInTime } from './judge.js';
import type { Refused } from './refusal.js';
import { refusedBy } from './refusal.js';
import type { PendingState } from './state.js';
import { verifiedFrom } from './state.js';
import type { CodeOutcome } from './try-code.js';
import { tryCode } from './try-code.js';

/** What became of the code of a parked sign-in. */
export type SecondStep =
  { readonly ok: true; readonly proof: Proof; readonly recoveryCodesLeft: number } | Refused;

/**
 * Judges the code of the parked sign-in. Whose it is comes from the session alone. The account is loaded
 * again: with another password, another enrolment or no account any more the sign-in is over.
 */
export async function secondStep(context: Context, typed: unknown): Promise<SecondStep> {
  const { core, state: pending } = context;
  if (pending?.state !== 'pending' || !isInTime(pending.since, pending.until, now(context))) {
    return { ok: false, code: pending || context.expired ? 'sign-in-expired' : 'login-required' };
  }
  const user = await core.passport.deserialize(pending.user, context.req);
  const found = user === null ? null : await presentAccount(context, user, pending);
  if (!found) return await end(context, pending, 'account-changed');

  const { account, enrolment } = pending;
  const attempt = { accountId: account, enrolment, door: 'sign-in', origin: originOf(context) } as const;
  const outcome = await tryCode(core, attempt, typed);
  if (!outcome.ok) return await refuseCode(context, pending, outcome);

  const { method, recoveryCodesLeft } = outcome;
  const mark = verifiedFrom(pending, method, now(context));
  const known = { ...found, factor: { enrolment, recoveryCodesLeft } };
  return { ok: true, proof: { user, known, mark, from: pending }, recoveryCodesLeft };
}

/** The account of a parked sign-in as it is now; `null` when it is not the one that was parked. */
async function presentAccount(
  { core }: Context,
  user: unknown,
  pending: PendingState,
): Promise<FoundUser | null> {
  if ((await accountOf(core, user)).id !== pending.account) return null;
  const found = await findAccount(core, pending.account);
  return found && stampMatches(core, found.account, pending.stamp) ? found : null;
}

async function refuseCode(
  context: Context,
  pending: PendingState,
  outcome: Exclude<CodeOutcome, { ok: true }>,
): Promise<Refused> {
  if (outcome.reason === 'not-enrolled') return await end(context, pending, 'account-changed');
  if (outcome.reason === 'code-invalid' && outcome.method === 'recovery-code') {
    const recoveryFailures = pending.recoveryFailures + 1;
    if (recoveryFailures >= RECOVERY_ATTEMPTS) return await end(context, pending, 'attempts');
    updateState(context, { ...pending, recoveryFailures });
  }
  return refusedBy(outcome);
}

async function end(
  context: Context,
  pending: PendingState,
  reason: SecondFactorEvents['sign-in-ended']['reason'],
): Promise<Refused> {
  await moveToAnonymous(context);
  emit(context, 'sign-in-ended', pending.account, { reason });
  return { ok: false, code: 'sign-in-expired' };
}
