import { evaluate } from './evaluate.js';
import type { Context } from './context.js';
import type { Factor, KnownUser } from './core.js';
import { hasOtherFactorOnly } from './core.js';
import type { RouteRefusal } from './refusal.js';
import { refused } from './refusal.js';
import type { GuardOptions } from './request-api.js';
import type { EnrolledState, UserState } from './state.js';
import { isUser } from './state.js';

/** What proof the owner must have given. */
type Proof = Pick<GuardOptions, 'maxAge' | 'acceptRememberedBrowser'>;

/** The owner of an account, signed in. */
export interface Owner {
  readonly ok: true;
  readonly state: UserState;
  readonly known: KnownUser;
}

/** The owner of an account that has a second factor. */
interface EnrolledOwner extends Owner {
  readonly state: EnrolledState;
  readonly factor: Factor;
}

/**
 * Whether it is the owner, and not somebody who acts as them. Every change of a second factor begins with this check.
 *
 * @param proof how old it may be, and whether a remembered browser is enough; absent: whatever signed in
 */
export function requireOwner(context: Context, proof: Proof = {}): Owner | RouteRefusal {
  const { state, known } = context;
  if (state?.state === 'impersonating') return refused('impersonation-refused');
  const decision = evaluate(context, { unenrolled: 'allow', ...proof });
  if (!decision.ok) return decision;
  return known && isUser(state) ? { ok: true, state, known } : refused('login-required');
}

/** The same, for an account that must have a second factor. */
export function requireEnrolledOwner(context: Context, proof: Proof = {}): EnrolledOwner | RouteRefusal {
  const owner = requireOwner(context, proof);
  if (!owner.ok) return owner;
  const { state, known } = owner;
  const { factor } = known;
  return factor && state.state !== 'signed-in' ? { ...owner, state, factor } : refused('not-enrolled');
}

/**
 * Whether the policy accepts only a security key from the signed-in account, as it said when the session was checked.
 */
export function takesNoCode({ requirement, known }: Pick<Context, 'requirement' | 'known'>): boolean {
  return requirement.phishingResistant && !(known && hasOtherFactorOnly(known));
}
