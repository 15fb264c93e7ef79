import type { NoticeName, NoticeText } from '../notice.js';
import type { NoticeFacts } from './notice-facts.js';
import { minuteOf } from './notice-facts.js';

const OWN_DOING = 'If this was you, there is nothing to do.';
const NOT_YOU =
  'If this was not you, change your password now, look through your settings for two-step authentication, and ' +
  'tell your administrator.';

const SUBJECTS: Readonly<Record<NoticeName, string>> = {
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
  'browser-remembered': 'A browser is remembered',
  'impersonation-begun': 'Somebody else acts as you',
};

const SENTENCES: Readonly<Record<NoticeName, (facts: NoticeFacts) => string>> = {
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
    'in with it any more. Remove it in your settings, and add another one.',
  'recovery-code-used': ({ recoveryCodesLeft: left = 0 }) =>
    `Somebody signed in or confirmed with one of your recovery codes. ${
      left === 1 ? '1 is left.' : `${String(left)} are left.`
    }`,
  'recovery-codes-regenerated': () => 'New recovery codes were made; the old ones no longer work.',
  locked: ({ lockedUntil }) =>
    'Somebody who knows your password typed too many wrong codes. Codes are refused ' +
    (typeof lockedUntil === 'number'
      ? `until ${minuteOf(lockedUntil)}; a recovery code works, and so does a browser you have used before.`
      : 'from now on, until you use a recovery code or an administrator helps.'),
  'browser-remembered': () => 'A browser will no longer be asked for a code when you sign in there.',
  'impersonation-begun': ({ by = 'somebody' }) => `${by} is now acting as you in the panel.`,
};

/** A notice in English. */
export function englishNotice(name: NoticeName, facts: NoticeFacts): NoticeText {
  const { issuer, account, at, by, ip, browser } = facts;
  const lines = [
    `Account: ${account}`,
    `When: ${minuteOf(at)}`,
    ...(by === undefined ? [] : [`By: ${by}`]),
    ...(ip === undefined ? [] : [`From: ${ip}`]),
    ...(browser === undefined ? [] : [`With: ${browser}`]),
  ];
  const advice = by === undefined ? `${OWN_DOING} ${NOT_YOU}` : 'If you did not expect this, ask who did it.';
  return {
    subject: `${issuer}: ${SUBJECTS[name]}`,
    body: `${SENTENCES[name](facts)}\n\n${lines.join('\n')}\n\n${advice}\n`,
  };
}
