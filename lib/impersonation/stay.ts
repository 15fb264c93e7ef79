import { isSafeMethod } from '../answer/same-origin.js';
import { SecondFactorError } from '../errors.js';
import type { ImpersonationEnd } from '../events.js';
import type { Context } from '../session/context.js';
import { emit, moveToAnonymous, now, somebody } from '../session/context.js';
import type { Core } from '../session/core.js';
import { stampMatches } from '../session/core.js';
import { factsOf } from '../session/facts.js';
import { isInTime, judgeSession } from '../session/judge.js';
import type { Requirement } from '../session/requirement.js';
import { NOT_REQUIRED, requirementOf } from '../session/requirement.js';
import type { Actor, ImpersonatingState } from '../session/state.js';
import { IMPERSONATION_SECONDS, proofOf } from './enter.js';
import { goBack } from './leave.js';
import { rule, warnOfEnd } from './rule.js';
import type { Standing } from './standing.js';
import { standingOf } from './standing.js';

/** How far down the stack still holds: the place of the last account that does; -1: not even the first. */
interface Holding {
  readonly standings: readonly (Standing | null)[];
  readonly place: number;
  readonly reason: ImpersonationEnd | null;
  /** What the policy asks of the account at `place`. */
  readonly requirement: Requirement;
}

/**
 * Judges a session in which somebody acts as somebody else: everybody in the stack, as he is now. When
 * something changed the session falls back to the last account that still holds, or to nobody. A request
 * that would change something is then refused rather than done by somebody else than it was meant for.
 *
 * @throws {SecondFactorError} `impersonation-refused`, `store-unavailable`
 */
export async function judgeImpersonation(context: Context, state: ImpersonatingState): Promise<void> {
  const { standings, place, reason, requirement } = await holding(context, state);
  const known = standings[place];
  const actors = standings.slice(0, Math.max(place, 0)).filter((standing) => standing !== null);
  if (reason === null && known) {
    somebody(context, { state, known, requirement, actors });
    return;
  }
  context.state = state;
  context.actors = actors;
  emit(context, 'impersonation-ended', state.account, { reason: reason ?? 'target-changed' });
  if (place < 0) await moveToAnonymous(context);
  else await goBack(context, state, place);
  if (isSafeMethod(context.req)) return;
  throw new SecondFactorError('impersonation-refused', 'acting as somebody else has ended; nothing was done');
}

/** Whether everybody in the stack still holds, changing nothing. */
export async function holds(context: Context, state: ImpersonatingState): Promise<boolean> {
  return (await holding(context, state)).reason === null;
}

async function holding(context: Context, state: ImpersonatingState): Promise<Holding> {
  const { core } = context;
  const stack: readonly Actor[] = [
    ...state.actors,
    { account: state.account, stamp: state.stamp, user: null },
  ];
  const standings = await Promise.all(stack.map(({ account }) => standingOf(core, account)));
  const [first] = standings;
  const ended = (place: number, reason: ImpersonationEnd): Holding => {
    return { standings, place, reason, requirement: NOT_REQUIRED };
  };
  if (!first || !(await holdsMark(context, state, first))) return ended(-1, 'actor-changed');
  if (!core.options.impersonation) return ended(0, 'switched-off');
  const since = state.until - IMPERSONATION_SECONDS * 1000;
  if (!isInTime(since, state.until, now(context))) return ended(0, 'expired');

  let requirement: Requirement | null = NOT_REQUIRED;
  for (let place = 1; place < stack.length; place++) {
    const actor = standings[place - 1];
    const target = standings[place];
    const digest = stack[place]?.stamp ?? null;
    const holds =
      actor &&
      target &&
      stampMatches(core, target.account, digest) &&
      (await rule(core, { first, actor, target }, proofOf(context, state), 'stay')).ok;
    requirement = holds ? await requirementWhileActing(core, target) : null;
    if (!requirement) return ended(place - 1, 'target-changed');
  }
  return { standings, place: stack.length - 1, reason: null, requirement };
}

function requirementWhileActing(core: Core, { account }: Standing): Promise<Requirement | null> {
  return requirementOf(core, account).catch((error: unknown) => {
    warnOfEnd('policy()', error);
    return null;
  });
}

async function holdsMark({ core }: Context, state: ImpersonatingState, first: Standing): Promise<boolean> {
  const { required } = await requirementOf(core, first.account);
  const verdict = judgeSession(state.actors[0].mark, factsOf(core, first.account, first.factor, required));
  return verdict.kind === 'keep' && first.party.enrolled === (first.factor !== null);
}
