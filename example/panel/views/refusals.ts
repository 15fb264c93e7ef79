/** Why "Log in" is refused, by the reasons of docs/impersonation.md. */
const REFUSALS: Readonly<Record<string, string>> = {
  'target-has-second-factor': 'Uses two-step authentication: only its own login, password and code open it.',
  'proof-too-old': 'Your own sign-in is too old for this: confirm that it is you first.',
  'actor-not-verified': 'Your own second step is missing in this session.',
  'not-below': 'Not below your own level.',
};

/** Why the automatic switch to admin did not happen. */
const SKIPPED: Readonly<Record<string, string>> = {
  'actor-has-second-factor':
    'Your account uses two-step authentication, so you stay root. Log in as an admin from Management → Staff.',
  'target-has-second-factor':
    'The account admin uses two-step authentication and opens only with its own login, password and code. You stay root.',
};

/** A reason as a sentence. */
export function refusalText(reason: string): string {
  return REFUSALS[reason] ?? 'Not possible for this account.';
}

/** A reason as a sentence. */
export function skippedText(reason: string): string {
  return SKIPPED[reason] ?? 'You stay root: the account admin cannot be entered right now.';
}
