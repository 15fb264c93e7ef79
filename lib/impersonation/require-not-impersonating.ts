import { takesNothing } from '../known-only.js';
import type { Middleware } from '../options.js';
import type { Guarded } from '../session/guard-decision.js';
import { CHECK_ANEW } from '../session/guard-decision.js';
import { guardRequest } from '../session/guard-request.js';
import type { GuardDecision, RequestSecondFactor } from '../session/request-api.js';
import { whenThere } from '../soon.js';

/**
 * Guards the application's own routes for passwords, tokens and the like: nobody passes while they act as somebody else.
 * 403 `impersonation-refused`. It is synchronous and reads no store, except if the body has arrived since the session was
 * loaded: then it also refuses users whose session has ended, with 401 `login-required`.
 *
 * @example
 * app.post('/settings/password', requireNotImpersonating(), changePassword);
 */
export function requireNotImpersonating(...nothing: []): Middleware {
  takesNothing('requireNotImpersonating()', nothing);
  return guardRequest('requireNotImpersonating()', (secondFactor: Guarded) => {
    const wasSomebody = secondFactor.state !== 'anonymous';
    return whenThere(secondFactor[CHECK_ANEW]?.(false), () => decide(secondFactor, wasSomebody));
  });
}

function decide(secondFactor: RequestSecondFactor, wasSomebody: boolean): GuardDecision {
  if (secondFactor.state === 'anonymous' && wasSomebody) return secondFactor.evaluate();
  if (secondFactor.state !== 'impersonating') return { ok: true };
  const location = secondFactor.path;
  return { ok: false, kind: 'guard', code: 'impersonation-refused', status: 403, location };
}
