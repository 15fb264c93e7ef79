import type { Account } from '../account/account.js';
import { withoutEntry } from '../account/activity.js';
import { encodeRecord } from '../account/record.js';
import type { AccountRecord, Decision } from '../account/record.js';
import { withoutFailures } from '../account/lockout.js';
import { storeUnavailable } from '../vault/failure.js';
import { reporting } from './account-record.js';
import type { Core, EventOrigin } from './core.js';
import { findAccount } from './core.js';

/**
 * Calls `setEnrolled`, which writes into the application's own table whether an account has a second factor.
 *
 * @throws {SecondFactorError} `store-unavailable` when the application could not write it
 */
export async function setEnrolled({ options }: Core, accountId: string, enrolled: boolean): Promise<void> {
  try {
    await options.setEnrolled?.(accountId, enrolled);
  } catch (cause) {
    throw storeUnavailable(cause, 'setEnrolled failed');
  }
}

/** A record that was just written, and the one that it replaced. */
export interface Written {
  readonly made: AccountRecord;
  /** `null`: there was none. */
  readonly former: AccountRecord | null;
}

/**
 * Makes sure that a first record was written, and calls `setEnrolled`. If either fails, the enrollment is undone,
 * unless somebody has used it meanwhile. Then `setEnrolled` is called again: a write that failed may have been made,
 * somebody else may have written the flag as well, and a flag without a record locks its owner out.
 *
 * @param made the record of the enrollment
 * @param told is called, unless the enrollment was undone
 * @param makeSure rejects if the record must not stay
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
    const settle = found === 'another' || found === 'used' ? putFlag : settleFlag;
    await settle(core, accountId).catch(() => undefined);
    throw error;
  }
  told();
}

/**
 * What was found when a record was to be undone: that record, unused; that record, used meanwhile; another one; none.
 */
type Found = 'own' | 'used' | 'another' | 'none';

/**
 * Restores what was there before a record was written, unless the record was used meanwhile. An authenticator that was
 * added to others is removed in any case. Wrong codes do not count as use: otherwise, somebody could send some to keep
 * what is to be undone.
 *
 * @param told is called if what was written is still there, or nobody can say
 */
export async function undo(
  core: Core,
  accountId: string,
  written: Written,
  told: () => void,
): Promise<Found | 'unknown'> {
  const found = await core.vault
    .update<Found>(accountId, (record) => takenBack(record, written))
    .catch(() => 'unknown' as const);
  const stays = found === 'unknown' ? await mayStay(core, accountId, written) : found === 'used';
  if (stays) told();
  return found;
}

/** Whether what was written may still be there, after an undoing whose answer was lost or late. */
async function mayStay({ vault }: Core, accountId: string, written: Written): Promise<boolean> {
  try {
    const { outcome } = takenBack(await vault.read(accountId), written);
    return outcome === 'own' || outcome === 'used';
  } catch {
    return true;
  }
}

function takenBack(record: AccountRecord | null, { made, former }: Written): Decision<Found> {
  if (!record) return { outcome: 'none', next: 'unchanged' };
  if (former?.enrollment === made.enrollment) return withoutAdded(record, { made, former });
  if (encodeRecord(unused(record)) === encodeRecord(unused(made))) {
    return { outcome: 'own', next: former };
  }
  return { outcome: record.enrollment === made.enrollment ? 'used' : 'another', next: 'unchanged' };
}

/** A record without its wrong codes, and without what it says about them. */
function unused(record: AccountRecord): AccountRecord {
  return { ...withoutFailures(record), activity: [] };
}

/** Everything that changed meanwhile stays: the other factors may have been used or removed. */
function withoutAdded(
  record: AccountRecord,
  { made, former }: { readonly made: AccountRecord; readonly former: AccountRecord },
): Decision<Found> {
  const before = namesOf(former);
  const added = namesOf(made).filter((name) => !before.includes(name));
  const authenticators = record.authenticators.filter(({ id }) => !added.includes(id));
  const keys = record.keys.filter(({ credentialId }) => !added.includes(credentialId));
  const left = authenticators.length + keys.length;
  if (left === namesOf(record).length) return { outcome: 'another', next: 'unchanged' };
  if (left === 0) return { outcome: 'used', next: 'unchanged' };
  const what = keys.length < record.keys.length ? 'security-key-added' : 'authenticator-added';
  const activity = withoutEntry(record.activity, what, former.activity);
  return { outcome: 'own', next: { ...record, authenticators, keys, activity } };
}

/** The ids of all factors of a record. */
function namesOf({ authenticators, keys }: AccountRecord): string[] {
  return [...authenticators.map(({ id }) => id), ...keys.map(({ credentialId }) => credentialId)];
}

/**
 * Writes the flag of an account that has a record. Removes it again if the record is gone meanwhile, also after a write
 * that failed, because it may have been made.
 *
 * @throws {SecondFactorError} `store-unavailable`
 */
export async function putFlag(core: Core, accountId: string): Promise<void> {
  try {
    await setEnrolled(core, accountId, true);
  } finally {
    await settleFlag(core, accountId);
  }
}

/**
 * Writes the flag of an account whose owner has just given a code, if the application says that there is no second
 * factor, or still its own one: its table was restored, or a write failed half-way. Without the flag, a lost record
 * would leave only the password. A failure is told to operators, and locks nobody out.
 */
export async function mendFlag(
  core: Core,
  { id: accountId, enrolled, otherFactor }: Account,
  origin: EventOrigin,
): Promise<void> {
  if (enrolled ?? !otherFactor) return;
  await reporting(core, { accountId, origin }, () => putFlag(core, accountId)).catch(() => undefined);
}

/**
 * Removes the flag of an account that has no record, and writes it again if there is one by then.
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
 * Removes the flag if there is no record. Two requests that enabled and disabled at the same time may have written the
 * flag in the other order. If the store cannot tell, the flag stays as it is.
 */
export async function settleFlag(core: Core, accountId: string): Promise<void> {
  if (!core.options.setEnrolled) return;
  const found = await findAccount(core, accountId).catch(() => null);
  if (!found?.account.enrolled) return;
  const record = await core.vault.read(accountId).catch(() => undefined);
  if (record === null) await clearFlag(core, accountId);
}
