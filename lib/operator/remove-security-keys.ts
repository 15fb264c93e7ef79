import type { AccountRecord } from '../account/record.js';
import { withoutKeys } from '../account/security-keys.js';
import { SecondFactorError } from '../errors.js';
import { updateRecord } from '../session/account-record.js';
import type { Core, EventFields } from '../session/core.js';
import { emitEvent } from '../session/core.js';
import { randomName } from '../session/random.js';

/**
 * Removes keys of an account as an operator; tells whether there were such.
 *
 * @param which the credential id of one; empty: all of them
 * @throws {SecondFactorError} `factor-last`, `option-invalid`
 */
export async function removeSecurityKeys(
  core: Core,
  accountId: string,
  by: EventFields<'security-key-removed'>,
  which: readonly unknown[],
): Promise<boolean> {
  const [credentialId] = which;
  if (which.length > 0 && typeof credentialId !== 'string') {
    throw new SecondFactorError(
      'option-invalid',
      `credentialId must be a string, or left out to remove all keys; got ${typeof credentialId}`,
    );
  }
  const enrollment = randomName();
  const outcome = await updateRecord<'none' | 'removed' | 'factor-last'>(
    core,
    { accountId, origin: {}, by: by.by },
    (record) => {
      const isMeant = (key: AccountRecord['keys'][number]): boolean =>
        credentialId === undefined || key.credentialId === credentialId;
      if (!record?.keys.some(isMeant)) return { outcome: 'none', next: 'unchanged' };
      const next = withoutKeys(record, isMeant, enrollment);
      return next
        ? { outcome: 'removed', next, activity: 'security-key-removed' }
        : { outcome: 'factor-last', next: 'unchanged' };
    },
    (removed, origin) => {
      if (removed === 'removed') emitEvent(core, 'security-key-removed', accountId, origin, by);
    },
  );
  if (outcome === 'factor-last') throw new SecondFactorError(outcome);
  return outcome === 'removed';
}
