import { SecondFactorError } from '../errors.js';
import type { Middleware } from '../options.js';
import type { Soon } from '../soon.js';
import { isLater } from '../soon.js';
import type { Guarded } from './guard-decision.js';
import type { GuardDecision } from './request-api.js';

/**
 * A guard as middleware: lets a request pass, or refuses it. It is synchronous where the decision is.
 *
 * @param name of the guard, for the error `session-not-mounted`
 */
export function guardRequest(
  name: string,
  decide: (secondFactor: Guarded) => Soon<GuardDecision>,
): Middleware {
  return (req, _res, next) => {
    const { secondFactor } = req as { secondFactor?: Guarded };
    if (!secondFactor) {
      next(
        new SecondFactorError(
          'session-not-mounted',
          `${name} needs app.use(secondFactor.session()) before it`,
        ),
      );
      return;
    }
    const passes = (decision: GuardDecision): boolean => {
      if (!decision.ok) secondFactor.refuse(decision);
      return decision.ok;
    };
    const decision = decide(secondFactor);
    if (isLater(decision)) {
      // If the application has already answered, the answer throws here, and nobody else would catch it.
      decision.then(passes).then(
        (may) => {
          if (may) process.nextTick(next);
        },
        (error: unknown) => process.nextTick(next, error),
      );
    } else if (passes(decision)) next();
  };
}
