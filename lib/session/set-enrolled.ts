import { SecondFactorError } from '../errors.js';
import type { Core } from './core.js';

/**
 * Tells the panel's own table whether an account has a second factor.
 *
 * @throws {SecondFactorError} `store-unavailable` when the panel could not write it
 */
export async function setEnrolled({ options }: Core, accountId: string, enrolled: boolean): Promise<void> {
  try {
    await options.setEnrolled(accountId, enrolled);
  } catch (cause) {
    throw new SecondFactorError('store-unavailable', 'setEnrolled failed', { cause });
  }
}
