import type { Core } from '../session/core.js';
import type { ActorProof, Ruling } from './rules.js';
import { mayEnter, mayStay } from './rules.js';
import type { Standing } from './standing.js';

/** Two accounts, and who signed in. */
export interface Hopping {
  readonly first: Standing;
  readonly actor: Standing;
  readonly target: Standing;
}

/** Rules on a hop, with what the application's `canActAs` says of the actor and of who signed in. */
export async function rule(
  core: Core,
  { first, actor, target }: Hopping,
  proof: ActorProof,
  begins: 'enter' | 'stay',
): Promise<Ruling> {
  const options = core.options.impersonation;
  if (!options) return { ok: false, reason: 'not-allowed' };
  const hop = { first: first.party, actor: actor.party, target: target.party, levels: options.levels };
  const judge = begins === 'enter' ? mayEnter : mayStay;
  const ruling = judge({ ...hop, allowed: true }, proof);
  if (!ruling.ok) return ruling;
  // The application is asked about what the rules allow, and nothing else.
  const asks = async (): Promise<boolean> =>
    (await options.canActAs(described(actor), described(target))) &&
    (first === actor || (await options.canActAs(described(first), described(target))));
  return judge({ ...hop, allowed: await asks() }, proof);
}

function described({ account: { id, name, level } }: Standing): {
  id: string;
  name: string;
  level: string | null;
} {
  return { id, name, level };
}
