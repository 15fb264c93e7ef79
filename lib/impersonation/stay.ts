import { debug } from '../debug.js';
import { isSafeMethod } from '../answer/same-origin.js';
import { SecondFactorError } from '../errors.js';
import type { ImpersonationEnd } from '../events.js';
import type { Soon } from '../soon.js';
import { describeFailure } from '../vault/failure.js';
import { pathBelow } from '../session/app-request.js';
import type { Context } from '../session/context.js';
import { firstToTell, now, originOf, somebody } from '../session/context.js';
import { emitEvent, stampMatches } from '../session/core.js';
import { factsOf } from '../session/facts.js';
import { isInTime, evaluateSession } from '../session/evaluate-session.js';
import type { Requirement } from '../session/requirement.js';
import { NOT_REQUIRED, requirementOf } from '../session/requirement.js';
import type { ImpersonatingState } from '../session/state.js';
import { IMPERSONATION_SECONDS, proofOf } from './enter.js';
import { endAll, goBack } from './leave.js';
import type { Hopping } from './rule.js';
import { rule } from './rule.js';
import type { Participant } from './participant.js';
import { isStoreOutage, participantOf } from './participant.js';

/** How far down the stack still holds. */
interface Holding {
  /** Those who hold, from who signed in downward; empty: not even the first. */
  readonly participants: readonly Participant[];
  /** Why the next one does not; `null`: there is none. */
  readonly reason: ImpersonationEnd | null;
  /** What the policy asks of the last who holds. */
  readonly requirement: Requirement;
  /** With `target-error`: what the application threw. */
  readonly error?: unknown;
}

/**
 * Checks a session in which somebody acts as somebody else: everybody in the stack, as they are now. When something
 * changed, or the application cannot say who an account below the first actor is, the session falls back to the last
 * account that still holds, or to no user: the data of an account never holds who acts as it. A request that would
 * change something is then refused rather than done by somebody else than it was meant for; one that leaves has left.
 *
 * @param unreadable what the application threw about the user that the session is signed in as
 * @throws {SecondFactorError} `impersonation-refused`, `store-unavailable`, and what the application throws about the
 *   first actor: nothing has ended then
 */
export async function evaluateImpersonation(
  context: Context,
  state: ImpersonatingState,
  unreadable?: Error,
): Promise<void> {
  // Whatever is told from here on names who really acts.
  context.state = state;
  const { participants, reason, requirement, error } = await holding(context, state, unreadable);
  debug('acting as %j: %s', state.account, reason ?? 'keep');
  const known = participants.at(-1);
  const actors = participants.slice(0, -1);
  if (reason === null && known) {
    somebody(context, { state, known, requirement, actors });
    return;
  }
  context.actors = actors;
  const origin = originOf(context);
  const isFirst = firstToTell(context);
  const tell = (): boolean => {
    if (!isFirst()) return false;
    emitEvent(context.core, 'impersonation-ended', state.account, origin, {
      reason: reason ?? 'target-changed',
    });
    if (reason === 'target-error') {
      process.emitWarning(`acting as somebody else has ended, by an error: ${describeFailure(error)}`);
    }
    return true;
  };
  if (known) await goBack(context, state, actors.length, tell);
  else await endAll(context, tell);
  context.hasLeft = asksToLeave(context);
  if (!context.hasLeft) context.ended = reason ?? 'target-changed';
  if (isSafeMethod(context.req) || context.hasLeft) return;
  throw new SecondFactorError('impersonation-refused', 'acting as somebody else has ended; nothing was done');
}

function asksToLeave({ core, req }: Context): boolean {
  return req.method === 'POST' && pathBelow(core.options.mountPath, req) === '/impersonation/leave';
}

/** Whether everybody in the stack still holds, changing nothing. */
export async function holds(context: Context, state: ImpersonatingState): Promise<boolean> {
  return (await holding(context, state)).reason === null;
}

async function holding(context: Context, state: ImpersonatingState, unreadable?: Error): Promise<Holding> {
  const { core } = context;
  const stack = [...state.actors, state];
  const looked = await Promise.allSettled(
    stack.map(({ account }) => {
      return unreadable && account === state.account
        ? Promise.reject(unreadable)
        : participantOf(context, account);
    }),
  );
  const outage = looked.find((each) => each.status === 'rejected' && isStoreOutage(each.reason));
  if (outage) found(outage);

  const participants: Participant[] = [];
  const ended = (reason: ImpersonationEnd, error?: unknown): Holding => {
    return { participants, reason, requirement: NOT_REQUIRED, error };
  };
  // An outage of the application's database is met here first, and ends nothing.
  const first = found(looked[0]);
  if (!first || !(await holdsMark(context, state, first))) return ended('actor-changed');
  participants.push(first);
  if (!core.options.impersonation) return ended('switched-off');
  const since = state.until - IMPERSONATION_SECONDS * 1000;
  if (!isInTime(since, state.until, now(context))) return ended('expired');

  let requirement: Requirement = NOT_REQUIRED;
  for (const [place, { stamp }] of stack.entries()) {
    const actor = participants[place - 1];
    if (!actor) continue;
    try {
      const target = found(looked[place]);
      if (!target || !stampMatches(core, target.account, stamp)) return ended('target-changed');
      if (!(await mayGoOn(context, state, { first, actor, target }))) return ended('target-changed');
      requirement = await told('policy()', () => requirementOf(core, target.account));
      participants.push(target);
    } catch (error) {
      return ended('target-error', error);
    }
  }
  return { participants, reason: null, requirement };
}

/** What came of a look-up; throws what it threw. */
function found(looked: PromiseSettledResult<Participant | null> | undefined): Participant | null {
  if (looked?.status === 'rejected') throw looked.reason;
  return looked?.value ?? null;
}

async function mayGoOn(context: Context, state: ImpersonatingState, hopping: Hopping): Promise<boolean> {
  const { ok } = await told('canActAs()', () => rule(context.core, hopping, proofOf(context, state), 'stay'));
  return ok;
}

/** Names the option that threw. */
async function told<Said>(option: string, ask: () => Soon<Said>): Promise<Said> {
  try {
    return await ask();
  } catch (cause) {
    throw new Error(`${option} threw`, { cause });
  }
}

async function holdsMark({ core }: Context, state: ImpersonatingState, first: Participant): Promise<boolean> {
  const requirement = await requirementOf(core, first.account);
  const decision = evaluateSession(
    state.actors[0].mark,
    factsOf(core, first.account, first.factor, requirement),
  );
  return decision.kind === 'keep' && first.profile.enrolled === (first.factor !== null);
}
