import type { Account } from '../account/account.js';
import { challenge } from '../answer/challenge.js';
import { sendProblem } from '../answer/problem.js';
import { SecondFactorError, SecondFactorRequiredError } from '../errors.js';
import type { SignInRefusal } from '../events.js';
import type { Callback, LogIn, LogInOptions } from '../session/app-request.js';
import { pathBelow, setRequestUser } from '../session/app-request.js';
import { callBack, storeCatches } from '../session/call-back.js';
import type { Context } from '../session/context.js';
import { emit, leaveSession, moveToAnonymous, now, reported, sessionState } from '../session/context.js';
import type { Factor, FoundUser } from '../session/core.js';
import { readFactor, stampMatches, stampOf } from '../session/core.js';
import { freshUser } from './fresh-user.js';
import { isFresh } from '../session/evaluate-session.js';
import { checkLogInOptions } from './log-in-options.js';
import { answerParked, park } from './park.js';
import { promised } from '../session/regenerate.js';
import { rememberedBrowser } from './remembered-browser.js';
import { lackOf } from '../session/requirement.js';
import { signIn } from './complete.js';
import { isSameSignIn, storedState } from '../session/stored-session.js';
import type { UserState, VerifiedState } from '../session/state.js';
import { isParked, isUser } from '../session/state.js';
import { codeOfParked, wayOn } from '../session/way-on.js';

/** Whether `req.logIn` calls back, or has answered the request itself. */
type LogInResult = 'call-back' | 'answered';

/**
 * The function that stands in for Passport's `req.logIn`: whatever strategy did the first step, an account
 * with a second factor is parked and nobody is signed in. Options, callback and errors are Passport's own.
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
    const sessionless = options.session !== undefined && !options.session;
    const waived = Object.hasOwn(options, 'secondFactor') && options.secondFactor === 'not-required';
    if (sessionless ? waived : !req.session && core.passport.isInstanceOf(req)) {
      // Passport signs in at once, or refuses at once, because there is no session.
      context.passportLogIn.call(req, user, options, done);
      return;
    }
    if (typeof done !== 'function') throw withoutCallback(sessionless);
    route(context, user, { ...options, session: !sessionless }).then(
      (result) => {
        if (result === 'call-back') callBack(done, sessionless || storeCatches(req));
      },
      (error: unknown) => {
        callBack(done, sessionless || storeCatches(req), error);
      },
    );
  };
}

function withoutCallback(sessionless: boolean): Error {
  if (!sessionless) return new Error('req#login requires a callback function');
  return new SecondFactorError(
    'login-callback-missing',
    'req.logIn(user, { session: false }) needs a callback function, since whether the account has a second factor ' +
      "is read first; for credentials that need none add secondFactor: 'not-required'",
  );
}

async function route(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const { core, req } = context;
  const { proof } = context;
  try {
    if (!core.passport.isInstanceOf(req)) {
      throw new SecondFactorError(
        'passport-instance',
        'req.logIn was called by another Passport instance than the one in the passport option',
      );
    }
    checkLogInOptions(options);
    if (proof?.user === user) return await complete(context, options);
    if (!options.session) return await withoutSession(context, user, options);
    return await oneOf(context, user, options);
  } catch (error) {
    const untouched = ['login-twice', 'passport-instance'];
    if (!(error instanceof SecondFactorError && untouched.includes(error.code))) setRequestUser(req, null);
    throw error;
  }
}

/**
 * One first step at a time, and none after one that asked for a second. After a sign-in that needed none another
 * may follow that needs none, as in Passport.
 *
 * @throws {SecondFactorError} `login-twice`
 */
