import { confirmRecoverySet } from '../account/recovery-codes.js';
import type { Operation } from '../events.js';
import { presentedBrowser } from '../session/browser-cookie.js';
import type { Context } from '../session/context.js';
import { newChallenge, openChallenge } from '../session/challenge.js';
import { emit, isSignInExpired, moveTo, now, originOf, updateState } from '../session/context.js';
import { emitEvent } from '../session/core.js';
import { newRecoveryCodes } from '../session/random.js';
import type { ShownRecoveryCodes } from '../session/random.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refused, refusedBy } from '../session/refusal.js';
import type { EnrolledState, MarkedProof } from '../session/state.js';
import { forgetStop, takeStop } from '../session/stop-cookie.js';
import type { ProofAttempt } from '../session/try-code.js';
import type { Presented } from '../session/try-proof.js';
import { markedProof, tryProof } from '../session/try-proof.js';
import { mendFlag, putFlag, setEnrolled, settleFlag } from '../session/set-enrolled.js';
import { reporting, updateRecord } from '../session/account-record.js';
import { requireEnrolledOwner, takesNoCode } from '../session/require-owner.js';

/** An accepted code of the signed-in account, at an operation. */
type Accepted =
  | {
      readonly ok: true;
      readonly state: EnrolledState;
      readonly proof: MarkedProof;
      readonly recoveryCodesLeft: number;
    }
  | RouteRefusal;

/** The second factor is disabled. */
interface Disabled {
  readonly ok: true;
  /** `false`: another request of the same session ended it or took it on meanwhile. */
  readonly goesOn: boolean;
}

/**
 * Disables the account's second factor. Needs a code. The session goes on with the password alone, and so do all other
 * sessions of the account.
 */
export async function disableFactor(
  context: Context,
  presented: Presented,
): Promise<Disabled | RouteRefusal> {
  const { core, requirement } = context;
  // Before the code is checked, so that a refusal does not use up a code.
  if (requirement.required && context.state?.state !== 'impersonating') {
    return refused('disable-refused');
  }
  const accepted = await acceptProof(context, presented, 'disable');
  if (!accepted.ok) return accepted;
  const { account, stamp, passwordAt, enrollment } = accepted.state;
  const changed = { accountId: account, origin: originOf(context) };
  await reporting(core, changed, () => setEnrolled(core, account, false));
  const found = await updateRecord<'own' | 'none' | 'another'>(
    core,
    changed,
    (record) => {
      if (record?.enrollment === enrollment) return { outcome: 'own', next: null };
      return { outcome: record ? 'another' : 'none', next: 'unchanged' };
    },
    async (deleted, origin) => {
      if (deleted !== 'own') return;
      emitEvent(core, 'disabled', account, origin, {});
      await settleFlag(core, account);
    },
  );
  // If another session has replaced it or enabled it again meanwhile, that one stays.
  if (found === 'another') await reporting(core, changed, () => putFlag(core, account));
  if (found !== 'own') return refused('not-enrolled');
  try {
    await moveTo(context, { state: 'signed-in', account, stamp, passwordAt }, 'application-and-user');
  } catch (error) {
    if (!isSignInExpired(error)) throw error;
    return { ok: true, goesOn: false };
  }
  forgetStop(context);
  return { ok: true, goesOn: true };
}

/** Makes new recovery codes. Needs a code. The old ones stop working in the same moment. */
export async function regenerateRecoveryCodes(
  context: Context,
  presented: Presented,
): Promise<{ ok: true; recoveryCodes: ShownRecoveryCodes } | RouteRefusal> {
  const { shown, kept } = newRecoveryCodes();
  const accepted = await acceptProof(context, presented, 'recovery-codes', {
    onAccepted: (record) => ({ ...record, ...kept }),
    makes: 'recovery-codes-regenerated',
  });
  if (!accepted.ok) return accepted;
  const { state, proof } = accepted;
  // The session goes on as it is. A challenge that one key has answered cannot be answered by another.
  if (proof.method === 'security-key' && state.challenge) {
    const challenge = { ...state.challenge, answeredBy: keyOf(context, presented) };
    updateState(context, { ...state, challenge });
  }
  return { ok: true, recoveryCodes: shown };
}

