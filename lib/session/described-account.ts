import type { Account } from '../account/account.js';
import { parseAccount, parseDescribedId, parseGivenStamp } from '../account/account.js';
import { SecondFactorError } from '../errors.js';
import type { ResolvedOptions } from '../check-options.js';
import type { Soon } from '../soon.js';
import { isLater } from '../soon.js';
import { describeFailure } from '../vault/failure.js';

/** The option `account`, which describes users. */
type Describing = Pick<ResolvedOptions, 'account'>;

/** The account of a user from `findUser`. All of its description counts. */
export function foundAccount(options: Describing, user: unknown): Soon<Account> {
  return described(options, user, 'findUser gave', parseAccount);
}

/** The account of a user from `deserializeUser`, if that user is as fresh as one from `findUser`. */
export function freshAccount(options: Describing, user: unknown): Soon<Account> {
  return described(options, user, 'deserializeUser gave (deserializedUserIsFresh: true)', parseAccount);
}

/** The account of a user from `deserializeUser`, who may be partial. */
export function deserializedId(options: Describing, user: unknown): Soon<string> {
  return described(options, user, 'deserializeUser gave', parseDescribedId, 'only the id counts');
}

/** The account of a user that was passed to `provenElsewhere`, who may be partial. */
export async function vouchedId(options: Describing, user: unknown): Promise<string> {
  return described(options, user, 'was handed to provenElsewhere', parseDescribedId, 'only the id counts');
}

/**
 * The account of a user that was passed to `req.logIn`, who may be partial; with the stamp, if `account()` gives one.
 */
export function handedOver(options: Describing, user: unknown): Soon<Pick<Account, 'id' | 'stamp'>> {
  const parse = (description: unknown): Pick<Account, 'id' | 'stamp'> => ({
    id: parseDescribedId(description),
    stamp: parseGivenStamp(description),
  });
  return described(options, user, 'was handed to req.logIn', parse, 'only the id counts, and a stamp it has');
}

/**
 * @param whence where the user came from, as the message names it after "a user that"
 * @param counts what counts for a user who may be partial
 * @throws {SecondFactorError} `account-invalid` with the fix
 */
function described<Result>(
  { account }: Describing,
  user: unknown,
  whence: string,
  parse: (description: unknown) => Result,
  counts?: string,
): Soon<Result> {
  const failed = (cause: unknown): never => {
    throw invalid(cause, whence, counts);
  };
  try {
    const said: unknown = account(user);
    return isLater(said) ? said.then(parse).then(undefined, failed) : parse(said);
  } catch (cause) {
    return failed(cause);
  }
}

function invalid(cause: unknown, whence: string, counts?: string): SecondFactorError {
  const trouble =
    cause instanceof SecondFactorError
      ? cause.message
      : `it threw "${describeFailure(cause)}"; it must not fail where something is missing, for example ` +
        'securityStamp: user.hash ?? null';
  const partial = counts === undefined ? '' : `; of such a user ${counts}, and it may lack the rest`;
  return new SecondFactorError(
    'account-invalid',
    `account() was asked about a user that ${whence}: ${trouble}${partial}`,
    { cause },
  );
}
