import type { AccountRecord, Decision } from '../account/record.js';
import type { Late } from '../vault/vault.js';
import type { Core, EventOrigin } from './core.js';
import { reportOutage } from './core.js';

/** Whose record is changed, and where that came from. */
export interface ChangedAccount {
  readonly accountId: string;
  readonly origin: EventOrigin;
}

/**
 * What follows from an outcome and is told of it, once, with the origin for its events: before the caller goes on, or
 * marked as late where the caller was refused because the store was late, and had made the change all the same.
 */
export type Told<Outcome> = (outcome: Outcome, origin: EventOrigin) => void | Promise<void>;

/**
 * Decides on an account's record in the compare-and-set loop. What an operator must know of a store that fails is an
 * event.
 *
 * @throws {SecondFactorError} `store-unavailable` (also when what happened is unknown), `record-unreadable`; what
 *   `told` throws
 */
export function updateRecord<Outcome>(
  core: Core,
  account: ChangedAccount,
  decide: (record: AccountRecord | null) => Decision<Outcome>,
  told?: Told<Outcome>,
): Promise<Outcome> {
  return change(core, account, (late) => core.vault.update(account.accountId, decide, late), told);
}

/**
 * Makes a change of a record by a function of the vault; see {@link updateRecord}.
 *
 * @param make is given what hears of an outcome that comes late
 */
export async function change<Outcome>(
  core: Core,
  { accountId, origin }: ChangedAccount,
  make: (late: Late<Outcome>) => Promise<Outcome>,
  told: Told<Outcome> = () => undefined,
): Promise<Outcome> {
  const late: Late<Outcome> = async (outcome) => {
    try {
      await told(outcome, { ...origin, late: true });
    } catch (error) {
      reportOutage(core, accountId, origin, error);
    }
  };
  return reporting(core, { accountId, origin }, async () => {
    const outcome = await make(late);
    await told(outcome, origin);
    return outcome;
  });
}

/** Does something for an account; what an operator must know of its failure is an event. */
export async function reporting<Result>(
  core: Core,
  { accountId, origin }: ChangedAccount,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw reportOutage(core, accountId, origin, error);
  }
}
