import { SecondFactorError } from '../errors.js';
import type { Core } from '../session/core.js';
import { emitEvent, findAccount } from '../session/core.js';
import type { EventFields } from '../session/core.js';
import { clearFlag, setEnrolled, settleFlag } from '../session/set-enrolled.js';
import { change, reporting } from '../session/account-record.js';

/**
 * Takes the second factor off an account for an operator, also a record that does not open. Where the record is lost, and
 * only the application says that there is one, clearing that is a disabling too.
 *
 * @returns whether there was one, and this call took it off. Of several that take the same record off, one did; of
 *   several that clear the flag of a lost record at once, each did
 * @throws {SecondFactorError} `store-unavailable`; what `findUser` throws, where there is nothing to take off
 */
export async function disableAccount(
  core: Core,
  accountId: string,
  by: EventFields<'disabled'>,
): Promise<boolean> {
  const account = { accountId, origin: {} };
  // Those who take a record off clear the flag first: one that still stands after no record was found is a lost record's.
  const hadNone = await reporting(core, account, () => isMissing(core, accountId));
  const looked = await findAccount(core, accountId).catch((error: unknown) => ({ error }));
  const isUnknown = looked !== null && 'error' in looked;
  // An application that cannot describe an account keeps no operator from helping its owner; its flag, which may be
  // all that stands against a lost record, is left alone until there was a record.
  if (!isUnknown) await reporting(core, account, () => setEnrolled(core, accountId, false));
  const wasLost = hadNone && looked !== null && !isUnknown && looked.account.enrolled === true;
  const removed = await change<boolean>(
    core,
    account,
    (late) => core.vault.remove(accountId, late),
    async (had, origin) => {
      if (isUnknown && !had) throw looked.error;
      if (had || wasLost) emitEvent(core, 'disabled', accountId, origin, by);
      if (isUnknown) await clearFlag(core, accountId);
      else await settleFlag(core, accountId);
    },
  );
  return removed || wasLost;
}

/** A record that does not open is there. */
function isMissing({ vault }: Core, accountId: string): Promise<boolean> {
  return vault.read(accountId).then(
    (record) => record === null,
    (error: unknown) => {
      if (error instanceof SecondFactorError && error.code === 'record-unreadable') return false;
      throw error;
    },
  );
}
