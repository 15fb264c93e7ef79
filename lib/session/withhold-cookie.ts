import type { ServerResponse } from 'node:http';
import type { AppRequest } from './app-request.js';
import { watchedStore } from './watched-store.js';

/**
 * If this process ended the session of a request meanwhile, the answer does not send the cookie of that session. A slow
 * request would otherwise overwrite the cookie of the session that another tab has moved on to. All other cookies are
 * sent, also that of a new session which the request itself made.
 */
export function withholdCookie(req: AppRequest, res: ServerResponse): void {
  const { sessionStore } = req;
  if (!sessionStore) return;
  const writeHead: unknown = Reflect.get(res, 'writeHead');
  res.writeHead = function (this: ServerResponse, ...given: unknown[]): ServerResponse {
    const { session, sessionID } = req;
    const isOver = session ? watchedStore(sessionStore).hasEnded(session) : false;
    // When an answer begins, express-session sends no cookie for a request without a session id.
    if (isOver) req.sessionID = undefined;
    try {
      return Reflect.apply(writeHead as typeof res.writeHead, this, given) as ServerResponse;
    } finally {
      if (isOver) req.sessionID = sessionID;
    }
  };
}
