import { browserId, withBrowser } from '../account/known-browsers.js';
import { RECOVERY_ATTEMPTS } from '../account/limits.js';
import type { AccountRecord, KnownBrowser } from '../account/record.js';
import { canKnowBrowser, presentedBrowser, successorOfToken } from '../session/browser-cookie.js';
import { browserName, newBrowserToken } from '../session/browser-token.js';
import type { Context, Proof } from '../session/context.js';
import { now, originOf, updateState } from '../session/context.js';
import { stampMatcher, stampOf } from '../session/core.js';
import type { ParkedUser } from './parked-user.js';
import { endParked, parkedUser } from './parked-user.js';
import { isInTime } from '../session/evaluate-session.js';
import type { Refused } from '../session/refusal.js';
import { mendFlag } from '../session/set-enrolled.js';
import { refused, refusedBy } from '../session/refusal.js';
import type { PendingState } from '../session/state.js';
import { verifiedFrom } from '../session/state.js';
import type { Accepted, CodeAttempt, CodeOutcome } from '../session/try-code.js';
import { tryCode } from '../session/try-code.js';

/** What became of the code of a parked sign-in. */
type SecondStep = { readonly ok: true; readonly proof: Proof; readonly recoveryCodesLeft: number } | Refused;

/**
 * Checks the code of the parked sign-in. Whose it is comes from the session alone. The account is loaded
 * again: with another password, another enrollment or no account any more the sign-in is over.
 *
 * @param remember whether the browser is to be asked for no code from now on, where that is allowed
 */
export async function secondStep(context: Context, typed: unknown, remember = false): Promise<SecondStep> {
  const { core, state: pending } = context;
  if (pending?.state !== 'pending' || !isInTime(pending.since, pending.until, now(context))) {
    return refused('sign-in-expired');
  }
  const present = await parkedUser(context, pending);
  if (!present) return await endParked(context, pending, 'account-changed');

  const remembered = remember && core.options.rememberBrowserDays !== null;
  const tokenFor = canKnowBrowser(context) ? nextToken(context, pending.account) : undefined;
  const outcome = await tryCode(core, attemptOf(context, pending, present, remembered, tokenFor), typed);
  if (!outcome.ok) return await refuseCode(context, pending, outcome);

  const { method, factor } = outcome;
  const { user, found } = present;
  await mendFlag(core, found.account, originOf(context));
  const mark = verifiedFrom(pending, pending.enrollment, method, now(context));
  const proof: Proof = { user, known: { ...found, factor }, mark, from: pending };
  const browser = tokenFor && { account: pending.account, token: tokenFor(outcome.browser), remembered };
  const known = method === 'otp' && browser ? { ...proof, browser } : proof;
  return { ok: true, proof: known, recoveryCodesLeft: factor.recoveryCodesLeft };
}

/** What a browser is given when its code was right, by how it was known until then. */
type NextToken = (known: KnownBrowser | undefined) => string;

function nextToken(context: Context, account: string): NextToken {
  const first = newBrowserToken();
  const successor = successorOfToken(context, account) ?? first;
  // A token that is not known may have been forgotten, and its successor be in other hands.
  return (known) => (known ? successor : first);
}

function attemptOf(
  context: Context,
  { account: accountId, enrollment }: PendingState,
  { found: { account } }: ParkedUser,
  remembered: boolean,
  tokenFor: NextToken | undefined,
): CodeAttempt {
  const { core, req } = context;
  const presented = presentedBrowser(context, accountId);
  const days = remembered ? (core.options.rememberBrowserDays ?? 0) : 0;
  const onAccepted = (record: AccountRecord, accepted: Accepted): AccountRecord => {
    // Only a code of an authenticator makes a browser known: a recovery code may be somebody else's.
    if (!tokenFor || accepted.method !== 'otp') return record;
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

async function refuseCode(
  context: Context,
  pending: PendingState,
  outcome: Exclude<CodeOutcome, { ok: true }>,
): Promise<Refused> {
  if (outcome.reason === 'not-enrolled') return await endParked(context, pending, 'account-changed');
  if (outcome.reason === 'code-invalid' && outcome.method === 'recovery-code') {
    const recoveryFailures = pending.recoveryFailures + 1;
    if (recoveryFailures >= RECOVERY_ATTEMPTS) return await endParked(context, pending, 'attempts');
    updateState(context, { ...pending, recoveryFailures });
  }
  return refusedBy(outcome);
}
