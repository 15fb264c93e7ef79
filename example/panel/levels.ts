/** The levels of accounts, highest first. */
export const LEVELS = ['root', 'admin', 'user'] as const;

/** What an account may do: root runs the server, admins run users, users run their own sites. */
export type Level = (typeof LEVELS)[number];

/** Whether one level is strictly below another. */
export function isBelow(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other);
}
