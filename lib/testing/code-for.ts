import { SecondFactorError } from '../errors.js';
import { decodeSecret, timeStepAt, totpCode } from '../account/totp.js';
import type { TotpParameters } from '../account/totp.js';
import { TOTP_PARAMETER_NAMES, parseTotpParameters } from '../account/totp-parameters.js';
import { knownOnly } from '../known-only.js';

/**
 * The code that an authenticator shows for a key: for tests of an application, in the place of a phone or a token.
 *
 * @param key base32, as the set-up form and its JSON have it
 * @param at milliseconds since 1970; by default the present moment
 * @param parameters what of a hardware token is not as with an authenticator app: `algorithm` (`sha1`), `digits` (6),
 *   `period` (30 s)
 * @throws {SecondFactorError} `option-invalid` when the key is not base32, or a parameter is none; `option-unknown`
 * @example
 * const { key } = (await agent.post('/two-step/setup')).body;
 * await agent.post('/two-step/setup/confirm').send({ code: codeFor(key) });
 */
export function codeFor(
  key: string,
  at: number = Date.now(),
  parameters: Partial<TotpParameters> = {},
): string {
  const secret = decodeSecret(key);
  if (!secret)
    throw new SecondFactorError(
      'option-invalid',
      'codeFor(key): the key must be base32, as the set-up form shows it',
    );
  const checked = parseTotpParameters(knownOnly(parameters, TOTP_PARAMETER_NAMES, 'parameter of a code'));
  return totpCode(secret, timeStepAt(at, checked.period), checked);
}
