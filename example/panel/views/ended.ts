/** Why acting as somebody else is over, by the reasons of docs/impersonation.md. */
const ACTING: Readonly<Record<string, string>> = {
  expired: 'You acted as somebody else for an hour, which is as long as it lasts. You are yourself again.',
  'target-changed': 'Acting as somebody else is over: that account has changed. You are yourself again.',
  'target-error':
    'Acting as somebody else is over: that account cannot be read right now. You are yourself again.',
  'actor-changed': 'Your session has ended, because your own account has changed. Sign in again.',
};

/** Why a session is over, or has lost rights, by the reasons of docs/events.md. */
const SESSIONS: Readonly<Record<string, string>> = {
  'password-changed':
    'Your session has ended, because the password of the account was changed. Sign in with the new one.',
  'account-gone': 'Your session has ended: the account is not there any more.',
  'enrolled-elsewhere': 'Two-step authentication was enabled in another session. Sign in with a code.',
  'factor-replaced':
    'Your two-step authentication was changed in another session, or other sessions were signed out there. Sign in with a ' +
    'code.',
  'factor-gone': 'Two-step authentication was disabled in another session or by an administrator.',
  'browser-revoked': 'This browser is not remembered any more, so a code is asked for.',
};

/** A reason as a sentence; of one that needs no word nothing. */
export function endedText(reason: string): string | null {
  return ACTING[reason] ?? SESSIONS[reason] ?? null;
}
