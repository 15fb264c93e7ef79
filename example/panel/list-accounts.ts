import type { Request } from 'express';
import type { SecondFactor } from 'passport-second-factor';
import { sessionOf, userOf } from './http.js';
import type { User, Users } from './users.js';

/** An account as a list shows it. */
export interface ListedAccount extends User {
  readonly hasSecondFactor: boolean;
  /** Why who is signed in may not log in as this account; `null` when they may. */
  readonly refusal: string | null;
}

/** The accounts below who is signed in, or acted as. */
export async function listAccounts(
  req: Request,
  users: Users,
  secondFactor: SecondFactor,
): Promise<ListedAccount[]> {
  const accounts = await users.below(userOf(req).level);
  const statuses = await secondFactor.status(accounts.map(({ id }) => id));
  const listed: ListedAccount[] = [];
  for (const [i, account] of accounts.entries()) {
    // One after another: asked all at once, a long list would take every connection from people who sign in.
    const decision = await sessionOf(req).mayImpersonate(account.id);
    listed.push({
      ...account,
      hasSecondFactor: statuses[i]?.enrolled ?? false,
      refusal: decision.ok ? null : decision.reason,
    });
  }
  return listed;
}
