import { SecondFactorError } from '../errors.js';
import { takesNoRequest } from '../known-only.js';
import type { Middleware } from '../options.js';
import { isLater } from '../soon.js';
import { checkGuardOptions } from './evaluate.js';
import { guardDecision } from './guard-decision.js';
import type { GuardDecision, GuardOptions, RequestSecondFactor } from './request-api.js';

/**
 * Guards a route: only a session with both steps done passes, checked for the account that `req.user` is at
 * that moment. Synchronous, and reads no store but with `maxAge` under {@link SecondFactorOptions.recheckSeconds}.
 *
 * Others are refused: 401 `login-required`, `code-required`, `session-required` (somebody was authenticated
 * by other means than this session) or `step-up-required` (older than `maxAge`), 403 `enrollment-required`.
 * A browser that navigates is redirected to the page that helps, and comes back: to the page it asked for, or to the
 * page of the form it sent, of which nothing was done. That is told to the user on the way.
 *
 * @param options see {@link GuardOptions}; checked here, `option-unknown` and `option-invalid` are thrown
 * @example
 * app.use('/panel/backups', requireSecondFactor({ maxAge: 300 }), backups);
 */
export function requireSecondFactor(options: GuardOptions = {}): Middleware {
  takesNoRequest('requireSecondFactor()', options);
  const checked = checkGuardOptions(options);
  return (req, _res, next) => {
    const { secondFactor } = req as { secondFactor?: RequestSecondFactor };
    if (!secondFactor) {
      next(
        new SecondFactorError(
          'session-not-mounted',
          'requireSecondFactor() needs app.use(secondFactor.session()) before it',
        ),
      );
      return;
    }
    const passes = (decision: GuardDecision): boolean => {
      if (!decision.ok) secondFactor.refuse(decision);
      return decision.ok;
    };
    const decision = guardDecision(secondFactor, checked);
    if (isLater(decision)) {
      // Nobody would catch what the answer throws, where the application has answered meanwhile.
      decision.then(passes).then(
        (may) => {
          if (may) process.nextTick(next);
        },
        (error: unknown) => process.nextTick(next, error),
      );
    } else if (passes(decision)) next();
  };
}