/**
 * Remembers that the owner has saved a set of recovery codes, if the account still has that set. Only the owner, signed
 * in with both steps, can say so. Writes only if this changes something.
 *
 * @param set the id of the set; may be of any type
 */
export async function confirmRecoveryCodes(
  context: Context,
  set: unknown,
): Promise<{ ok: true } | RouteRefusal> {
  const owner = requireEnrolledOwner(context, { acceptRememberedBrowser: false });
  if (!owner.ok) return owner;
  const { state, known, factor } = owner;
  const { core } = context;
  const outcome = await updateRecord<'confirmed' | 'known' | 'outdated' | 'not-enrolled'>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) =>
      record?.enrollment === state.enrollment
        ? confirmRecoverySet(record, set)
        : { outcome: 'not-enrolled', next: 'unchanged' },
    (confirmed, origin) => {
      if (confirmed === 'confirmed') emitEvent(core, 'recovery-codes-confirmed', state.account, origin, {});
    },
  );
  if (outcome === 'not-enrolled') return refused(outcome);
  if (outcome === 'outdated') return refused('recovery-codes-outdated');
  if (outcome === 'confirmed') {
    const confirmed = { ...factor, recoveryCodesConfirmed: true, recoveryCodesSet: null };
    context.known = { ...known, factor: confirmed };
  }
  return { ok: true };
}

/** The proof is fresh again. */
interface SteppedUp {
  readonly ok: true;
  /** Where a guard stopped the user. */
  readonly returnTo: string | null;
  /** `null` when it was not a recovery code that proved it. */
  readonly recoveryCodesLeft: number | null;
}

/** Takes a fresh proof of the second factor. */
export async function stepUp(context: Context, presented: Presented): Promise<SteppedUp | RouteRefusal> {
  const accepted = await acceptProof(context, presented, 'step-up');
  if (!accepted.ok) return accepted;
  const { account, stamp, passwordAt, enrollment, setup } = accepted.state;
  const { autoSwitchSkipped } = accepted.state;
  const proof = { enrollment, factorAt: now(context), ...accepted.proof };
  await moveTo(
    context,
    { state: 'verified', account, stamp, passwordAt, ...proof, setup, autoSwitchSkipped },
    'application-and-user',
  );
  emit(context, 'stepped-up', account, {});
  if (context.known) await mendFlag(context.core, context.known.account, originOf(context));
  const isRecovered = accepted.proof.method === 'recovery-code';
  return {
    ok: true,
    returnTo: takeStop(context),
    recoveryCodesLeft: isRecovered ? accepted.recoveryCodesLeft : null,
  };
}

async function acceptProof(
  context: Context,
  presented: Presented,
  operation: Operation,
  change: Pick<ProofAttempt, 'onAccepted' | 'makes'> = {},
): Promise<Accepted> {
  const owner = requireEnrolledOwner(context);
  if (!owner.ok) return owner;
  const { state } = owner;
  // Before the code is checked, because a refusal must not use up a code, or end the session.
  if (presented.kind === 'code' && takesNoCode(context)) {
    return refused('security-key-required');
  }
  const { account, enrollment } = state;
  const outcome = await tryProof(
    context.core,
    {
      accountId: account,
      enrollment,
      operation,
      origin: originOf(context),
      browser: presentedBrowser(context, account),
      ...change,
    },
    presented,
    openChallenge(context, state.challenge, keyOf(context, presented)),
  );
  if (!outcome.ok) {
    if (outcome.reason === 'assertion-already-used') {
      updateState(context, { ...state, challenge: newChallenge(context, [outcome]) });
    }
    return refusedBy(outcome);
  }
  return { ok: true, state, proof: markedProof(outcome), recoveryCodesLeft: outcome.recoveryCodesLeft };
}

/** The credential id of the key that answers; empty: none does. */
function keyOf({ core }: Context, presented: Presented): string {
  if (presented.kind === 'code') return '';
  return core.options.webauthn?.credentialIdOf(presented.credential) ?? '';
}
