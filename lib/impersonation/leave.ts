import { safeReturnTo } from '../answer/return-to.js';
import type { Context, Present } from '../session/context.js';
import { firstToTell, leaveSession, moveToAnonymous, originOf, toldOnceOver } from '../session/context.js';
import { emitEvent, stampMatches } from '../session/core.js';
import { factsOf } from '../session/facts.js';
import { evaluateSession } from '../session/evaluate-session.js';
import { pageOf } from '../session/page-of.js';
import { requirementOf } from '../session/requirement.js';
import type { RouteRefusal } from '../session/refusal.js';
import type { Actor, FirstActor, ImpersonatingState } from '../session/state.js';
import { forgetStop } from '../session/stop-cookie.js';
import { describeFailure } from '../vault/failure.js';
import { become } from './become.js';
import { isStoreOutage, participantOf } from './participant.js';
import { refused } from '../session/refusal.js';

/** They come back to a page of the application. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/** Somebody has left; to the page where they began, a path on this origin, `null`: none in particular. */
interface Left {
  readonly ok: true;
  readonly returnTo: string | null;
}

/**
 * Goes back to who acted before, unless this request is back already; where the first actor is gone or changed, to no user.
 *
 * @param from the id of the account that is to be left, of any type; where it was left already, by a page in another tab,
 *   nobody goes back further. Left out: whichever is acted as
 */
export async function leave(context: Context, from?: unknown): Promise<Left | RouteRefusal> {
  const { core, state } = context;
  if (context.hasLeft) return { ok: true, returnTo: null };
  if (state?.state !== 'impersonating') return refused('not-impersonating');
  const page = pageOf(state.account, from);
  if (page === 'malformed') return { ok: false, kind: 'field', code: 'body-malformed', field: 'from' };
  if (page === 'another') return { ok: true, returnTo: null };
  const origin = originOf(context);
  const isFirst = firstToTell(context);
  await goBack(context, state, state.actors.length - 1, () => {
    if (isFirst()) emitEvent(core, 'impersonation-left', state.account, origin, {});
    return isFirst();
  });
  forgetStop(context);
  return { ok: true, returnTo: safeReturnTo(state.actors.at(-1)?.cameFrom, NO_ORIGINS) };
}

/**
 * Goes back to the actor at a place of the stack, checked from scratch; to the one before where that is gone, changed or
 * cannot be described.
 *
 * @param tell called once acting as the account is over, with the context of nobody; not where it throws and acting goes on.
 *   Says whether this request told it
 */
export async function goBack(
  context: Context,
  state: ImpersonatingState,
  place: number,
  tell: () => boolean,
): Promise<void> {
  const [first, ...others] = state.actors;
  const actor = others[place - 1];
  if (!actor) {
    await becomeFirst(context, first, tell);
    return;
  }
  const present = await presentActor(context, actor);
  if (!present) {
    await goBack(context, state, place - 1, tell);
    return;
  }
  const { account, stamp } = actor;
  const actors = [first, ...others.slice(0, place - 1)] as const;
  const next = { ...state, account, stamp, actors };
  const origin = originOf(context);
  const end = { isTold: false };
  try {
    await become(
      context,
      { ...present, state: next, actors: context.actors.slice(0, place) },
      {
        left: () => {
          end.isTold = tell();
        },
      },
    );
  } catch (error) {
    // Acting as the one who would have gone on is over as well.
    if (end.isTold)
      emitEvent(context.core, 'impersonation-ended', account, origin, { reason: 'save-failed' });
    throw error;
  }
}

/** Ends acting, and with it the session: there is no actor to go back to. */
export async function endAll(context: Context, tell: () => void): Promise<void> {
  await leaveSession(context);
  await toldOnceOver(context, () => moveToAnonymous(context), tell);
}

/** An actor below the first one as they are now; `null`: gone, changed, or the application cannot say who they are. */
async function presentActor(
  context: Context,
  { account, stamp }: Actor,
): Promise<Pick<Present, 'known' | 'requirement'> | null> {
  const { core } = context;
  try {
    const known = await participantOf(context, account);
    if (!known || !stampMatches(core, known.account, stamp)) return null;
    return { known, requirement: await requirementOf(core, known.account) };
  } catch (error) {
    if (isStoreOutage(error)) throw error;
    process.emitWarning(`nobody can go back to an account that acted: ${describeFailure(error)}`);
    return null;
  }
}

async function becomeFirst(context: Context, first: FirstActor, tell: () => void): Promise<void> {
  const { core } = context;
  const known = await participantOf(context, first.account);
  if (!known) return endAll(context, tell);
  const requirement = await requirementOf(core, known.account);
  const decision = evaluateSession(first.mark, factsOf(core, known.account, known.factor, requirement));
  if (decision.kind !== 'keep') return endAll(context, tell);
  await become(context, { state: decision.state, known, requirement }, { left: tell });
}
