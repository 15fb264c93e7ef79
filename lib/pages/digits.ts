import { APP_PARAMETERS } from '../account/totp.js';

/** Whether all codes of an account are as authenticator apps show them: then the pages speak of the app on the phone. */
export function isApp(digits: readonly number[]): boolean {
  return digits.every((count) => count === APP_PARAMETERS.digits);
}
