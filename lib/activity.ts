/** What happened to an account's second factor, by the names of the events; `remembered-browser`: a sign-in without a code. */
export const ACTIVITY_NAMES = [
  'enrolled',
  'imported',
  'signed-in',
  'remembered-browser',
  'code-accepted',
  'security-key-used',
  'recovery-code-used',
  'code-refused',
  'locked',
  'recovery-codes-regenerated',
  'recovery-codes-confirmed',
  'authenticator-added',
  'authenticator-replaced',
  'authenticator-removed',
  'security-key-added',
  'security-key-renamed',
  'security-key-removed',
  'security-key-stopped',
  'browser-remembered',
  'browsers-revoked',
  'other-sessions-ended',
  'unlocked',
] as const;

/** What happened. */
export type ActivityName = (typeof ACTIVITY_NAMES)[number];

/** One thing that happened to an account's second factor, or the same one several times in a row, as its owner reads it. */
export interface ActivityEntry {
  /** By the names of the events; `remembered-browser`: a sign-in without a code, listed once a day at most. */
  readonly what: ActivityName;
  /** When it happened last, milliseconds since 1970, in whole seconds. */
  readonly at: number;
  /** How often, with nothing else in between; 1 at least. */
  readonly count: number;
  /** The address it came from, IPv4 as such; `null`: not known, or several. */
  readonly ip: string | null;
  /** The name of the browser; `null`: not known, or several. */
  readonly browser: string | null;
  /** The operator who did it; `null`: the owner, or somebody who passed for them. */
  readonly by: string | null;
}
