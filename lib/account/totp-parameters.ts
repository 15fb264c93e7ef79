import { SecondFactorError } from '../errors.js';
import type { TotpParameters } from './totp.js';
import { APP_PARAMETERS, TOTP_ALGORITHMS, TOTP_DIGITS, TOTP_PERIODS } from './totp.js';

/** The names of {@link TotpParameters}. */
export const TOTP_PARAMETER_NAMES = ['algorithm', 'digits', 'period'] as const;

/**
 * Reads how an authenticator makes its codes; what is left out is as with authenticator apps.
 *
 * @throws {SecondFactorError} `option-invalid` with what there is to choose from
 */
export function parseTotpParameters(given: Readonly<Record<string, unknown>>): TotpParameters {
  return {
    algorithm: oneOf(given, 'algorithm', TOTP_ALGORITHMS),
    digits: oneOf(given, 'digits', TOTP_DIGITS),
    period: oneOf(given, 'period', TOTP_PERIODS),
  };
}

function oneOf<Name extends keyof TotpParameters>(
  given: Readonly<Record<string, unknown>>,
  name: Name,
  known: readonly TotpParameters[Name][],
): TotpParameters[Name] {
  const value = given[name];
  if (value === undefined) return APP_PARAMETERS[name];
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  const choice = known.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)));
  const got = typeof value === 'number' ? String(value) : typeof value;
  throw new SecondFactorError(
    'option-invalid',
    `${name} must be ${choice.slice(0, -1).join(', ')} or ${choice.at(-1) ?? ''}, got ${got}`,
  );
}
