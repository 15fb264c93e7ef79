import type { AccountRecord } from '../account/record.js';
import type { Door } from '../events.js';
import { check } from './check.js';
import type { Context } from './context.js';
import { emit, moveTo, now, originOf, reported } from './context.js';
import { newRecoveryCodes } from './random.js';
import type { RouteRefusal } from './refusal.js';
import { refusedBy } from './refusal.js';
import type { VerifiedState } from './state.js';
import { tryCode } from './try-code.js';

/** A code of the account that is signed in, accepted at a door. */
type Accepted =
  | { readonly ok: true; readonly state: VerifiedState; readonly method: VerifiedState['method'] }
  | RouteRefusal;

/**
 * Disables the account's second factor, for the price of a code. The session goes on with the password
 * alone; all other sessions of the account fall back as well.
 */
export async function disableFactor(context: Context, typed: unknown): Promise<{ ok: true } | RouteRefusal> {
  const { core } = context;
  const accepted = await acceptCode(context, typed, 'disable');
  if (!accepted.ok) return accepted;
  const { account, stamp, passwordAt, enrolment } = accepted.state;
  await core.options.setEnrolled(account, false);
  await removeEnrolment(context, account, enrolment);
  await moveTo(context, { state: 'signed-in', account, stamp, passwordAt }, 'application-and-user');
  emit(context, 'disabled', account, {});
  return { ok: true };
}

async function removeEnrolment(context: Context, account: string, enrolment: string): Promise<void> {
  try {
    await context.core.vault.update(account, (record) => ({
      outcome: undefined,
      next: record?.enrolment === enrolment ? null : 'unchanged',
    }));
  } catch (error) {
    throw reported(context, account, error);
  }
}

/** Makes new recovery codes, for the price of a code. The old ones are void in the same moment. */
export async function regenerateRecoveryCodes(
  context: Context,
  typed: unknown,
): Promise<{ ok: true; recoveryCodes: string[] } | RouteRefusal> {
  const { codes, set } = newRecoveryCodes();
  const accepted = await acceptCode(context, typed, 'recovery-codes', (record) => ({
    ...record,
    ...set,
  }));
  if (!accepted.ok) return accepted;
  emit(context, 'recovery-codes-regenerated', accepted.state.account, {});
  return { ok: true, recoveryCodes: codes };
}

/** Makes the proof of the second factor fresh again. */
export async function stepUp(
  context: Context,
  typed: unknown,
): Promise<{ ok: true; returnTo: string | null } | RouteRefusal> {
  const accepted = await acceptCode(context, typed, 'step-up');
  if (!accepted.ok) return accepted;
  const { returnTo, ...state } = accepted.state;
  await moveTo(
    context,
    { ...state, factorAt: now(context), method: accepted.method },
    'application-and-user',
  );
  emit(context, 'stepped-up', state.account, {});
  return { ok: true, returnTo: returnTo ?? null };
}

async function acceptCode(
  context: Context,
  typed: unknown,
  door: Door,
  onAccepted?: (record: AccountRecord) => AccountRecord,
): Promise<Accepted> {
  const verdict = check(context, { unenrolled: 'allow' });
  if (!verdict.ok) return verdict;
  const { core, state } = context;
  if (state?.state === 'impersonating') return { ok: false, code: 'impersonation-refused' };
  if (state?.state !== 'verified') return { ok: false, code: 'not-enrolled' };
  const { account, enrolment } = state;
  const outcome = await tryCode(
    core,
    { accountId: account, enrolment, door, origin: originOf(context), ...(onAccepted && { onAccepted }) },
    typed,
  );
  return outcome.ok ? { ok: true, state, method: outcome.method } : refusedBy(outcome);
}
