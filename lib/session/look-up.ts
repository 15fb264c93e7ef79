import type { SessionStore } from './app-request.js';

/**
 * Looks a session up in its store. One that is not there is `null`, also where the store calls that an error of
 * the file system, as express-session knows from stores that keep files.
 */
export function lookUpSession(
  store: Pick<SessionStore, 'get'>,
  id: string,
  told: (error: unknown, session: object | null) => void,
): void {
  const answer = { told: false };
  try {
    store.get(id, (error, session) => {
      answer.told = true;
      const missing = (error as { code?: unknown } | null | undefined)?.code === 'ENOENT';
      told(missing ? null : error, missing ? null : (session ?? null));
    });
  } catch (thrown) {
    if (answer.told) throw thrown;
    told(thrown, null);
  }
}
