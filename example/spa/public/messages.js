import { SecondFactorClientError } from '/second-factor-client.js';

/** What users read, by the code of an error. For other codes it is `message` of the server, which is in English here. */
const MESSAGES = {
  'password-invalid': 'The login or the password is wrong.',
  'code-invalid': 'This code is not right.',
  'code-already-used': 'This code was used before. Wait for the next one.',
  'sign-in-expired': 'This sign-in is over. Sign in again.',
  'login-required': 'You are signed out. Sign in again.',
  'clock-skew': 'The clock of your phone is wrong. Set it to network time, and type the next code.',
  'factor-last':
    'This is your only second factor. Add another one first, or disable two-step authentication.',
  'key-cancelled': 'No passkey was used. Try again, or use another way.',
  'key-missing': 'Your account has no passkey that works here. Use another way.',
  'key-failed': 'The passkey did not work. Try again, or use another way.',
  'key-unsupported': 'This browser has no passkeys on this page.',
  'security-key-known': 'This passkey is in your account already.',
  'session-missing': 'Your browser does not keep the cookie of this site. Allow it, and sign in again.',
  'step-up-required': 'Your password was given some time ago. Sign out and in again, then do this.',
  network: 'The server cannot be reached. Check your connection, and try again.',
  'store-unavailable': 'The server has a problem. Nothing was changed; try again in a moment.',
  'unexpected-answer': 'The server has a problem. Try again in a moment.',
};

/** For what the browser refuses itself: its own words are not for users. */
const NOT_DONE = 'Your browser could not do this. Try again, or do it by hand.';

/** A sentence for an error: a text, never HTML. */
export function messageOf(error) {
  const { code, until } = error;
  if (until === null) return 'Too many wrong codes. Use a recovery code, or ask an operator.';
  if (code === 'locked' || (code === 'code-invalid' && until)) {
    return 'Too many wrong codes. Wait before the next one, or use a recovery code.';
  }
  if (Object.hasOwn(MESSAGES, code)) return MESSAGES[code];
  return error instanceof SecondFactorClientError ? error.message : NOT_DONE;
}
