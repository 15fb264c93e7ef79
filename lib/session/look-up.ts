import type { SessionStore } from './app-request.js';

/**
 * Looks up a session in its store. A missing one is `null`, also if the store reports it as an error of the file
 * system. express-session knows that from stores that use files.
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
