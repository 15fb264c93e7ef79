import type { Core } from '../session/core.js';
import type { ActorProof, RuleDecision } from './rules.js';
import { mayEnter, mayStay } from './rules.js';
import type { Participant } from './participant.js';

/** Two accounts, and who signed in. */
export interface Hopping {
  readonly first: Participant;
  readonly actor: Participant;
  readonly target: Participant;
}

/** Rules on a hop, with what the application's `canActAs` says of the actor and of who signed in. */
export async function rule(
  core: Core,
  { first, actor, target }: Hopping,
  proof: ActorProof,
  begins: 'enter' | 'stay',
): Promise<RuleDecision> {
  const options = core.options.impersonation;
  if (!options) return { ok: false, reason: 'not-allowed' };
  const hop = { first: first.profile, actor: actor.profile, target: target.profile, levels: options.levels };
  const evaluate = begins === 'enter' ? mayEnter : mayStay;
  const ruled = evaluate({ ...hop, allowed: true }, proof);
  if (!ruled.ok) return ruled;
  // The application is asked about what the rules allow, and nothing else.
  const asks = async (): Promise<boolean> =>
    (await options.canActAs(described(actor), described(target))) &&
    (first === actor || (await options.canActAs(described(first), described(target))));
  return evaluate({ ...hop, allowed: await asks() }, proof);
}

function described({ account: { id, name, level } }: Participant): {
  id: string;
  name: string;
  level: string | null;
} {
  return { id, name, level };
}
