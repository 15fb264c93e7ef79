import { evaluate } from './evaluate.js';
import type { Context } from './context.js';
import type { Factor, KnownUser } from './core.js';
import { hasOtherFactorOnly } from './core.js';
import type { RouteRefusal } from './refusal.js';
import { refused } from './refusal.js';
import type { GuardOptions } from './request-api.js';
import type { EnrolledState, UserState } from './state.js';
import { isUser } from './state.js';

/** What the proof of an owner must be like. */
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
 * Whether the owner themselves is there, and nobody who acts as them: what every change of a second factor begins with.
 *
 * @param proof how old it may be, and whether a remembered browser is enough; left out: whatever signed in
 */
export function requireOwner(context: Context, proof: Proof = {}): Owner | RouteRefusal {
  const { state, known } = context;
  if (state?.state === 'impersonating') return refused('impersonation-refused');
  const decision = evaluate(context, { unenrolled: 'allow', ...proof });
  if (!decision.ok) return decision;
  return known && isUser(state) ? { ok: true, state, known } : refused('login-required');
}

/** The same, where there must be a second factor. */
export function requireEnrolledOwner(context: Context, proof: Proof = {}): EnrolledOwner | RouteRefusal {
  const owner = requireOwner(context, proof);
  if (!owner.ok) return owner;
  const { state, known } = owner;
  const { factor } = known;
  return factor && state.state !== 'signed-in' ? { ...owner, state, factor } : refused('not-enrolled');
}

/** Whether the policy takes nothing but a security key of who is signed in, as it said when their session was checked. */
export function takesNoCode({ requirement, known }: Pick<Context, 'requirement' | 'known'>): boolean {
  return requirement.phishingResistant && !(known && hasOtherFactorOnly(known));
}
