import type { Context } from '../session/context.js';
import { nobody } from '../session/context.js';
import { keepStored } from '../session/guard-save.js';
import { putValues, valuesWithout } from '../session/regenerate.js';

/**
 * Nobody is signed in on this request. Hides the user in the session of the request, so that no later
 * `passport.session()` finds them. The stored session stays as it is, for when it can be checked again. It counts as
 * unchanged: otherwise express-session would send its cookie, and overwrite that of a request that went on from it.
 */
export function withdraw(context: Context): void {
  const { core, req } = context;
  nobody(context);
  if (!req.session) return;
  keepStored(req.session);
  const hidden = [core.passport.sessionKey, core.options.sessionKey];
  for (const [key, value] of valuesWithout(req.session, [])) {
    if (!hidden.includes(key)) continue;
    putValues(req.session, [[key, Object.defineProperty({}, 'toJSON', { value: () => value })]]);
  }
}
