import { challenge } from '../answer/challenge.js';
import { sendProblem } from '../answer/problem.js';
import { SecondFactorError, SecondFactorRequiredError } from '../errors.js';
import type { SignInRefusal } from '../events.js';
import type { Callback, LogIn, LogInOptions } from './app-request.js';
import { requireSession, setRequestUser } from './app-request.js';
import type { Context } from './context.js';
import {
  emit,
  leaveSession,
  moveToAnonymous,
  now,
  reported,
  requireLiveSession,
  sessionState,
} from './context.js';
import type { Factor, FoundUser } from './core.js';
import { accountOf, findAccount, readFactor, stampMatches, stampOf } from './core.js';
import { isFresh } from './judge.js';
import { checkLogInOptions } from './log-in-options.js';
import { answerParked, codeOfParked, park, wayOn } from './park.js';
import { promised } from './regenerate.js';
import { rememberedBrowser } from './remembered-browser.js';
import { requirementOf } from './requirement.js';
import { signIn } from './sign-in.js';
import { isSameSignIn, storedState } from './stored-session.js';
import type { UserState, VerifiedState } from './state.js';
import { isParked, isUser } from './state.js';

/** Whether `req.logIn` calls back, or has answered the request itself. */
type LogInResult = 'call-back' | 'answered';

/**
 * The function that stands in for Passport's `req.logIn`: whatever strategy did the first step, an account
 * with a second factor is parked and nobody is signed in.
 */
export function createLogIn(context: Context): LogIn {
  return function logIn(user: unknown, given?: LogInOptions | Callback | null, callback?: Callback): void {
    const options = typeof given === 'function' ? {} : (given ?? {});
    const done = typeof given === 'function' ? given : callback;
    const { req } = context;
    const waived = Object.hasOwn(options, 'secondFactor') && options.secondFactor === 'not-required';
    if (options.session === false && waived) {
      context.passportLogIn.call(req, user, options, done ?? (() => undefined));
      return;
    }
    if (typeof done !== 'function') {
      throw new SecondFactorError('login-callback-missing', 'req.logIn needs a callback function');
    }
    route(context, user, options).then(
      (result) => {
        if (result === 'call-back') process.nextTick(done);
      },
      (error: unknown) => {
        process.nextTick(done, error);
      },
    );
  };
}

