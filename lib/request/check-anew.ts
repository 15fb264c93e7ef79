import type { AppRequest } from '../session/app-request.js';
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
 * was loaded: a client may take minutes to send it, and the session may have ended meanwhile.
 */
export function checkForGuard(context: Context, asksAge: boolean): Soon<void> {
  const reads = asksAge && context.isRecent;
  // First by what was known: the other check looks the account up anew, but `req.user` stays.
  if (isLate(context))
    return recheckLate(context).then(() => (reads && context.state ? checkAnew(context) : undefined));
  return reads ? checkAnew(context) : undefined;
}

/** A parser may have the body before Node has the whole request: a compressed or multipart body tells its own end. */
function isLate({ req, state, isWhole }: Context): boolean {
  if (isWhole || !state || isParked(state)) return false;
  return req.readableDidRead || (req.complete && hasBody(req));
}

/** Of any method: applications and parsers read the body of a GET, too. */
function hasBody({ headers }: AppRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

async function recheckLate(context: Context): Promise<void> {
  const { complete } = context.req;
  if ((await recheck(context)) === context.state?.state) context.isWhole = complete;
  else nobody(context);
}
