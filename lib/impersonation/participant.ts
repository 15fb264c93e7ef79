import { SecondFactorError } from '../errors.js';
import type { Profile } from './rules.js';
import type { Context } from '../session/context.js';
import { originOf } from '../session/context.js';
import type { KnownUser } from '../session/core.js';
import { findAccount, hasOtherFactorOnly } from '../session/core.js';
import { readFactor } from '../session/account-record.js';

/** An account as impersonation sees it: also one whose record does not open has a second factor. */
export interface Participant extends KnownUser {
  readonly profile: Profile;
}

/**
 * The participant of an account now; `null` when there is none. One store read.
 *
 * @throws {SecondFactorError} `store-unavailable`; `find-user-failed`, `account-invalid`, `account-unstable` when the
 *   application cannot say who it is
 */
export async function participantOf(context: Context, accountId: string): Promise<Participant | null> {
  const { core } = context;
  const found = await findAccount(core, accountId);
  if (!found) return null;
  const { id, level } = found.account;
  try {
    const factor = await readFactor(core, found.account, () => originOf(context));
    return { ...found, factor, profile: profileOf({ ...found, factor }) };
  } catch (error) {
    if (isStoreOutage(error)) throw error;
    return { ...found, factor: null, profile: { id, level, enrolled: true } };
  }
}

/** A known user as the rules see them: who has only a former second factor has one as well. */
export function profileOf(known: KnownUser): Profile {
  const { id, level } = known.account;
  return { id, level, enrolled: known.factor !== null || hasOtherFactorOnly(known) };
}

/** Whether nothing can be said of an account for now, whatever the application says of it. */
export function isStoreOutage(error: unknown): boolean {
  return error instanceof SecondFactorError && error.code === 'store-unavailable';
}
