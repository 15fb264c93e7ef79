import type { AccountRecord, Decision } from '../account/record.js';
import type { Context } from './context.js';
import { reported } from './context.js';

/**
 * Decides on an account's record in the compare-and-set loop, for a request: what an operator must know of a
 * store that fails is an event of it.
 *
 * @throws {SecondFactorError} `store-unavailable` (also when what happened is unknown), `record-unreadable`
 */
export async function updateRecord<Outcome>(
  context: Context,
  accountId: string,
  decide: (record: AccountRecord | null) => Decision<Outcome>,
): Promise<Outcome> {
  try {
    return await context.core.vault.update(accountId, decide);
  } catch (error) {
    throw reported(context, accountId, error);
  }
}
