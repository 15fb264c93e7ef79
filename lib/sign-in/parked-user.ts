import type { SecondFactorEvents } from '../events.js';
import type { Context } from '../session/context.js';
import {
  emit,
  firstToTell,
  isSignInExpired,
  leaveSession,
  moveToAnonymous,
  toldOnceOver,
} from '../session/context.js';
import type { FoundUser } from '../session/core.js';
import { findAccount, stampMatches } from '../session/core.js';
import { deserializedId } from '../session/described-account.js';
import type { Refused } from '../session/refusal.js';
import type { ParkedState } from '../session/state.js';
import { refused } from '../session/refusal.js';

/** The user of a parked sign-in, loaded again. */
export interface ParkedUser {
  /** What becomes `req.user`. */
  readonly user: unknown;
  readonly found: FoundUser;
}

/**
 * The user of a parked sign-in as they are now; `null`: the account is not what it was when it was parked: it is gone,
 * blocked, or has another password.
 */
export async function parkedUser(
  { core, req }: Context,
  { user: serialized, account, stamp }: ParkedState,
): Promise<ParkedUser | null> {
  const user = await core.passport.deserialize(serialized, req);
  if (user === null || (await deserializedId(core.options, user)) !== account) return null;
  const found = await findAccount(core, account);
  return found && stampMatches(core, found.account, stamp) ? { user, found } : null;
}

/** Ends a parked sign-in without a second step, unless another request has ended it or gone on from it. */
export async function endParked(
  context: Context,
  parked: ParkedState,
  reason: SecondFactorEvents['sign-in-ended']['reason'],
): Promise<Refused> {
  const expired = refused('sign-in-expired');
  const isFirst = firstToTell(context);
  if (!(await mayLeave(context))) return expired;
  const tell = (): void => {
    if (isFirst()) emit(context, 'sign-in-ended', parked.account, { reason });
  };
  await toldOnceOver(context, () => moveToAnonymous(context), tell);
  return expired;
}

/** Whether the session is still there, and no other request goes on from it. */
async function mayLeave(context: Context): Promise<boolean> {
  try {
    await leaveSession(context);
    return true;
  } catch (error) {
    if (isSignInExpired(error)) return false;
    throw error;
  }
}
