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

/**
 * Tells the panel's own table that an account was enrolled; when that fails the enrolment is undone. The table
 * is told so too: a write that failed may have been made, and a flag without a record locks its owner out.
 *
 * @throws {SecondFactorError} `store-unavailable`
 */
export async function flagEnrolled(core: Core, accountId: string, enrolment: string): Promise<void> {
  try {
    await setEnrolled(core, accountId, true);
  } catch (error) {
    await setEnrolled(core, accountId, false).catch(() => undefined);
    await core.vault.update(accountId, (record) => ({
      outcome: undefined,
      next: record?.enrolment === enrolment ? null : 'unchanged',
    }));
    throw error;
  }
  await settleFlag(core, accountId);
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
  if (record === null) await setEnrolled(core, accountId, false);
}
