import { holds } from '../impersonation/stay.js';
import type { Context } from '../session/context.js';
import { nobody, now } from '../session/context.js';
import { findAccount, stampMatches } from '../session/core.js';
import { isInTime } from '../session/evaluate-session.js';
import { isParked } from '../session/state.js';
import { isSameSignIn, storedState } from '../session/stored-session.js';

/**
 * Checks the session again, after the body of the request has arrived. A client may take minutes to send it. What was
 * true when the request began (not signed out, same password, still in time) must be true when it acts. Reads the
 * session store. The record is checked again where it is used.
 *
 * @returns whether the request may go on; `false`: nobody is signed in on it any more
 */
export async function stillHolds(context: Context): Promise<boolean> {
  const { core, req, state } = context;
  if (!state) return true;
  const stored = await storedState(req, core.options.sessionKey);
  if (isSameSignIn(state, stored) && (await accountHolds(context))) return true;
  context.expired = isParked(state);
  nobody(context);
  return false;
}

async function accountHolds(context: Context): Promise<boolean> {
  const { core, state } = context;
  if (isParked(state)) return isInTime(state.since, state.until, now(context));
  if (state?.state === 'impersonating') return holds(context, state);
  const found = state && (await findAccount(core, state.account));
  if (!found || !stampMatches(core, found.account, state.stamp)) return false;
  // With the password alone, nobody may enable a second factor while the application has one of its own for the
  // account.
  return !found.account.otherFactor || context.known?.account.otherFactor === true;
}
