import type { Context } from '../session/context.js';
import { emit, moveToAnonymous } from '../session/context.js';
import type { KnownUser } from '../session/core.js';
import { stampMatches } from '../session/core.js';
import { factsOf } from '../session/facts.js';
import { judgeSession } from '../session/judge.js';
import { requirementOf } from '../session/requirement.js';
import type { RouteRefusal } from '../session/refusal.js';
import type { Actor, FirstActor, ImpersonatingState } from '../session/state.js';
import { become } from './become.js';
import { standingOf } from './standing.js';

/** Goes back to who acted before, unless this request is back already; who is gone or changed meanwhile ends as nobody. */
export async function leave(context: Context): Promise<{ ok: true } | RouteRefusal> {
  const { state } = context;
  if (context.hasLeft) return { ok: true };
  if (state?.state !== 'impersonating') return { ok: false, code: 'not-impersonating' };
  // Told before it happens, while the context still knows who really acts.
  emit(context, 'impersonation-left', state.account, {});
  await goBack(context, state, state.actors.length - 1);
  return { ok: true };
}

/** Goes back to the actor at a place of the stack, checked from scratch. */
export async function goBack(context: Context, state: ImpersonatingState, place: number): Promise<void> {
  const { core } = context;
  const [first, ...others] = state.actors;
  const actor: Actor = others[place - 1] ?? first;
  const present = await standingOf(core, actor.account);
  if (!present || !stampMatches(core, present.account, actor.stamp)) {
    await moveToAnonymous(context);
    return;
  }
  if (actor === first) await becomeFirst(context, first, present);
  else {
    const { account, stamp } = actor;
    const actors = [first, ...others.slice(0, place - 1)] as const;
    await become(context, {
      state: { ...state, account, stamp, actors },
      known: present,
      requirement: await requirementOf(core, present.account),
      actors: context.actors.slice(0, place),
    });
  }
}

async function becomeFirst(context: Context, { mark }: FirstActor, present: KnownUser): Promise<void> {
  const requirement = await requirementOf(context.core, present.account);
  const facts = factsOf(context.core, present.account, present.factor, requirement.required);
  const verdict = judgeSession(mark, facts);
  if (verdict.kind === 'keep') await become(context, { state: verdict.state, known: present, requirement });
  else await moveToAnonymous(context);
}
