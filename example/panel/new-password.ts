import { PASSWORD_MAXIMUM_CHARACTERS, PASSWORD_MINIMUM_CHARACTERS } from './passwords.js';

/** What is wrong with a new password, in a sentence; `null` when nothing is. */
export function refuseNewPassword(password: string | null): string | null {
  if (password === null || password.length < PASSWORD_MINIMUM_CHARACTERS) {
    return `The new password needs at least ${String(PASSWORD_MINIMUM_CHARACTERS)} characters.`;
  }
  if (password.length > PASSWORD_MAXIMUM_CHARACTERS) {
    return `The new password has more than ${String(PASSWORD_MAXIMUM_CHARACTERS)} characters.`;
  }
  return null;
}
