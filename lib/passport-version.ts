/**
 * Whether a session manager is of a Passport older than 0.6: its `logIn(req, user, done)` keeps the session's id.
 */
export function isBefore06(manager: object | undefined): boolean {
  return (manager as { logIn?: { length: number } } | undefined)?.logIn?.length === 3;
}
