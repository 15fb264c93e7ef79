import { encodeRecord } from '../account/record.js';
import type { AccountRecord } from '../account/record.js';
import { storeUnavailable } from '../vault/failure.js';
import type { Core } from './core.js';
import { findAccount } from './core.js';

/**
 * Tells the panel's own table whether an account has a second factor.
 *
 * @throws {SecondFactorError} `store-unavailable` when the panel could not write it
 */
export async function setEnrolled({ options }: Core, accountId: string, enrolled: boolean): Promise<void> {
  try {
    await options.setEnrolled?.(accountId, enrolled);
  } catch (cause) {
    throw storeUnavailable(cause, 'setEnrolled failed');
  }
}

/** A record that was just written, in the place of what was there before. */
export interface Written {
  readonly made: AccountRecord;
  /** `null`: there was none. */
  readonly former: AccountRecord | null;
}

/**
 * Makes sure of a first record that was just written, and tells the panel's own table of it; when either fails the enrolment
 * is undone, unless it was used meanwhile. The table is told so too: a write that failed may have been made, and a flag
 * without a record locks its owner out.
 *
 * @param made the record of the enrolment
 * @param told is called unless the enrolment was undone
 * @param makeSure rejects where the record must not stay
 * @throws {SecondFactorError} `store-unavailable`, and what `makeSure` rejects with
 */
export async function flagEnrolled(
  core: Core,
  accountId: string,
  made: AccountRecord,
  told: () => void,
  makeSure: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    await makeSure();
    await putFlag(core, accountId);
  } catch (error) {
    await setEnrolled(core, accountId, false).catch(() => undefined);
    const found = await undo(core, accountId, { made, former: null }, told);
    if (found === 'another' || found === 'used') await putFlag(core, accountId).catch(() => undefined);
    throw error;
  }
  told();
}

/**
 * Puts back what was there before a record was written, unless that was used meanwhile.
 *
 * @param told is called where the record is still there, as far as anybody knows
 */
export async function undo(
  core: Core,
  accountId: string,
  { made, former }: Written,
  told: () => void,
): Promise<'own' | 'used' | 'another' | 'none' | 'unknown'> {
  const found = await core.vault
    .update<'own' | 'used' | 'another' | 'none'>(accountId, (record) => {
      if (record && encodeRecord(record) === encodeRecord(made)) return { outcome: 'own', next: former };
      if (record?.enrolment === made.enrolment) return { outcome: 'used', next: 'unchanged' };
      return { outcome: record ? 'another' : 'none', next: 'unchanged' };
    })
    .catch(() => 'unknown' as const);
  if (found === 'unknown' || found === 'used') told();
  return found;
}

/**
 * Writes the flag of an account that has a record, and takes it away again where the record has gone meanwhile.
 *
 * @throws {SecondFactorError} `store-unavailable`
 */
export async function putFlag(core: Core, accountId: string): Promise<void> {
  await setEnrolled(core, accountId, true);
  await settleFlag(core, accountId);
}

/**
 * Takes the flag of an account away that has no record, and writes it again where there is one by then.
 *
 * @throws {SecondFactorError} `store-unavailable`
 */
export async function clearFlag(core: Core, accountId: string): Promise<void> {
  if (!core.options.setEnrolled) return;
  await setEnrolled(core, accountId, false);
  const record = await core.vault.read(accountId).catch(() => null);
  if (record) await putFlag(core, accountId);
}

/**
 * Takes the flag away where there is no record: whoever enabled and whoever disabled at one moment may have
 * written the flag in the other order. What cannot be told stays as it is.
 */
export async function settleFlag(core: Core, accountId: string): Promise<void> {
  if (!core.options.setEnrolled) return;
  const found = await findAccount(core, accountId).catch(() => null);
  if (!found?.account.enrolled) return;
  const record = await core.vault.read(accountId).catch(() => undefined);
  if (record === null) await clearFlag(core, accountId);
}
