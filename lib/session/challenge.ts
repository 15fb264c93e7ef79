import { randomBytes } from 'node:crypto';
import { issueTime } from '../account/security-keys.js';
import type { Context } from './context.js';
import { now, updateState } from './context.js';
import type { Factor, KnownKey } from './core.js';
import { isInTime } from './evaluate-session.js';
import type { Challenge, MustEnrollState, UserState } from './state.js';

/** WebAuthn §13.4.3: at least 16. */
const CHALLENGE_BYTES = 32;
/**
 * The pages of one session share a challenge for this part of its life. So each page gives people at least the rest to find
 * their key.
 */
const REUSED_PERCENT = 50;

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

/** The keys of an account that work here. Browsers on this origin do not know keys of another rpId. */
export function offeredKeys(
  { core }: Pick<Context, 'core'>,
  factor: Factor | null | undefined,
): readonly KnownKey[] {
  const { webauthn } = core.options;
  return webauthn && factor ? factor.keys.filter(({ rpId }) => rpId === webauthn.rpId) : [];
}

/** How many keys of an account open it here. Stopped keys, and keys for another rpId, do not count. */
export function keysIn(context: Pick<Context, 'core'>, factor: Factor | null | undefined): number {
  return offeredKeys(context, factor).filter(({ stopped }) => !stopped).length;
}

/** How many of an account's factors open it here. */
export function waysIn(context: Pick<Context, 'core'>, factor: Factor): number {
  return factor.authenticators.length + keysIn(context, factor);
}

/** The challenge for keys in a session, on all its pages: one for half of its life. Writes the session, and no record. */
export function sharedChallenge(
  context: Context,
  state: UserState | MustEnrollState,
  factor: Factor | null,
): Challenge {
  const { challenge: present } = state;
  const isFree =
    present &&
    present.answeredBy === undefined &&
    (factor?.keys ?? []).every(({ lastUsedAt }) => lastUsedAt < present.issuedAt);
  const reused = (lifeOf(context) * REUSED_PERCENT) / 100;
  if (isFree && isInTime(present.since, present.since + reused, now(context))) return present;
  const challenge = { ...newChallenge(context, factor?.keys), value: nextValue(context, present, factor) };
  updateState(context, { ...state, challenge });
  return challenge;
}

/**
 * Requests that come at the same moment, such as those of two tabs, ask for the same: the session keeps only one of their
 * challenges. Nobody can foresee it without a key of the ring, and it is another one after every use of a key.
 */
function nextValue({ core, req }: Context, present: Challenge | undefined, factor: Factor | null): string {
  const used = String(issueTime(factor?.keys ?? [], 0));
  const parts = [req.sessionID ?? '', present?.value ?? '', used];
  return core.sealer.digests('challenge', ...parts)[0].toString('base64url');
}

/**
 * The challenge of a session that may still be answered; `null`: none, or it is too old, or another key has answered it.
 * For the key that has, it stays, so that its answer is recognised when it is sent again; the record refuses it.
 *
 * @param credentialId the key that answers; absent: a new one
 */
export function openChallenge(
  context: Context,
  challenge: Challenge | undefined,
  credentialId?: string,
): Challenge | null {
  if (!challenge || !isInTime(challenge.since, challenge.since + lifeOf(context), now(context))) return null;
  const { answeredBy } = challenge;
  return answeredBy === undefined || answeredBy === credentialId ? challenge : null;
}

/** How long a challenge may be answered, in milliseconds. */
function lifeOf({ core }: Context): number {
  return core.options.pendingSeconds * 1000;
}
