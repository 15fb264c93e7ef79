import { SecondFactorError, SecondFactorRequiredError } from '../errors.js';
import type { Callback, LogIn, LogInOptions } from '../session/app-request.js';
import { setRequestUser } from '../session/app-request.js';
import { callBack, storeCatches } from '../session/call-back.js';
import type { Context, Vouched } from '../session/context.js';
import { isParked } from '../session/state.js';
import { watchCookie } from '../session/watch-cookie.js';
import { signIn } from './complete.js';
import type { LogInResult } from './first-step.js';
import { firstStep, loggedInTwice } from './first-step.js';
import { checkLogInOptions } from './log-in-options.js';
import { takeVouched } from './proven-elsewhere.js';
import { withoutSession } from './without-session.js';

/**
 * The function that replaces Passport's `req.logIn`. Whatever strategy did the first step, an account with a second
 * factor is parked, and nobody is signed in. Options, callback and errors are those of Passport.
 */
export function createLogIn(context: Context): LogIn {
  return function logIn(
    user: unknown,
    given?: LogInOptions | Callback | null,
    callback?: Callback | null,
  ): void {
    const options: LogInOptions = typeof given === 'object' && given !== null ? given : {};
    const done = typeof given === 'function' ? given : callback;
    const { core, req } = context;
    const vouched = takeVouched(context);
    const sessionless = options.session !== undefined && !options.session;
    const waived = Object.hasOwn(options, 'secondFactor') && options.secondFactor === 'not-required';
    if (sessionless ? waived : !req.session && core.passport.isInstanceOf(req)) {
      // Passport signs in at once, or refuses at once, because there is no session.
      context.passportLogIn.call(req, user, options, done);
      return;
    }
    if (typeof done !== 'function') throw withoutCallback(sessionless);
    if (!sessionless) watchCookie(context);
    // What follows the middleware or route that asks, as Express says it.
    const { next } = req;
    signInBy(context, user, { ...options, session: !sessionless }, vouched).then(
      (result) => {
        const then = { 'call-back': done, 'passed-on': next, answered: undefined }[result];
        if (then) callBack(req, then, sessionless || storeCatches(req));
      },
      (error: unknown) => {
        callBack(req, done, sessionless || storeCatches(req), error);
      },
    );
  };
}

function withoutCallback(sessionless: boolean): Error {
  if (!sessionless) return new Error('req#login requires a callback function');
  return new SecondFactorError(
    'login-callback-missing',
    'req.logIn(user, { session: false }) needs a callback function: the package first reads whether the account has a second ' +
      "factor; for credentials that need none add secondFactor: 'not-required'",
  );
}

async function signInBy(
  context: Context,
  user: unknown,
  options: LogInOptions,
  vouched: Vouched | undefined,
): Promise<LogInResult> {
  const { core, req } = context;
  const { proof } = context;
  try {
    if (!core.passport.isInstanceOf(req)) {
      throw new SecondFactorError(
        'passport-instance',
        'req.logIn was called by another Passport instance than the one in the passport option. Use the same one; ' +
          '`npm ls passport` shows further copies',
      );
    }
    checkLogInOptions(options);
    if (proof?.user === user) return await complete(context, options);
    if (!options.session) return await withoutSession(context, user, options, vouched);
    return await oneAtATime(context, user, options, vouched);
  } catch (error) {
    const untouched = ['login-twice', 'passport-instance'];
    if (!(error instanceof SecondFactorError && untouched.includes(error.code))) setRequestUser(req, null);
    throw error;
  }
}

/**
 * One first step at a time, and none after one that needed a code. After a sign-in that needed no code, another one
 * that needs none may follow, as in Passport.
 *
 * @throws {SecondFactorError} `login-twice`
 */
async function oneAtATime(
  context: Context,
  user: unknown,
  options: LogInOptions,
  vouched: Vouched | undefined,
): Promise<LogInResult> {
  const before = context.logIn;
  const follows = before === 'signed-in' && context.state?.state === 'signed-in';
  if (before !== 'none' && !follows) throw loggedInTwice();
  // Set before anything is awaited, so that the second of two simultaneous calls finds it.
  context.logIn = follows ? 'another' : 'first';
  let after: Context['logIn'] = before;
  try {
    const result = await firstStep(context, user, options, vouched);
    if (result === 'answered') after = 'parked';
    else if (context.state === undefined || isParked(context.state)) after = 'none';
    else after = 'signed-in';
    return result;
  } catch (error) {
    if (error instanceof SecondFactorRequiredError) after = 'parked';
    throw error;
  } finally {
    context.logIn = after;
  }
}

/** The second step by `passport.authenticate('second-factor')`. */
async function complete(context: Context, options: LogInOptions): Promise<LogInResult> {
  const { proof, req } = context;
  if (!proof) throw new SecondFactorError('sign-in-expired');
  context.proof = undefined;
  if (options.session === false) setRequestUser(req, proof.user);
  else await signIn(context, proof.user, proof.known, proof.mark, options, proof);
  return 'call-back';
}
