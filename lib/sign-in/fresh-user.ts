import { SecondFactorError } from '../errors.js';
import type { Context } from '../session/context.js';
import { emit, requireLiveSession } from '../session/context.js';
import type { FoundUser } from '../session/core.js';
import { findAccount, stampMatches } from '../session/core.js';
import { deserializedId, handedOver } from '../session/described-account.js';
import { isUser } from '../session/state.js';
import type { UserState } from '../session/state.js';

/** A user in the only shape that is checked. */
interface FreshUser {
  readonly found: FoundUser;
  /** The present state, if `req.user` is signed in once more. No password was checked, so none becomes fresh. */
  readonly again: UserState | undefined;
}

/**
 * Brings a user from any strategy into the only shape that is checked.
 *
 * @param serialized the same user, serialized
 * @throws {SecondFactorError} `account-unknown`, `account-invalid`; `sign-in-expired` if the password was changed since
 *   the strategy checked it, or if a user is signed in once more whose session has ended meanwhile
 */
export async function freshUser(context: Context, user: unknown, serialized: unknown): Promise<FreshUser> {
  const { core, req } = context;
  const deserialized = await core.passport.deserialize(serialized, req);
  const found =
    deserialized === null ? null : await findAccount(core, await deserializedId(core.options, deserialized));
  if (!found) {
    throw new SecondFactorError(
      'account-unknown',
      'the user who signed in was not found: deserializeUser or findUser(accountId) returned none; ' +
        'accountId is a string, also when the ids are numbers: look for Number(accountId) then',
    );
  }
  if (!found.account.givesStamp) {
    core.warnOnce(
      'account() returns no securityStamp, so a changed password ends no session. Return what changes with the ' +
        'password, for example securityStamp: user.passwordHash, and null for an account without a password',
      { code: 'SECOND_FACTOR_NO_STAMP' },
    );
  }
  const present = signedInAgain(context, user, found.account.id);
  const shared = present && deserialized === user && (await isShared(context, user, serialized));
  const again = shared ? undefined : present;
  // A sign-in of this request may have left that session.
  if (again && context.logIn !== 'another') await requireLiveSession(context);
  const outdated = again
    ? !stampMatches(core, found.account, again.stamp)
    : await isOutdated(context, user, found);
  if (outdated) {
    emit(context, 'sign-in-refused', found.account.id, { reason: 'sign-in-expired' });
    throw new SecondFactorError('sign-in-expired');
  }
  return { found, again };
}

/**
 * Whether every look-up gives one and the same object. Then a strategy's user cannot be distinguished from `req.user`.
 * The serialized user is looked up as a session store returns it: it may hold the very user.
 */
async function isShared({ core, req }: Context, user: unknown, serialized: unknown): Promise<boolean> {
  return (await core.passport.deserialize(JSON.parse(JSON.stringify(serialized)), req)) === user;
}

/**
 * Whether a strategy's user has another stamp than the account has now. The session would begin with the new stamp, and
 * so survive the password change that was to end it.
 */
async function isOutdated({ core }: Context, user: unknown, { account }: FoundUser): Promise<boolean> {
  const given = await handedOver(core.options, user);
  return given.id === account.id && given.stamp !== null && given.stamp !== account.stamp;
}

/**
 * The present state, if the application signs in `req.user` once more, for example after they changed their profile.
 */
function signedInAgain(
  { state, evaluatedUser }: Context,
  user: unknown,
  account: string,
): UserState | undefined {
  return user === evaluatedUser && isUser(state) && state.account === account ? state : undefined;
}
