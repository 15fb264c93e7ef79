import type { Core } from '../session/core.js';
import { emitEvent, findAccount } from '../session/core.js';
import type { EventFields } from '../session/core.js';
import { clearFlag, setEnrolled, settleFlag } from '../session/set-enrolled.js';
import { change, reporting } from '../session/account-record.js';

/**
 * Takes the second factor off an account for an operator, also a record that does not open.
 *
 * @returns whether there was one
 * @throws {SecondFactorError} `store-unavailable`; what `findUser` throws, where there is nothing to take off
 */
export async function disableAccount(
  core: Core,
  accountId: string,
  by: EventFields<'disabled'>,
): Promise<boolean> {
  const account = { accountId, origin: {} };
  const looked = await findAccount(core, accountId).catch((error: unknown) => ({ error }));
  const isUnknown = looked !== null && 'error' in looked;
  // An application that cannot describe an account keeps no operator from helping its owner; its flag, which may be
  // all that stands against a lost record, is left alone until there was a record.
  if (!isUnknown) await reporting(core, account, () => setEnrolled(core, accountId, false));
  const isFlagged = looked !== null && !isUnknown && looked.account.enrolled === true;
  const removed = await change<boolean>(
    core,
    account,
    (late) => core.vault.remove(accountId, late),
    async (had, origin) => {
      if (isUnknown && !had) throw looked.error;
      if (had || isFlagged) emitEvent(core, 'disabled', accountId, origin, by);
      if (isUnknown) await clearFlag(core, accountId);
      else await settleFlag(core, accountId);
    },
  );
  return removed || isFlagged;
}
