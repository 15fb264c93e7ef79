import { SecondFactorError } from '../errors.js';
import type { SignInRefusal } from '../events.js';
import type { Context } from '../session/context.js';
import { emit, originOf } from '../session/context.js';
import type { Factor, FoundUser } from '../session/core.js';
import { readFactor } from '../session/account-record.js';

/**
 * The second factor of the user who signs in; `null`: none. If it cannot be known, the sign-in is refused, and an event
 * says so.
 *
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`, `record-missing`
 */
export async function knownFactor(context: Context, { account }: FoundUser): Promise<Factor | null> {
  try {
    return await readFactor(context.core, account, () => originOf(context, account.id));
  } catch (error) {
    if (error instanceof SecondFactorError && isSignInRefusal(error.code)) {
      emit(context, 'sign-in-refused', account.id, { reason: error.code });
    }
    throw error;
  }
}

function isSignInRefusal(code: string): code is SignInRefusal {
  return ['store-unavailable', 'record-unreadable', 'record-missing'].includes(code);
}
