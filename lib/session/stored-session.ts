import type { AppRequest } from './app-request.js';
import { lookUpSession } from './look-up.js';
import type { SessionState } from './state.js';
import { isParked, readState } from './state.js';

/**
 * The state that the session of a request has in the session store now; `undefined`: the session was ended since the
 * request began.
 */
export async function storedState(req: AppRequest, key: string): Promise<SessionState | undefined> {
  const session = await storedSession(req);
  return session ? readState(session, key) : undefined;
}

/** Whether two states belong to the same sign-in. A state that was made again belongs to another. */
export function isSameSignIn(a: SessionState, b: SessionState | undefined): boolean {
  if (a.state !== b?.state || a.account !== b.account || a.stamp !== b.stamp) return false;
  if (isParked(a)) return isParked(b) && a.since === b.since && enrollmentOf(a) === enrollmentOf(b);
  return enrollmentOf(a) === enrollmentOf(b);
}

function enrollmentOf(state: SessionState): string | null {
  return 'enrollment' in state ? (state.enrollment ?? null) : null;
}

/**
 * The session of a request as it is in the session store now; `null`: it was ended.
 *
 * @param id of a session that the request had before
 */
export function storedSession(req: AppRequest, id = req.session?.id): Promise<object | null> {
  return new Promise((resolve, reject) => {
    if (!req.sessionStore || id === undefined) {
      resolve(null);
      return;
    }
    lookUpSession(req.sessionStore, id, (error, session) => {
      if (error)
        reject(error instanceof Error ? error : new Error('the session store failed', { cause: error }));
      else resolve(session);
    });
  });
}
