import { requireSession } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { putValues, valuesWithout } from '../session/regenerate.js';
import { isParked, readState } from '../session/state.js';

/**
 * What Passport's `keepSessionInfo` keeps from one session to the next: everything except the user and our own state.
 * The lifetime of the cookie is kept too, unless it is the short one of a sign-in that waits.
 *
 * @returns a function that puts it into the session that the request has then
 */
export function carryOver({ core, req }: Context): () => void {
  const { sessionKey } = core.options;
  const passportKey = core.passport.sessionKey;
  const old = requireSession(req);
  const brief = isParked(readState(old, sessionKey));
  const { cookie } = old;
  const values = valuesWithout(old, [sessionKey, passportKey]);
  const passports = Object.entries(old).filter(([key]) => key === passportKey);
  return () => {
    const session = requireSession(req);
    if (!brief) session.cookie = cookie;
    putValues(session, values);
    for (const [key, value] of passports) {
      const { user: _before, ...own } = (value ?? {}) as { user?: unknown };
      putValues(session, [[key, { ...own, ...(Reflect.get(session, key) as object | undefined) }]]);
    }
  };
}
