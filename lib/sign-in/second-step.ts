import { browserId, withBrowser } from '../account/known-browsers.js';
import { RECOVERY_ATTEMPTS } from '../account/limits.js';
import type { AccountRecord, KnownBrowser } from '../account/record.js';
import { canKnowBrowser, presentedBrowser, successorOfToken } from '../session/browser-cookie.js';
import { browserName, newBrowserToken } from '../session/browser-token.js';
import type { Context, Proof } from '../session/context.js';
import { emit, leaveSession, moveTo, now, originOf, updateState } from '../session/context.js';
import { stampMatcher, stampOf } from '../session/core.js';
import type { ParkedUser } from './parked-user.js';
import { endParked, parkedUser } from './parked-user.js';
import { isInTime } from '../session/evaluate-session.js';
import type { Refused } from '../session/refusal.js';
import { mendFlag } from '../session/set-enrolled.js';
import { refused, refusedBy } from '../session/refusal.js';
import { newChallenge, offeredKeys } from '../session/challenge.js';
import { takesKeysOnly } from '../session/requirement.js';
import type { ProofMethod } from '../api.js';
import type { MustEnrollState, PendingState } from '../session/state.js';
import { verifiedFrom } from '../session/state.js';
import type { Accepted, ProofAttempt } from '../session/try-code.js';
import type { Presented, ProofOutcome } from '../session/try-proof.js';
import { markedProof, tryProof } from '../session/try-proof.js';

/** The outcome of the second step. `must-enroll`: the policy asks for a security key as well. */
type SecondStep =
  | { readonly ok: true; readonly next: 'sign-in'; readonly proof: Proof; readonly recoveryCodesLeft: number }
  | { readonly ok: true; readonly next: 'must-enroll'; readonly parked: MustEnrollState }
  | Refused;

/**
 * Checks the proof of the parked sign-in. Only the session decides whose it is. The account is loaded again: if it is
 * gone, or has another password or another enrollment, the sign-in is over.
 *
 * @param remember whether this browser is not to be asked for a code from now on, if that is allowed
 */
export async function secondStep(
  context: Context,
  presented: Presented,
  remember = false,
): Promise<SecondStep> {
  const { core, state: pending } = context;
  if (pending?.state !== 'pending' || !isInTime(pending.since, pending.until, now(context))) {
    return refused('sign-in-expired');
  }
  const present = await parkedUser(context, pending);
  if (!present) return await endParked(context, pending, 'account-changed');
  const takesNoCode = await takesKeysOnly(core, present.found.account, true);
  const keysOnly = presented.kind === 'code' && takesNoCode;
  // Before the code is checked, so that a refusal does not use up a code.
  if (keysOnly && pending.asks) {
    updateState(context, { ...pending, keysOnly: true });
    return refused('security-key-required');
  }

  // If only keys are accepted, every sign-in asks for one.
  const remembered = remember && core.options.rememberBrowserDays !== null && !takesNoCode;
  const tokenFor = canKnowBrowser(context) && !keysOnly ? nextToken(context, pending.account) : undefined;
  const attempt = {
    ...attemptOf(context, pending, present, remembered, tokenFor),
    ...(!keysOnly && ({ activity: remembered && tokenFor ? 'browser-remembered' : 'signed-in' } as const)),
  };
  const outcome = await tryProof(core, attempt, presented, pending.asks?.challenge ?? null);
  if (!outcome.ok) return await refuseProof(context, pending, outcome);
  const { factor } = outcome;
  if (keysOnly) {
    // Added since the sign-in was parked, so the owner must sign in with it.
    if (offeredKeys(context, factor).length > 0) return await endParked(context, pending, 'account-changed');
    return { ok: true, next: 'must-enroll', parked: await mustAddKey(context, pending) };
  }

  const { user, found } = present;
  await mendFlag(core, found.account, originOf(context));
  const mark = verifiedFrom(pending, pending.enrollment, markedProof(outcome), now(context));
  const proof: Proof = { user, known: { ...found, factor }, mark, from: pending };
  const browser = tokenFor && { account: pending.account, token: tokenFor(outcome.browser), remembered };
  const known = makesKnown(outcome.method) && browser ? { ...proof, browser } : proof;
  return { ok: true, next: 'sign-in', proof: known, recoveryCodesLeft: factor.recoveryCodesLeft };
}

