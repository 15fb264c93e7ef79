import type { ServerResponse } from 'node:http';
import { isSafeMethod } from '../answer/same-origin.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import type { Core } from '../session/core.js';
import { isFresh } from '../session/evaluate-session.js';

/** From the check of a request to `renew`: far more than hashing a password and saving it takes. */
const CHANGING_SECONDS = 10;

/** When requests began that may change a password, by the id of their session. */
type Changes = Map<string, Map<ServerResponse, number>>;

const changes = new WeakMap<Core, Changes>();

/** Notes a request with a signed-in user that may change their password, until it is answered or its client is gone. */
export function noteChange(context: Context): void {
  const { core, req, res } = context;
  const { sessionID } = req;
  if (isSafeMethod(req) || sessionID === undefined) return;
  const ofCore: Changes = changes.get(core) ?? new Map();
  changes.set(core, ofCore);
  const ofSession = ofCore.get(sessionID) ?? new Map<ServerResponse, number>();
  ofCore.set(sessionID, ofSession);
  ofSession.set(res, now(context));
  res.once('close', () => {
    ofSession.delete(res);
    if (ofSession.size === 0 && ofCore.get(sessionID) === ofSession) ofCore.delete(sessionID);
  });
}

/**
 * Whether another request of this session is under way in this process that may have changed the password and is about
 * to `renew` the session. Until then nobody is signed in there, and nothing may take the session away. If it does not
 * renew it, the next request ends the session.
 */
export function mayBeChanging(context: Context): boolean {
  const { core, req, res } = context;
  const ofSession = changes.get(core)?.get(req.sessionID ?? '') ?? new Map<ServerResponse, number>();
  return [...ofSession].some(
    ([other, since]) => other !== res && isFresh(since, now(context), CHANGING_SECONDS),
  );
}
