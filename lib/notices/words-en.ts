import type { NextSteps, NoticeWords } from './notice-words.js';

const ALARM = 'If this was not you, change your password now and tell your administrator.';

/** What to do about a change that the owner may have made. */
const next = (expected: string, unexpected: string): NextSteps => ({
  expected: `If this was you, ${expected}`,
  unexpected: `${ALARM} ${unexpected}`,
});

const NOTHING = 'there is nothing to do.';
const LOOK = 'Then look through your settings for two-step authentication, and remove what is not yours.';
const NEW_CODES = 'Then make new recovery codes in your settings.';

/** What to do about a change that somebody made for the owner. */
const byOthers = (expected: string): NextSteps => ({
  expected: `If you asked for this, ${expected}`,
  unexpected: 'If you did not, ask who did it and why, and tell your administrator.',
});

/** The notices in English. */
export const english: NoticeWords = {
  subjects: {
    enabled: 'Two-step authentication was enabled',
    disabled: 'Two-step authentication was disabled',
    'authenticator-added': 'An authenticator was added',
    'authenticator-replaced': 'Your authenticator was replaced',
    'authenticator-removed': 'An authenticator was removed',
    'security-key-added': 'A passkey or security key was added',
    'security-key-removed': 'A passkey or security key was removed',
    'security-key-stopped': 'A security key was stopped',
    'recovery-code-used': 'A recovery code was used',
    'recovery-codes-regenerated': 'New recovery codes were made',
    locked: 'Too many wrong codes',
    unlocked: 'Wrong codes are counted from zero',
    'browser-remembered': 'A browser is remembered',
    'browsers-revoked': 'All browsers were forgotten',
    'impersonation-begun': 'Somebody else acts as you',
  },
  sentences: {
    enabled: () => 'Two-step authentication was enabled for your account.',
    disabled: () =>
      'Two-step authentication was disabled for your account: the codes of your authenticators, and your passkeys and ' +
      'security keys, no longer protect it.',
    'authenticator-added': () => 'One more authenticator now makes codes for your account.',
    'authenticator-replaced': () => 'A new authenticator has taken the place of the ones you had.',
    'authenticator-removed': () => 'One of your authenticators no longer makes codes for your account.',
    'security-key-added': () => 'One more passkey or security key now signs in to your account.',
    'security-key-removed': () =>
      'At least one of your passkeys or security keys no longer signs in to your account. Your settings show which are left.',
    'security-key-stopped': () =>
      'A security key of your account was used although its counter has gone back: there may be a copy of it. Nobody gets ' +
      'in with it any more.',
    'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
      `Somebody signed in or confirmed with one of your recovery codes. ${
        left === 1 ? '1 is left.' : `${String(left)} are left.`
      }`,
    'recovery-codes-regenerated': () => 'New recovery codes were made; the old ones no longer work.',
    locked: ({ lockedUntil }, minute) =>
      'Somebody who knows your password typed too many wrong codes. ' +
      (typeof lockedUntil === 'number'
        ? `Codes are accepted again from ${minute(lockedUntil)}; until then a recovery code works, and so does a ` +
          'browser you have used before.'
        : 'Codes are refused from now on, until you use a recovery code or an administrator helps.'),
    unlocked: () =>
      'If codes were refused for your account, they are accepted again, and wrong codes are counted from zero.',
    'browser-remembered': () => 'A browser will no longer be asked for a code when you sign in there.',
    'browsers-revoked': () =>
      'All browsers were forgotten for your account: each is asked for a code when you sign in there.',
    'impersonation-begun': ({ by = 'Somebody' }) => `${by} is now acting as you.`,
  },
  next: {
    enabled: next(
      'keep your recovery codes in a safe place, away from your phone.',
      'Only they can take it off your account if you do not have the codes.',
    ),
    disabled: next(
      'you can enable it again in your settings at any time.',
      'Then enable it again in your settings.',
    ),
    'authenticator-added': next(NOTHING, LOOK),
    'authenticator-replaced': next(
      'remove the account from the app on your old phone: its codes no longer work. If that phone is lost and had a passkey, ' +
        'remove the passkey in your settings.',
      LOOK,
    ),
    'authenticator-removed': next('remove the account from that app: its codes no longer work.', LOOK),
    'security-key-added': next(NOTHING, LOOK),
    'security-key-removed': next('forget the key in your browser or password manager as well.', LOOK),
    'security-key-stopped': next('remove the key in your settings, and add another one.', LOOK),
    'recovery-code-used': next(
      'cross the code out. If your phone is lost, set up a new one in your settings; if few are left, make new codes.',
      NEW_CODES,
    ),
    'recovery-codes-regenerated': next(
      'keep the new ones in a safe place and destroy the old ones.',
      NEW_CODES,
    ),
    locked: next(
      'set the clock of your phone to network time and try the next code.',
      'They could not get in without a code.',
    ),
    unlocked: next(NOTHING, LOOK),
    'browser-remembered': next(
      'there is nothing to do. You can forget it in your settings.',
      'Then forget all browsers in your settings.',
    ),
    'browsers-revoked': next(NOTHING, LOOK),
    'impersonation-begun': next(NOTHING, LOOK),
  },
  nextByOthers: {
    enabled: byOthers('sign in with the codes of your authenticator from now on.'),
    disabled: byOthers('sign in with your password, and enable it again in your settings.'),
    'authenticator-added': byOthers(NOTHING),
    'authenticator-replaced': byOthers('use the codes of the new one from now on.'),
    'authenticator-removed': byOthers('use the codes of another one from now on.'),
    'security-key-added': byOthers(NOTHING),
    'security-key-removed': byOthers('sign in with a code, and add a new key in your settings.'),
    'security-key-stopped': byOthers('remove the key in your settings, and add another one.'),
    'recovery-code-used': byOthers('make new recovery codes in your settings before you run out.'),
    'recovery-codes-regenerated': byOthers('have the new ones handed to you, and destroy the old ones.'),
    locked: byOthers('wait, or use a recovery code.'),
    unlocked: byOthers('set the clock of your phone to network time and try the next code.'),
    'browser-remembered': byOthers(NOTHING),
    'browsers-revoked': byOthers('give a code when you sign in next.'),
    'impersonation-begun': byOthers('there is nothing to do: it ends when they return to their own account.'),
  },
  labels: { account: 'Account', at: 'Time', by: 'Done by', ip: 'IP address', browser: 'Browser' },
};
