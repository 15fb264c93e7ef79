import type { Account } from '../account/account.js';
import { SecondFactorError, SecondFactorRequiredError } from '../errors.js';
import type { LogInOptions } from '../session/app-request.js';
import { setRequestUser } from '../session/app-request.js';
import type { Context, Vouched } from '../session/context.js';
import { leaveSession, moveToAnonymous, now } from '../session/context.js';
import type { Factor, FoundUser } from '../session/core.js';
import { stampMatches, stampOf } from '../session/core.js';
import { isByKey, isFresh } from '../session/evaluate-session.js';
import { lackOf, takesKeysOnly } from '../session/requirement.js';
import type { Elsewhere, UserState, VerifiedState } from '../session/state.js';
import { elsewhereOf, isUser } from '../session/state.js';
import { isSameSignIn, storedState } from '../session/stored-session.js';
import { codeOfParked, wayOn } from '../session/way-on.js';
import { signIn } from './complete.js';
import { freshUser } from './fresh-user.js';
import { knownFactor } from './known-factor.js';
import { answerParked, park } from './park.js';
import { provenElsewhere, sparesCode } from './proven-elsewhere.js';
import { rememberedBrowser } from './remembered-browser.js';
import { stillWaits } from './still-waits.js';

/** What is known about the first step. */
interface FirstStep {
  /** Milliseconds since 1970; `null`: unknown. */
  readonly passwordAt: number | null;
  /** What was proved elsewhere with it. */
  readonly elsewhere: Elsewhere | undefined;
}

/**
 * Whether `req.logIn` calls back, or has answered the request itself. `passed-on`: neither. What comes next in the
 * application gets the request, because the same sign-in is parked already and the request is on its way to complete it.
 */
export type LogInResult = 'call-back' | 'answered' | 'passed-on';

/**
 * The first step of a sign-in with a session. The sign-in is parked, or completed if no code is needed.
 *
 * @param vouched what the application says was proved elsewhere, for this sign-in
 * @throws {SecondFactorError} `login-twice` where it follows a sign-in of this request that needed no code, and needs one;
 *   `sign-in-expired`, `impersonation-refused`, `account-unknown`, `account-invalid` and those of the store
 * @throws {SecondFactorRequiredError} if it is parked and the application answers
 */
export async function firstStep(
  context: Context,
  user: unknown,
  options: LogInOptions,
  vouched?: Vouched,
): Promise<LogInResult> {
  const { core, req } = context;
  const follows = context.logIn === 'another';
  const serialized = await serializedForSession(context, user);
  const { found, again } = await freshUser(context, user, serialized);
  const { account } = found;
  if (context.state?.state === 'impersonating' && context.state.account === account.id) {
    throw new SecondFactorError('impersonation-refused');
  }
  const factor = await knownFactor(context, found);
  const required = !factor && (await lackOf(core, account)) === 'enrollment-required';
  if (follows && (factor || required)) throw loggedInTwice();

  if (req.next && stillWaits(context, account, factor, required)) {
    setRequestUser(req, null);
    return 'passed-on';
  }

  const isTyped = !again && options.firstStep !== 'not-fresh';
  const passwordAt = isTyped ? passwordAtOf(context, account) : (again?.passwordAt ?? null);
  if (required && !isTyped && !isFresh(passwordAt, now(context), core.options.freshSeconds)) {
    if (again) await moveToAnonymous(context);
    throw new SecondFactorError('sign-in-expired');
  }
  const keysOnly = await takesKeysOnly(core, account, factor !== null);
  const elsewhere =
    (await provenElsewhere(context, vouched, account)) ?? (again && keptElsewhere(again, factor));
  const first = { passwordAt, elsewhere };
  const mark = required ? undefined : await markWithoutCode(context, found, factor, first, keysOnly);
  if (mark) {
    const goesOn = (again !== undefined && !follows) || mark.state === 'verified';
    const { autoSwitchSkipped } = again ?? {};
    const state = autoSwitchSkipped ? { ...mark, autoSwitchSkipped } : mark;
    await signIn(context, user, { ...found, factor }, state, options, {
      goesOn,
      isAgain: again !== undefined,
    });
    return 'call-back';
  }
  const answers = (options.whenCodeRequired ?? core.options.whenCodeRequired) === 'respond';
  if (answers) core.mounting.requireRouter();
  const leave = again ? () => leaveSession(context) : undefined;
  const parked = await park(context, found, factor, serialized, options, {
    leave,
    ...(keysOnly && { keysOnly }),
  });
  if (!answers) {
    const location = wayOn(core.options.basePath, parked);
    throw new SecondFactorRequiredError(codeOfParked(parked), location, parked.until);
  }
  answerParked(context, parked);
  return 'answered';
}

/** The serialized user of a new session. Without one, the session before ends, as in Passport. */
async function serializedForSession(context: Context, user: unknown): Promise<unknown> {
  try {
    return await context.core.passport.serialize(user, context.req);
  } catch (error) {
    if (context.state?.state !== 'impersonating') await moveToAnonymous(context);
    throw error;
  }
}

/**
 * The state of a sign-in that needs no code: there is no second factor, it was given in this session, another was
 * proved elsewhere, or the browser is remembered.
 */
async function markWithoutCode(
  context: Context,
  { account }: FoundUser,
  factor: Factor | null,
  { passwordAt, elsewhere }: FirstStep,
  keysOnly: boolean,
): Promise<UserState | undefined> {
  const { core, req } = context;
  const stamp = stampOf(core, account);
  const signedIn = { account: account.id, stamp, passwordAt };
  if (!factor) return { state: 'signed-in', ...signedIn, ...(elsewhere && { elsewhere }) };
  const verified = verifiedNow(context, account, factor);
  if (
    verified &&
    (!keysOnly || isByKey(verified)) &&
    isSameSignIn(verified, await storedState(req, core.options.sessionKey))
  ) {
    return { ...verified, stamp };
  }
  const { enrollment } = factor;
  if (sparesCode(context, factor, elsewhere, keysOnly)) {
    return { state: 'proven-elsewhere', ...signedIn, enrollment, elsewhere };
  }
  const browser = keysOnly ? undefined : await rememberedBrowser(context, account, factor);
  return browser === undefined ? undefined : { state: 'remembered', ...signedIn, enrollment, browser };
}

/** What was proved elsewhere according to a session, if its user is signed in once more to the same account. */
function keptElsewhere(again: UserState, factor: Factor | null): Elsewhere | undefined {
  const enrollment = again.state === 'signed-in' ? undefined : again.enrollment;
  return enrollment === factor?.enrollment ? elsewhereOf(again) : undefined;
}

/** The checked state, if it is for this account with this very factor and this very password. */
function verifiedNow({ core, state }: Context, account: Account, factor: Factor): VerifiedState | undefined {
  if (state?.state !== 'verified' || state.account !== account.id) return undefined;
  // A request that began under the old password must not go on under the new one: its body may arrive late.
  if (!stampMatches(core, account, state.stamp)) return undefined;
  return state.enrollment === factor.enrollment ? state : undefined;
}

/**
 * When the password of a user from a strategy was given. It is now, except for a request that began signed in to this
 * very account under another password. Then the application may have loaded its user again without checking a password.
 */
function passwordAtOf(context: Context, account: Account): number | null {
  const { core, state } = context;
  if (!isUser(state) || state.account !== account.id) return now(context);
  return stampMatches(core, account, state.stamp) ? now(context) : state.passwordAt;
}

/** For a second `req.logIn` in one request. */
export function loggedInTwice(): SecondFactorError {
  return new SecondFactorError('login-twice', 'req.logIn was called twice in one request');
}