async function route(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const { core, req } = context;
  const { proof } = context;
  // Set before anything is awaited: of two calls at once the second one must find it.
  const second = context.logInCalled;
  const proved = proof !== undefined && proof.user === user;
  if (!proved && options.session !== false) context.logInCalled = true;
  if (!core.passport.isInstanceOf(req)) {
    throw new SecondFactorError(
      'passport-instance',
      'req.logIn was called by another Passport instance than the one in the passport option',
    );
  }
  try {
    checkLogInOptions(options);
    if (proved) return await complete(context, options);
    if (options.session === false) return await withoutSession(context, user, options);
    if (second) throw new SecondFactorError('login-twice', 'req.logIn was called twice in one request');
    return await firstStep(context, user, options);
  } catch (error) {
    if (!(error instanceof SecondFactorError && error.code === 'login-twice')) setRequestUser(req, null);
    throw error;
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

/** Basic authentication, API passwords: one step is not enough for an account with a second factor. */
async function withoutSession(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const { core, req, res } = context;
  const { found } = await freshUser(context, user);
  const factor = await knownFactor(context, found);
  if (factor || (await requirementOf(core, found.account)).required) {
    const reason = factor ? 'code-required' : 'enrolment-required';
    emit(context, 'sign-in-refused', found.account.id, { reason });
    if ((options.onCodeRequired ?? core.options.onCodeRequired) === 'error') {
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

async function firstStep(context: Context, user: unknown, options: LogInOptions): Promise<LogInResult> {
  const { core, req } = context;
  requireSession(req);
  const { serialized, found, again } = await freshUser(context, user);
  const { account } = found;
  if (context.state?.state === 'impersonating' && context.state.account === account.id) {
    throw new SecondFactorError('impersonation-refused');
  }
  const factor = await knownFactor(context, found);
  const required = !factor && (await requirementOf(core, account)).required;

  const passwordAt = again ? again.passwordAt : now(context);
  if (required && again && !isFresh(passwordAt, now(context), core.options.freshSeconds)) {
    await moveToAnonymous(context);
    throw new SecondFactorError('sign-in-expired');
  }

  const present = sessionState(context);
  const waits = isParked(present) && present.account === account.id && isUnderBasePath(context);
  if (waits && present.state === (factor ? 'pending' : required && 'must-enrol')) {
    // A strategy that fires on every request: the sign-in it began is still waiting.
    context.logInCalled = false;
    setRequestUser(req, null);
    return 'call-back';
  }
  const mark = required ? undefined : await markWithoutCode(context, found, factor, passwordAt);
  if (context.state?.state === 'impersonating') {
    // Told before it happens, while the context still knows who really acts.
    emit(context, 'impersonation-ended', context.state.account, { reason: 'new-sign-in' });
  }
  if (mark) {
    const goesOn = again !== undefined || mark.state === 'verified';
    await signIn(context, user, { ...found, factor }, mark, options, { goesOn });
    return 'call-back';
  }
  if (again) await leaveSession(context);
  const parked = await park(context, found, factor, serialized, options);
  if ((options.onCodeRequired ?? core.options.onCodeRequired) === 'error') {
    const location = wayOn(core.options.basePath, parked);
    throw new SecondFactorRequiredError(codeOfParked(parked), location, parked.until);
  }
  answerParked(context, parked);
  return 'answered';
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
  const verified = verifiedNow(context, account.id, factor);
  if (verified && isSameSignIn(verified, await storedState(req, core.options.sessionKey))) {
    return { ...verified, stamp };
  }
  const browser = await rememberedBrowser(context, account, factor);
  if (browser === undefined) return undefined;
  const { enrolment } = factor;
  return { state: 'remembered', account: account.id, stamp, passwordAt, enrolment, browser };
}

/** A user in the one shape that is judged. */
interface FreshUser {
  readonly serialized: unknown;
  readonly found: FoundUser;
  /** The present state, when `req.user` is signed in once more: no password was judged, so none becomes fresh. */
  readonly again: UserState | undefined;
}

/**
 * Brings a user from any strategy into the one shape that is judged.
 *
 * @throws {SecondFactorError} `account-unknown`; `sign-in-expired` when the password was changed since the
 *   strategy judged it, or when the session of who is signed in once more has ended meanwhile
 */
async function freshUser(context: Context, user: unknown): Promise<FreshUser> {
  const { core, req } = context;
  const serialized = await core.passport.serialize(user, req);
  const deserialized = await core.passport.deserialize(serialized, req);
  const found =
    deserialized === null ? null : await findAccount(core, (await accountOf(core, deserialized)).id);
  if (!found) {
    throw new SecondFactorError(
      'account-unknown',
      'the user that signed in is not there: deserializeUser or findUser(accountId) returned none; ' +
        'accountId is a string, also when the ids are numbers',
    );
  }
  // Where every look-up gives one and the same object, nobody can tell a strategy's user from req.user.
  const again = deserialized === user ? undefined : signedInAgain(context, user, found.account.id);
  if (again) await requireLiveSession(context);
  const outdated = again
    ? !stampMatches(core, found.account, again.stamp)
    : await isOutdated(context, user, found);
  if (outdated) {
    emit(context, 'sign-in-refused', found.account.id, { reason: 'sign-in-expired' });
    throw new SecondFactorError('sign-in-expired');
  }
  return { serialized, found, again };
}

/**
 * Whether a strategy's user has another stamp than the account has now. The session would begin with the new
 * stamp, and so outlive the change that was to end what the old password opened.
 */
async function isOutdated({ core }: Context, user: unknown, { account }: FoundUser): Promise<boolean> {
  // Strategies may hand over users that account() cannot describe; they tell no stamp.
  const judged = await accountOf(core, user).catch(() => null);
  if (judged?.id !== account.id || judged.stamp === null) return false;
  return judged.stamp !== account.stamp;
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

/** The present state, when the application signs in `req.user` once more, after a change of his profile say. */
function signedInAgain(
  { state, judgedUser }: Context,
  user: unknown,
  account: string,
): UserState | undefined {
  return user === judgedUser && isUser(state) && state.account === account ? state : undefined;
}

/** The judged state, when it is of this account with this very factor. */
function verifiedNow({ state }: Context, account: string, factor: Factor): VerifiedState | undefined {
  if (state?.state !== 'verified' || state.account !== account) return undefined;
  return state.enrolment === factor.enrolment ? state : undefined;
}

function isUnderBasePath({ core, req }: Context): boolean {
  const path = (req.originalUrl ?? req.url ?? '').replace(/[?#].*$/s, '');
  const { mountPath } = core.options;
  return path === mountPath || path.startsWith(`${mountPath}/`);
}
