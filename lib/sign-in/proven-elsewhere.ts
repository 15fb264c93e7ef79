import type { Account } from '../account/account.js';
import { debug } from '../debug.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import { offeredKeys } from '../session/challenge.js';
import type { Context, Vouched } from '../session/context.js';
import { now } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { vouchedId } from '../session/described-account.js';
import { isFresh } from '../session/evaluate-session.js';
import type { ProofElsewhere } from '../session/request-api.js';
import type { Elsewhere } from '../session/state.js';

/** NIST SP 800-63B-4 §2.2.3: at AAL2 both factors should be proved anew after 24 hours. An older proof spares no code. */
export const ELSEWHERE_SECONDS = 86_400;

/**
 * Stores what the application says was proved elsewhere. A later call replaces it.
 *
 * @throws {SecondFactorError} `option-invalid`, `option-unknown`
 */
export function vouch(context: Context, user: unknown, proof: ProofElsewhere): void {
  const given = knownOnly(proof, ['at', 'phishingResistant'], 'provenElsewhere option');
  const { at, phishingResistant = false } = given;
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) {
    throw invalid(
      'at must be the Date when the second factor was proved, for example new Date(auth_time * 1000)',
    );
  }
  if (typeof phishingResistant !== 'boolean') throw invalid('phishingResistant must be true or false');
  if (user === null || user === undefined || user === false) {
    throw invalid('the first argument must be the user that goes to req.logIn');
  }
  const accountId = vouchedId(context.core.options, user);
  // Only the sign-in that it is for gets the error.
  accountId.catch(() => undefined);
  context.vouched = { accountId, elsewhere: { at: at.getTime(), phishingResistant } };
}

/** What the application says was proved elsewhere. One `req.logIn` takes it, and later ones find nothing. */
export function takeVouched(context: Context): Vouched | undefined {
  const { vouched } = context;
  context.vouched = undefined;
  return vouched;
}

/**
 * What was proved elsewhere for an account; `undefined`: it was for another account, is more than a day old, or lies in
 * the future.
 *
 * @throws {SecondFactorError} `account-invalid` if the application could not describe the user it was for
 */
export async function provenElsewhere(
  context: Context,
  vouched: Vouched | undefined,
  account: Account,
): Promise<Elsewhere | undefined> {
  if (!vouched) return undefined;
  const { elsewhere } = vouched;
  const isOfAccount = (await vouched.accountId) === account.id;
  const counts = isOfAccount && isFresh(elsewhere.at, now(context), ELSEWHERE_SECONDS);
  debug(
    'proof elsewhere for %j: %s',
    account.id,
    counts ? 'counts' : isOfAccount ? 'wrong time' : 'another account',
  );
  return counts ? elsewhere : undefined;
}

/**
 * Whether what was proved elsewhere is as good as what would be asked for. If the policy accepts only security keys, it
 * must be phishing-resistant, and the account must already have a key.
 */
export function sparesCode(
  context: Context,
  factor: Factor | null,
  elsewhere: Elsewhere | undefined,
  keysOnly: boolean,
): elsewhere is Elsewhere {
  if (!elsewhere || !keysOnly) return elsewhere !== undefined;
  return elsewhere.phishingResistant && factor !== null && offeredKeys(context, factor).length > 0;
}

function invalid(must: string): SecondFactorError {
  return new SecondFactorError('option-invalid', `req.secondFactor.provenElsewhere(user, { at }): ${must}`);
}
