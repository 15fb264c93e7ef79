import { SecondFactorError } from '../errors.js';
import type { Context } from '../session/context.js';
import { emit, requireLiveSession } from '../session/context.js';
import type { FoundUser } from '../session/core.js';
import { findAccount, stampMatches } from '../session/core.js';
import { deserializedId, handedOver } from '../session/described-account.js';
import { isUser } from '../session/state.js';
import type { UserState } from '../session/state.js';

/** A user in the one shape that is checked. */
interface FreshUser {
  readonly found: FoundUser;
  /** The present state, when `req.user` is signed in once more: no password was checked, so none becomes fresh. */
  readonly again: UserState | undefined;
}

/**
 * Brings a user from any strategy into the one shape that is checked.
 *
 * @param serialized the same user, serialized
 * @throws {SecondFactorError} `account-unknown`, `account-invalid`; `sign-in-expired` when the password was changed since the
 *   strategy checked it, or when the session of who is signed in once more has ended meanwhile
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
  // Where every look-up gives one and the same object, nobody can tell a strategy's user from req.user.
  const again = deserialized === user ? undefined : signedInAgain(context, user, found.account.id);
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
 * Whether a strategy's user has another stamp than the account has now. The session would begin with the new
 * stamp, and so outlive the change that was to end what the old password opened.
 */
async function isOutdated({ core }: Context, user: unknown, { account }: FoundUser): Promise<boolean> {
  const given = await handedOver(core.options, user);
  return given.id === account.id && given.stamp !== null && given.stamp !== account.stamp;
}

/** The present state, when the application signs in `req.user` once more, after a change of their profile say. */
function signedInAgain(
  { state, evaluatedUser }: Context,
  user: unknown,
  account: string,
): UserState | undefined {
  return user === evaluatedUser && isUser(state) && state.account === account ? state : undefined;
}
