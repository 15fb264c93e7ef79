const REFUSALS: Readonly<Record<string, string>> = {
  'already-enrolled': 'it has two-step authentication with another authenticator already; disable that first',
  'account-unknown': 'there is no such account',
  'account-unstable': 'findUser() returns another account for this id',
};

/** Why one account cannot be imported, as the console says it; `null`: that is no refusal. */
export function importRefusal(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && Object.hasOwn(REFUSALS, code) ? (REFUSALS[code] ?? null) : null;
}
