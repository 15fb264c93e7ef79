import type { Account } from '../account/account.js';
import type { ResolvedOptions } from '../check-options.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { Soon } from '../soon.js';
import { whenThere } from '../soon.js';
import type { Core } from './core.js';

/** What the policy asks of an account at this moment. */
export interface Requirement {
  /** Whether nobody signs in to it without a second factor. */
  readonly required: boolean;
  /** The day it is or was required from, milliseconds since 1970; `null` when the policy names none. */
  readonly requiredFrom: number | null;
  /** Whether nothing but a security key will do, where one is required. */
  readonly phishingResistant: boolean;
}

/** Nothing is asked. */
export const NOT_REQUIRED: Requirement = { required: false, requiredFrom: null, phishingResistant: false };

const REQUIRED: Requirement = { required: true, requiredFrom: null, phishingResistant: false };

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
 * Whether nothing but a security key will do for an account. Asks the policy only where there can be keys.
 *
 * @param isEnrolled whether the account has a record: then a second factor of before counts for nothing
 */
export async function takesKeysOnly(core: Core, account: Account, isEnrolled: boolean): Promise<boolean> {
  if (!core.options.webauthn || (account.otherFactor && !isEnrolled)) return false;
  return (await requirementOf(core, account)).phishingResistant;
}

/**
 * Asks the application's policy.
 *
 * @throws {SecondFactorError} `option-invalid`, `option-unknown` when the policy says something else than it may
 */
export function requirementOf({ options }: Core, account: Account): Soon<Requirement> {
  const { id, name, level } = account;
  const said: unknown = options.policy({ id, name, level });
  return whenThere(said, (answer) => requirementSaid(options, answer));
}

function requirementSaid(options: ResolvedOptions, said: unknown): Requirement {
  if (said === 'optional') return NOT_REQUIRED;
  if (said === 'required') return REQUIRED;
  if (typeof said === 'object' && said !== null) return requirementFrom(options, said);
  throw invalidPolicy(typeof said);
}

function requirementFrom(options: ResolvedOptions, said: object): Requirement {
  const fields = knownOnly(said, ['requiredFrom', 'phishingResistant'], 'policy field');
  const { requiredFrom: from, phishingResistant = false } = fields;
  if (typeof phishingResistant !== 'boolean') {
    throw invalidPolicy(`phishingResistant that is ${typeof phishingResistant}`);
  }
  if (phishingResistant && !options.webauthn) {
    throw new SecondFactorError(
      'option-invalid',
      'policy() asks for security keys, which need the option webauthn',
    );
  }
  if (from === undefined && phishingResistant)
    return { required: true, requiredFrom: null, phishingResistant };
  if (!(from instanceof Date) || Number.isNaN(from.getTime()))
    throw invalidPolicy('an object without such a day');
  const required = options.clock() >= from.getTime();
  return { required, requiredFrom: from.getTime(), phishingResistant: required && phishingResistant };
}

function invalidPolicy(got: string): SecondFactorError {
  return new SecondFactorError(
    'option-invalid',
    "policy() must return 'optional', 'required', { requiredFrom: Date } or { phishingResistant: true }, " +
      `with requiredFrom or without, got ${got}`,
  );
}
