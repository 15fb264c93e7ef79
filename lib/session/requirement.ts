import type { Account } from '../account/account.js';
import type { ResolvedOptions } from '../check-options.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { Soon } from '../soon.js';
import { whenThere } from '../soon.js';
import type { Core } from './core.js';

/** What the policy requires of an account now. */
export interface Requirement {
  /** Whether the account cannot be used without a second factor. */
  readonly required: boolean;
  /** When the requirement begins or began, milliseconds since 1970; `null`: the policy sets no day. */
  readonly requiredFrom: number | null;
  /** Whether the required factor must be a security key. */
  readonly phishingResistant: boolean;
}

/** Nothing is required. */
export const NOT_REQUIRED: Requirement = { required: false, requiredFrom: null, phishingResistant: false };

const REQUIRED: Requirement = { required: true, requiredFrom: null, phishingResistant: false };

/**
 * Why the password is not enough for an account without a record; `null`: it is enough. An account that still has the
 * application's own second factor meets every policy, and must not enable another one with the password.
 */
export async function lackOf(
  core: Core,
  account: Account,
): Promise<'other-factor' | 'enrollment-required' | null> {
  if (account.otherFactor) return 'other-factor';
  return (await requirementOf(core, account)).required ? 'enrollment-required' : null;
}

/**
 * Whether an account must use a security key.
 *
 * @param isEnrolled whether the account has a record: then the application's own second factor does not count
 */
export async function takesKeysOnly(core: Core, account: Account, isEnrolled: boolean): Promise<boolean> {
  if (account.otherFactor && !isEnrolled) return false;
  return (await requirementOf(core, account)).phishingResistant;
}

/**
 * Calls the application's policy.
 *
 * @throws {SecondFactorError} `option-invalid`, `option-unknown` if the policy returns something that it must not
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
