import { SecondFactorError } from '../errors.js';
import { takesNothing } from '../known-only.js';
import type { Middleware } from '../options.js';
import type { RequestSecondFactor } from '../session/request-api.js';

/**
 * Guards the application's own routes for passwords, tokens and the like: nobody passes while they act as
 * somebody else. Synchronous, reads no store; 403 `impersonation-refused`.
 *
 * @example
 * app.post('/settings/password', requireNotImpersonating(), changePassword);
 */
export function requireNotImpersonating(...nothing: []): Middleware {
  takesNothing('requireNotImpersonating()', nothing);
  return (req, _res, next) => {
    const { secondFactor } = req as { secondFactor?: RequestSecondFactor };
    if (!secondFactor) {
      next(
        new SecondFactorError(
          'session-not-mounted',
          'requireNotImpersonating() needs app.use(secondFactor.session()) before it',
        ),
      );
    } else if (secondFactor.state === 'impersonating') {
      secondFactor.refuse({
        ok: false,
        kind: 'guard',
        code: 'impersonation-refused',
        status: 403,
        location: secondFactor.path,
      });
    } else next();
  };
}
