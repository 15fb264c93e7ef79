import { SecondFactorError } from '../errors.js';
import { decodeSecret, timeStepAt, totpCode } from '../account/totp.js';

/**
 * The code that an authenticator app shows for a key: for tests of an application, in the place of a phone.
 *
 * @param key base32, as the set-up form and its JSON have it
 * @param at milliseconds since 1970; by default the present moment
 * @throws {SecondFactorError} `option-invalid` when the key is not base32
 * @example
 * const { key } = (await agent.post('/two-step/setup')).body;
 * await agent.post('/two-step/setup/confirm').send({ code: codeFor(key) });
 */
export function codeFor(key: string, at: number = Date.now()): string {
  const secret = decodeSecret(key);
  if (!secret)
    throw new SecondFactorError(
      'option-invalid',
      'codeFor(key): the key must be base32, as the set-up form shows it',
    );
  return totpCode(secret, timeStepAt(at));
}
