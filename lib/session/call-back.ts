import { SecondFactorError } from '../errors.js';
import type { AppRequest, Callback } from './app-request.js';
import { watchedStore } from './watched-store.js';

/**
 * Calls the application's callback outside of our promises. What it throws goes where Passport would let it go: as an
 * error into the same callback, and then to Express, if Passport's caller or the session store would catch it; otherwise
 * to the process. If the callback throws an error of ours that it was given, that goes to Express: without the package
 * there would be none.
 *
 * @param caught whether Passport's caller or the store would catch it
 */
export function callBack(req: AppRequest, done: Callback, caught: boolean, ...said: [] | [unknown]): void {
  const toExpress = (thrown: unknown): void => {
    // The router's own, as Express uses it in `res.render`.
    if (!req.next) throw thrown;
    req.next(thrown);
  };
  const isOurs = (thrown: unknown): boolean => thrown instanceof SecondFactorError && thrown === said[0];
  process.nextTick(() => {
    try {
      const later = (done as (...said: unknown[]) => unknown)(...said);
      // An async callback throws into its promise, which is handled nowhere else.
      if (later instanceof Promise) later.catch(thrownLater);
    } catch (thrown) {
      if (isOurs(thrown)) toExpress(thrown);
      else if (!caught) throw thrown;
      else process.nextTick(calledAgain, thrown);
    }
  });
  const thrownLater = (thrown: unknown): void => {
    if (!isOurs(thrown)) throw thrown;
    toExpress(thrown);
  };
  const calledAgain = (error: unknown): void => {
    try {
      done(error);
    } catch (thrown) {
      toExpress(thrown);
    }
  };
}

/** Whether what a callback throws is caught where the session store of a request calls it. */
export function storeCatches({ sessionStore }: AppRequest): boolean {
  return sessionStore !== undefined && watchedStore(sessionStore).catches();
}
