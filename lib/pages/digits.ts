import { APP_PARAMETERS } from '../account/totp.js';

/**
 * Whether all codes of an account have as many digits as those of authenticator apps. Then the pages speak of the app
 * on the phone.
 */
export function isApp(digits: readonly number[]): boolean {
  return digits.every((count) => count === APP_PARAMETERS.digits);
}