/** The code was right, but signs nobody in. It is enough to add the account's first security key. */
async function mustAddKey(context: Context, pending: PendingState): Promise<MustEnrollState> {
  const { recoveryFailures: _failures, asks: _asks, digits: _digits, waits: _waits, ...parked } = pending;
  const state: MustEnrollState = { ...parked, state: 'must-enroll', keysOnly: true };
  await leaveSession(context);
  await moveTo(context, state, state.keepSessionInfo ? 'application' : 'nothing');
  emit(context, 'enrollment-required', pending.account, {});
  return state;
}

/** Somebody else may be using a recovery code. */
function makesKnown(method: ProofMethod): boolean {
  return method !== 'recovery-code';
}

/** The token for a browser whose code was right. It depends on how the browser was known until then. */
type NextToken = (known: KnownBrowser | undefined) => string;

function nextToken(context: Context, account: string): NextToken {
  const first = newBrowserToken();
  const successor = successorOfToken(context, account) ?? first;
  // An unknown token may have been forgotten by its owner, and somebody else may have the next one.
  return (known) => (known ? successor : first);
}

function attemptOf(
  context: Context,
  { account: accountId, enrollment }: PendingState,
  { found: { account } }: ParkedUser,
  remembered: boolean,
  tokenFor: NextToken | undefined,
): ProofAttempt {
  const { core, req } = context;
  const presented = presentedBrowser(context, accountId);
  const days = remembered ? (core.options.rememberBrowserDays ?? 0) : 0;
  const onAccepted = (record: AccountRecord, accepted: Accepted): AccountRecord => {
    if (!tokenFor || !makesKnown(accepted.method)) return record;
    const passed = {
      id: browserId(tokenFor(accepted.browser)),
      formerId: (accepted.browser && presented) ?? null,
      name: browserName(req.headers['user-agent']),
      rememberedUntil: days === 0 ? 0 : now(context) + days * 86_400_000,
      stamp: stampOf(core, account),
    };
    return withBrowser(record, passed, accepted.browser, now(context), stampMatcher(core, account));
  };
  return {
    accountId,
    enrollment,
    operation: 'sign-in',
    origin: originOf(context),
    browser: presented,
    onAccepted,
  };
}

async function refuseProof(
  context: Context,
  pending: PendingState,
  outcome: Exclude<ProofOutcome, { ok: true }>,
): Promise<Refused> {
  if (outcome.reason === 'not-enrolled') return await endParked(context, pending, 'account-changed');
  const isRecovery = outcome.reason === 'code-invalid' && outcome.method === 'recovery-code';
  const recoveryFailures = pending.recoveryFailures + Number(isRecovery);
  if (recoveryFailures >= RECOVERY_ATTEMPTS) return await endParked(context, pending, 'attempts');
  const waits = pending.waits ?? (beginsWait(outcome) || undefined);
  if (isRecovery || waits !== pending.waits) {
    updateState(context, { ...pending, recoveryFailures, waits });
  }
  if (outcome.reason === 'assertion-already-used' && pending.asks) {
    // Another sign-in was completed meanwhile, so this one goes on with a newer challenge.
    updateState(context, {
      ...pending,
      asks: { ...pending.asks, challenge: newChallenge(context, [outcome]) },
    });
  }
  return refusedBy(outcome);
}

function beginsWait(outcome: Exclude<ProofOutcome, { ok: true }>): boolean {
  return outcome.reason === 'locked' || (outcome.reason === 'code-invalid' && outcome.lock.locked);
}
