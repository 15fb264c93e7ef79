import { isSafeMethod } from '../answer/same-origin.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import type { Core } from '../session/core.js';
import { isFresh } from '../session/evaluate-session.js';

/** From the check of a request to `renew`: far more than hashing a password and saving it takes. */
const CHANGING_SECONDS = 10;

/** A request with a signed-in user that may change their password. */
interface Change {
  readonly sessionID: string;
  /** When it was checked, milliseconds since 1970. */
  readonly since: number;
}

/** What is under way, the oldest first. */
const changes = new WeakMap<Core, Set<Change>>();
/** The one of each request itself. */
const own = new WeakMap<Context, Change>();

/**
 * Notes a request with a signed-in user that may change their password: until it is answered or its client is gone, and
 * not for longer than it counts, because Node does not tell the end of every response. Holds nothing of the request.
 */
export function noteChange(context: Context): void {
  const { core, req, res } = context;
  const { sessionID } = req;
  if (isSafeMethod(req) || sessionID === undefined || res.closed || own.has(context)) return;
  const underWay = changes.get(core) ?? new Set();
  changes.set(core, underWay);
  for (const change of underWay) {
    if (counts(context, change)) break;
    underWay.delete(change);
  }
  const change = { sessionID, since: now(context) };
  underWay.add(change);
  own.set(context, change);
  res.once('close', () => underWay.delete(change));
}

/** This request does not renew its session. */
export function forgetChange(context: Context): void {
  const change = own.get(context);
  if (change) changes.get(context.core)?.delete(change);
}

/**
 * Whether another request of this session is under way in this process that may have changed the password and is about
 * to `renew` the session. Until then nobody is signed in there, and nothing may take the session away. If it does not
 * renew it, the next request ends the session.
 */
export function mayBeChanging(context: Context): boolean {
  const { sessionID } = context.req;
  return [...(changes.get(context.core) ?? [])].some(
    (change) => change.sessionID === sessionID && change !== own.get(context) && counts(context, change),
  );
}

function counts(context: Context, { since }: Change): boolean {
  return isFresh(since, now(context), CHANGING_SECONDS);
}
