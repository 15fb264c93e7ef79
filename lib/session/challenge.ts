import { randomBytes } from 'node:crypto';
import { issueTime } from '../account/security-keys.js';
import type { Context } from './context.js';
import { now, updateState } from './context.js';
import type { Factor, KnownKey } from './core.js';
import { isInTime } from './evaluate-session.js';
import type { Challenge, MustEnrollState, UserState } from './state.js';

/** WebAuthn §13.4.3: at least 16. */
const CHALLENGE_BYTES = 32;
/** How long the pages of one session share a challenge: time enough to find the key. */
const REUSED_SECONDS = 300;

/** A challenge that the keys of an account have not answered. */
export function newChallenge(
  context: Context,
  keys: readonly Pick<KnownKey, 'lastUsedAt'>[] = [],
): Challenge {
  return {
    value: randomBytes(CHALLENGE_BYTES).toString('base64url'),
    issuedAt: issueTime(keys, now(context)),
    since: now(context),
  };
}

/** The keys of an account that may answer here: those of another rpId are known to no browser on this origin. */
export function offeredKeys(
  { core }: Pick<Context, 'core'>,
  factor: Factor | null | undefined,
): readonly KnownKey[] {
  const { webauthn } = core.options;
  return webauthn && factor ? factor.keys.filter(({ rpId }) => rpId === webauthn.rpId) : [];
}

/** How many keys of an account open it here: not those that are stopped, or made for another rpId. */
export function keysIn(context: Pick<Context, 'core'>, factor: Factor | null | undefined): number {
  return offeredKeys(context, factor).filter(({ stopped }) => !stopped).length;
}

/** How many of an account's factors open it here. */
export function waysIn(context: Pick<Context, 'core'>, factor: Factor): number {
  return factor.authenticators.length + keysIn(context, factor);
}

/** What keys are asked in a session, on all its pages: one challenge for five minutes. Writes the session, and no record. */
export function sharedChallenge(
  context: Context,
  state: UserState | MustEnrollState,
  factor: Factor | null,
): Challenge {
  const { challenge: present } = state;
  const isFree = present && (factor?.keys ?? []).every(({ lastUsedAt }) => lastUsedAt < present.issuedAt);
  if (isFree && isInTime(present.since, present.since + REUSED_SECONDS * 1000, now(context))) return present;
  const challenge = newChallenge(context, factor?.keys);
  updateState(context, { ...state, challenge });
  return challenge;
}

/** The challenge of a session that an answer may come to; `null`: there is none, or it is out of time. */
export function openChallenge(context: Context, challenge: Challenge | undefined): Challenge | null {
  const life = context.core.options.pendingSeconds * 1000;
  return challenge && isInTime(challenge.since, challenge.since + life, now(context)) ? challenge : null;
}
