import { SecondFactorError } from '../errors.js';
import type { Party } from './rules.js';
import type { Core, KnownUser } from '../session/core.js';
import { findAccount, readFactor } from '../session/core.js';

/** An account as impersonation sees it: also one whose record does not open has a second factor. */
export interface Standing extends KnownUser {
  readonly party: Party;
}

/**
 * The standing of an account now; `null` when there is none. One store read.
 *
 * @throws {SecondFactorError} `store-unavailable`
 */
export async function standingOf(core: Core, accountId: string): Promise<Standing | null> {
  const found = await findAccount(core, accountId);
  if (!found) return null;
  const { id, level } = found.account;
  try {
    const factor = await readFactor(core, found.account);
    return { ...found, factor, party: { id, level, enrolled: factor !== null } };
  } catch (error) {
    if (!(error instanceof SecondFactorError) || error.code === 'store-unavailable') throw error;
    return { ...found, factor: null, party: { id, level, enrolled: true } };
  }
}
