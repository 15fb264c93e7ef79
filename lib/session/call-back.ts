import type { AppRequest, Callback } from './app-request.js';
import { watchedStore } from './watched-store.js';

/**
 * Calls the application's callback outside of our promises. What it throws goes where Passport would let it go: as an
 * error into the same callback, if Passport's caller or the session store would catch it; otherwise to the process.
 *
 * @param caught whether somebody would catch it
 */
export function callBack(done: Callback, caught: boolean, ...said: [] | [unknown]): void {
  process.nextTick(() => {
    try {
      done(...said);
    } catch (thrown) {
      if (!caught) throw thrown;
      // Thrown once more, it becomes an unhandled rejection, as in such a store.
      void Promise.resolve().then(() => {
        done(thrown);
      });
    }
  });
}

/** Whether what a callback throws is caught where the session store of a request calls it. */
export function storeCatches({ sessionStore }: AppRequest): boolean {
  return sessionStore !== undefined && watchedStore(sessionStore).catches();
}
