import type { Account } from '../account/account.js';
import { parseAccount, parseDescribedId, parseGivenStamp } from '../account/account.js';
import { SecondFactorError } from '../errors.js';
import type { ResolvedOptions } from '../check-options.js';
import type { Soon } from '../soon.js';
import { isLater } from '../soon.js';
import { describeFailure } from '../vault/failure.js';

/** The option that describes users. */
type Describing = Pick<ResolvedOptions, 'account'>;

/** Which account a user is that `findUser` gave: all of its description counts. */
export function foundAccount(options: Describing, user: unknown): Soon<Account> {
  return described(options, user, 'findUser gave', parseAccount);
}

/** Which account a user is that `deserializeUser` gave, where it is as fresh as one of `findUser`. */
export function freshAccount(options: Describing, user: unknown): Soon<Account> {
  return described(options, user, 'deserializeUser gave (deserializedUserIsFresh: true)', parseAccount);
}

/** Which account a user is that `deserializeUser` gave; it may be partial. */
export function deserializedId(options: Describing, user: unknown): Soon<string> {
  return described(options, user, 'deserializeUser gave', parseDescribedId, 'only the id counts');
}

/** Which account a user is that was handed to `provenElsewhere`; it may be partial. */
export async function vouchedId(options: Describing, user: unknown): Promise<string> {
  return described(options, user, 'was handed to provenElsewhere', parseDescribedId, 'only the id counts');
}

/** Which account a user is that was handed to `req.logIn`, and its stamp where it tells one; it may be partial. */
export function handedOver(options: Describing, user: unknown): Soon<Pick<Account, 'id' | 'stamp'>> {
  const parse = (description: unknown): Pick<Account, 'id' | 'stamp'> => ({
    id: parseDescribedId(description),
    stamp: parseGivenStamp(description),
  });
  return described(options, user, 'was handed to req.logIn', parse, 'only the id counts, and a stamp it has');
}

/**
 * @param whence which of the application's objects `account()` is asked about, to follow "a user that"
 * @param counts what counts of one that may be partial
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
