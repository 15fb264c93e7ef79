/** Passport's session manager. Every `req.logIn` with a session calls it. */
interface SessionManager {
  logIn(...given: unknown[]): unknown;
}

/** Shared by all instances and both builds on one Passport, so that a sign-in is watched once. */
const WATCHED = Symbol.for('passport-second-factor.watched');

/**
 * Warns, once per Passport instance, if somebody is signed in on a request that went through no
 * `secondFactor.session()`. There, no code is asked for, and the time of the password is not known later.
 */
export function watchLogIn(manager: SessionManager): void {
  if (Object.hasOwn(manager, WATCHED)) return;
  const logIn: unknown = Reflect.get(manager, 'logIn');
  if (typeof logIn !== 'function') return;
  let warned = false;
  const watched = function (this: unknown, req: { secondFactor?: unknown }, ...others: unknown[]): unknown {
    if (!warned && req.secondFactor === undefined) {
      warned = true;
      process.emitWarning(
        'somebody signed in on a route before secondFactor.session(), where no code is asked for. Mount ' +
          'app.use(passport.session()), app.use(secondFactor.session()) and only then the routes that sign in',
        { code: 'SECOND_FACTOR_LOGIN_UNSEEN' },
      );
    }
    return Reflect.apply(logIn, this, [req, ...others]);
  };
  Object.defineProperty(manager, 'logIn', { configurable: true, writable: true, value: watched });
  Object.defineProperty(manager, WATCHED, { value: true });
}
