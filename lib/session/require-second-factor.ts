import { takesNoRequest } from '../known-only.js';
import type { Middleware } from '../options.js';
import { checkGuardOptions } from './evaluate.js';
import { guardDecision } from './guard-decision.js';
import { guardRequest } from './guard-request.js';
import type { GuardOptions } from './request-api.js';

/**
 * Guards a route. Only a session with both steps done passes, for the account that `req.user` is at that moment. It is
 * synchronous and reads no store, except with `maxAge` under {@link SecondFactorOptions.recheckSeconds}, and if the body
 * has arrived since the session was loaded.
 *
 * Others are refused. 401: `login-required`, `code-required`, `session-required` (somebody was authenticated by other
 * means than this session), `step-up-required` (the proof is older than `maxAge`). 403: `enrollment-required`. A
 * browser is redirected to the page that helps, and then comes back: to the page it asked for, or to the page with the
 * form that it sent. Nothing of that form was done, and the page says so.
 *
 * @param options see {@link GuardOptions}. They are checked at once: throws `option-unknown` and `option-invalid`
 * @example
 * app.use('/panel/backups', requireSecondFactor({ maxAge: 300 }), backups);
 */
export function requireSecondFactor(options: GuardOptions = {}): Middleware {
  takesNoRequest('requireSecondFactor()', options);
  const checked = checkGuardOptions(options);
  return guardRequest('requireSecondFactor()', (secondFactor) => guardDecision(secondFactor, checked));
}