async function oneOf(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const before = context.logIn;
  const follows = before === 'signed-in' && context.state?.state === 'signed-in';
  if (before !== 'none' && !follows) throw twice();
  // Set before anything is awaited: of two calls at once the second one must find it.
  context.logIn = 'running';
  let after: Context['logIn'] = before;
  try {
    const result = await firstStep(context, user, options, follows);
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

function twice(): SecondFactorError {
  return new SecondFactorError('login-twice', 'req.logIn was called twice in one request');
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

/** Basic authentication, API passwords: one step is not enough for an account with a second factor. */
async function withoutSession(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const { core, req, res } = context;
  const { found } = await freshUser(context, user, await core.passport.serialize(user, req));
  const factor = await knownFactor(context, found);
  const reason = factor ? 'code-required' : await lackOf(core, found.account);
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

/**
 * @param follows whether somebody was signed in already on this request
 */
async function firstStep(
  context: Context,
  user: unknown,
  options: LogInOptions,
  follows: boolean,
): Promise<LogInResult> {
  const { core, req } = context;
  const serialized = await serializedForSession(context, user);
  const { found, again } = await freshUser(context, user, serialized, follows);
  const { account } = found;
  if (context.state?.state === 'impersonating' && context.state.account === account.id) {
    throw new SecondFactorError('impersonation-refused');
  }
  const factor = await knownFactor(context, found);
  const required = !factor && (await lackOf(core, account)) === 'enrollment-required';
  if (follows && (factor || required)) throw twice();

  const passwordAt = again ? again.passwordAt : passwordAtOf(context, account);
  if (required && again && !isFresh(passwordAt, now(context), core.options.freshSeconds)) {
    await moveToAnonymous(context);
    throw new SecondFactorError('sign-in-expired');
  }

  const present = sessionState(context);
  const waits = isParked(present) && present.account === account.id && isUnderBasePath(context);
  if (waits && present.state === (factor ? 'pending' : required && 'must-enroll')) {
    // A strategy that fires on every request: the sign-in it began is still waiting.
    setRequestUser(req, null);
    return 'call-back';
  }
  const mark = required ? undefined : await markWithoutCode(context, found, factor, passwordAt);
  if (mark) {
    const goesOn = (again !== undefined && !follows) || mark.state === 'verified';
    await signIn(context, user, { ...found, factor }, mark, options, { goesOn });
    return 'call-back';
  }
  const answers = (options.whenCodeRequired ?? core.options.whenCodeRequired) === 'respond';
  if (answers) core.mounting.requireRouter();
  const leave = again ? () => leaveSession(context) : undefined;
  const parked = await park(context, found, factor, serialized, options, leave);
  if (!answers) {
    const location = wayOn(core.options.basePath, parked);
    throw new SecondFactorRequiredError(codeOfParked(parked), location, parked.until);
  }
  answerParked(context, parked);
  return 'answered';
}

/** The serialized user of a new session; without one the session before ends, as it does in Passport. */
async function serializedForSession(context: Context, user: unknown): Promise<unknown> {
  try {
    return await context.core.passport.serialize(user, context.req);
  } catch (error) {
    if (context.state?.state !== 'impersonating') await moveToAnonymous(context);
    throw error;
  }
}

/**
 * The mark of a sign-in that needs no code: there is no second factor, it was given in this session, or the
 * browser is remembered.
 */
async function markWithoutCode(
  context: Context,
  { account }: FoundUser,
  factor: Factor | null,
  passwordAt: number | null,
): Promise<UserState | undefined> {
  const { core, req } = context;
  const stamp = stampOf(core, account);
  if (!factor) return { state: 'signed-in', account: account.id, stamp, passwordAt };
  const verified = verifiedNow(context, account, factor);
  if (verified && isSameSignIn(verified, await storedState(req, core.options.sessionKey))) {
    return { ...verified, stamp };
  }
  const browser = await rememberedBrowser(context, account, factor);
  if (browser === undefined) return undefined;
  const { enrollment } = factor;
  return { state: 'remembered', account: account.id, stamp, passwordAt, enrollment, browser };
}

async function knownFactor(context: Context, { account }: FoundUser): Promise<Factor | null> {
  try {
    return await readFactor(context.core, account);
  } catch (error) {
    if (error instanceof SecondFactorError && isSignInRefusal(error.code)) {
      emit(context, 'sign-in-refused', account.id, { reason: error.code });
    }
    throw reported(context, account.id, error);
  }
}

function isSignInRefusal(code: string): code is SignInRefusal {
  return ['store-unavailable', 'record-unreadable', 'record-missing'].includes(code);
}

/** The checked state, when it is of this account with this very factor and this very password. */
function verifiedNow({ core, state }: Context, account: Account, factor: Factor): VerifiedState | undefined {
  if (state?.state !== 'verified' || state.account !== account.id) return undefined;
  // A request that was let in under the old password must not go on under the new one: its body may come late.
  if (!stampMatches(core, account, state.stamp)) return undefined;
  return state.enrollment === factor.enrollment ? state : undefined;
}

/**
 * When the password of a user from a strategy was given: now, but for a request that was let in to this very account
 * under another password. There the application may have loaded its user anew, and no password was checked.
 */
function passwordAtOf(context: Context, account: Account): number | null {
  const { core, state } = context;
  if (!isUser(state) || state.account !== account.id) return now(context);
  return stampMatches(core, account, state.stamp) ? now(context) : state.passwordAt;
}

function isUnderBasePath({ core, req }: Context): boolean {
  return pathBelow(core.options.mountPath, req) !== undefined;
}
