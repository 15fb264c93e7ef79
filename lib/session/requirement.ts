import type { Account } from '../account/account.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { Core } from './core.js';

/** What the policy asks of an account at this moment. */
export interface Requirement {
  /** Whether nobody signs in to it without a second factor. */
  readonly required: boolean;
  /** The day it is or was required from, milliseconds since 1970; `null` when the policy names none. */
  readonly requiredFrom: number | null;
}

/** Nothing is asked. */
export const NOT_REQUIRED: Requirement = { required: false, requiredFrom: null };

/**
 * Why the password is not enough for an account that has no record; `null`: it is. An account that still has the second factor of
 * before meets every policy, and must not enable another one by the password.
 */
export async function lackOf(
  core: Core,
  account: Account,
): Promise<'other-factor' | 'enrollment-required' | null> {
  if (account.otherFactor) return 'other-factor';
  return (await requirementOf(core, account)).required ? 'enrollment-required' : null;
}

/**
 * Asks the application's policy.
 *
 * @throws {SecondFactorError} `option-invalid`, `option-unknown` when the policy says something else than it may
 */
export async function requirementOf({ options }: Core, account: Account): Promise<Requirement> {
  const { id, name, level } = account;
  const said: unknown = await options.policy({ id, name, level });
  if (said === 'optional') return NOT_REQUIRED;
  if (said === 'required') return { required: true, requiredFrom: null };
  if (typeof said === 'object' && said !== null) knownOnly(said, ['requiredFrom'], 'policy field');
  const from = (said as { requiredFrom?: unknown } | null | undefined)?.requiredFrom;
  if (from instanceof Date && !Number.isNaN(from.getTime())) {
    return { required: options.clock() >= from.getTime(), requiredFrom: from.getTime() };
  }
  throw new SecondFactorError(
    'option-invalid',
    `policy() must return 'optional', 'required' or { requiredFrom: Date }, got ${typeof said}`,
  );
}
