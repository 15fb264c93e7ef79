import type { ImpersonationRefusal } from '../events.js';

/** What the rules see of an account. */
export interface Profile {
  readonly id: string;
  /** `null`: takes no part. */
  readonly level: string | null;
  /** Whether it has a second factor: a record, one that does not open, or `enrolled: true` or `otherFactor: true` of the panel. */
  readonly enrolled: boolean;
}

/** How the first actor proved who they are in this session. */
export interface ActorProof {
  /** Whether the first actor's second factor was proved in this session. */
  readonly verified: boolean;
  /** Whether the second factor, or without one the password, is not older than `freshSeconds`. */
  readonly fresh: boolean;
}

/** Who is there, from the one who signed in to the one now acted as. */
export interface Hop {
  /** Who signed in. */
  readonly first: Profile;
  /** The account now acted as; the first actor when nobody acts yet. */
  readonly actor: Profile;
  readonly target: Profile;
  /** The names of the levels, highest first. */
  readonly levels: readonly string[];
  /** What `canActAs` of the application says of the actor and of the first actor. It can only narrow. */
  readonly allowed: boolean;
}

/** What the rules look at. */
export type RuleRefusal = Exclude<ImpersonationRefusal, 'account-unknown'>;

/** What a rule says. */
export type RuleDecision = { readonly ok: true } | { readonly ok: false; readonly reason: RuleRefusal };

/**
 * Whether an actor may begin to act as a target. Pure.
 *
 * Strictly downward, for the account now acted as and for the first actor alike: so nobody acts as themselves,
 * as an equal or as somebody above, and no circle can be built by hopping.
 */
export function mayEnter(hop: Hop, proof: ActorProof): RuleDecision {
  const staying = mayStay(hop, proof);
  if (!staying.ok) return staying;
  return proof.fresh ? staying : refuse('proof-too-old');
}

/** Whether an actor may go on acting as a target: the same, but that proofs age. Pure. */
export function mayStay(
  { first, actor, target, levels, allowed }: Hop,
  proof: Pick<ActorProof, 'verified'>,
): RuleDecision {
  const place = ({ level }: Profile): number => placeOf(level, levels);
  if ([first, actor, target].some((profile) => place(profile) === -1)) return refuse('level-unknown');
  if (place(target) <= place(actor) || place(target) <= place(first)) return refuse('not-below');
  if (target.enrolled) return refuse('target-has-second-factor');
  if (first.enrolled && !proof.verified) return refuse('actor-not-verified');
  return allowed ? { ok: true } : refuse('not-allowed');
}

/**
 * Why an account may act as nobody at all, no matter who it names: it has no level, or the lowest one. `null`: there
 * are levels below. Asked before a target is looked up, so that users cannot find out who has an account. Pure.
 */
export function mayEnterNobody(
  level: string | null,
  levels: readonly string[],
): 'level-unknown' | 'not-below' | null {
  const place = placeOf(level, levels);
  if (place === -1) return 'level-unknown';
  return place === levels.length - 1 ? 'not-below' : null;
}

/** 0 for the highest level; -1 for none, and for one that is not among them. */
function placeOf(level: string | null, levels: readonly (string | null)[]): number {
  return levels.indexOf(level);
}

function refuse(reason: RuleRefusal): RuleDecision {
  return { ok: false, reason };
}
