import { isSafeMethod } from '../answer/same-origin.js';
import type { Context } from '../session/context.js';
import { nobody } from '../session/context.js';
import { isParked } from '../session/state.js';
import type { Soon } from '../soon.js';
import { evaluateRequest } from './evaluate-request.js';
import { recheck } from './recheck.js';
import { withdraw } from './withdraw.js';

/**
 * Checks the session of a request by what the store says now, where it was checked by what was read up to `recheckSeconds`
 * ago. Nobody is signed in any more where that fails.
 */
export async function checkAnew(context: Context): Promise<void> {
  try {
    await evaluateRequest(context, null);
  } catch (error) {
    withdraw(context);
    throw error;
  }
}

/**
 * The same for a guard that asks how old the proof is. Every guard checks again if the body has arrived since the session
 * was checked: a client may take minutes to send it, and the session may have ended meanwhile.
 */
export function checkForGuard(context: Context, asksAge: boolean): Soon<void> {
  return asksAge && context.isRecent ? checkAnew(context).then(() => checkLate(context)) : checkLate(context);
}

/** A parser may have the body before Node has the whole request: a compressed or multipart body tells its own end. */
function checkLate(context: Context): Soon<void> {
  const { req, state, isWhole } = context;
  return isWhole || !(req.complete || req.readableDidRead) || isSafeMethod(req) || !state || isParked(state)
    ? undefined
    : recheckLate(context);
}

async function recheckLate(context: Context): Promise<void> {
  const { complete } = context.req;
  if ((await recheck(context)) === context.state?.state) context.isWhole = complete;
  else nobody(context);
}
