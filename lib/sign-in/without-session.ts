import { challenge } from '../answer/challenge.js';
import { sendProblem } from '../answer/problem.js';
import { SecondFactorError } from '../errors.js';
import type { LogInOptions } from '../session/app-request.js';
import { setRequestUser } from '../session/app-request.js';
import type { Context, Vouched } from '../session/context.js';
import { emit } from '../session/context.js';
import { promised } from '../session/regenerate.js';
import { lackOf, takesKeysOnly } from '../session/requirement.js';
import type { LogInResult } from './first-step.js';
import { freshUser } from './fresh-user.js';
import { knownFactor } from './known-factor.js';
import { provenElsewhere, sparesCode } from './proven-elsewhere.js';

/** Basic authentication, API passwords: one step is not enough for an account with a second factor. */
export async function withoutSession(
  context: Context,
  user: unknown,
  options: LogInOptions,
  vouched: Vouched | undefined,
): Promise<LogInResult> {
  const { core, req, res } = context;
  const { found } = await freshUser(context, user, await core.passport.serialize(user, req));
  const factor = await knownFactor(context, found);
  const lacks = factor ? 'code-required' : await lackOf(core, found.account);
  const elsewhere = await provenElsewhere(context, vouched, found.account);
  const keysOnly = await takesKeysOnly(core, found.account, factor !== null);
  const isSpared = lacks !== 'enrollment-required' && sparesCode(context, factor, elsewhere, keysOnly);
  const reason = isSpared ? null : lacks;
  if (reason !== null) {
    emit(context, 'sign-in-refused', found.account.id, { reason });
    if ((options.whenCodeRequired ?? core.options.whenCodeRequired) === 'error') {
      throw new SecondFactorError(reason);
    }
    setRequestUser(req, null);
    if (factor) res.setHeader('WWW-Authenticate', challenge('code-required'));
    sendProblem(req, res, reason);
    return 'answered';
  }
  await promised((done) => {
    context.passportLogIn.call(req, user, options, done);
  });
  return 'call-back';
}
