import { parseAccountId } from '../account/account.js';
import { LONGEST, cleanText } from '../account/clean-text.js';
import { SecondFactorError } from '../errors.js';
import type { AppSession } from '../session/app-request.js';
import { evaluate } from '../session/evaluate.js';
import type { Context, Present } from '../session/context.js';
import { emit, endOfActing, isSignInExpired, now, originOf, updateState } from '../session/context.js';
import type { KnownUser } from '../session/core.js';
import { emitEvent, stampOf } from '../session/core.js';
import { isFresh } from '../session/evaluate-session.js';
import { describeFailure } from '../vault/failure.js';
import { readFactor } from '../session/account-record.js';
import { requirementOf } from '../session/requirement.js';
import type { RouteRefusal } from '../session/refusal.js';
import type { Actor, FirstActor, ImpersonatingState, UserState } from '../session/state.js';
import { isParked, isUser } from '../session/state.js';
import { become } from './become.js';
import { rule } from './rule.js';
import { mayEnterNobody } from './rules.js';
import type { ActorProof, RuleRefusal, RuleDecision } from './rules.js';
import type { Participant } from './participant.js';
import { isStoreOutage, profileOf, participantOf } from './participant.js';
import { refused } from '../session/refusal.js';
import type { AutoSwitchSkip, ImpersonationRefusal } from '../events.js';
import type { ImpersonationDecision } from '../session/request-api.js';

/** Acting as somebody else ends after this, whatever happens (OWASP ASVS 7.3.2: an absolute lifetime). */
export const IMPERSONATION_SECONDS = 3600;

/** Refusals that a fresh code, or without a second factor a fresh sign-in, would turn. */
const STEP_UP_HELPS: readonly RuleRefusal[] = ['proof-too-old', 'actor-not-verified'];

/** A refusal; of an account below the actor with its name. */
type EnterRefusal = RouteRefusal & { readonly name?: string };

/**
 * Begins to act as an account, if the rules allow it.
 *
 * @param cameFrom the page that leaving leads back to; `null`: none in particular
 */
export async function enter(
  context: Context,
  account: unknown,
  cameFrom: string | null = null,
): Promise<{ ok: true } | EnterRefusal> {
  const decision = evaluate(context, { unenrolled: 'allow' });
  if (!decision.ok) return decision;
  const { state, known } = context;
  if (!state || isParked(state) || !known) return refused('login-required');

  const named = accountIdOf(account) ?? (typeof account === 'string' ? cleanText(account, LONGEST.by) : '');
  const nobody = nobodyFor(context, known);
  if (nobody) return refuse(context, known, named, nobody);
  const target = await targetOf(context, account);
  if (!target) return refuse(context, known, named, 'account-unknown');
  const ruled = await decideOn(context, state, known, target);
  if (!ruled.ok && STEP_UP_HELPS.includes(ruled.reason) && state.state !== 'impersonating') {
    const stale = evaluate(context, { unenrolled: 'allow', maxAge: context.core.options.freshSeconds });
    if (!stale.ok)
      return { ...stale, ...(ruled.reason === 'proof-too-old' && { name: target.account.name }) };
  }
  if (!ruled.ok) {
    const refusal = refuse(context, known, target.account.id, ruled.reason);
    const isNamed =
      ruled.reason === 'target-has-second-factor' && (await wouldEnter(context, state, known, target));
    return isNamed ? { ...refusal, name: target.account.name } : refusal;
  }
  const requirement = await requirementOf(context.core, target.account);
  await actAs(context, state, known, { known: target, requirement }, { cameFrom });
  emit(context, 'impersonation-entered', target.account.id, { automatic: false });
  return { ok: true };
}

/** What the rules say of acting as an account, without doing it. */
export async function mayImpersonate(context: Context, account: unknown): Promise<ImpersonationDecision> {
  const { state, known } = context;
  if (!state || isParked(state) || !known) return { ok: false, reason: 'login-required' };
  const nobody = nobodyFor(context, known);
  if (nobody) return { ok: false, reason: nobody };
  const target = await targetOf(context, account);
  return target
    ? decideOn(context, state, await knownAnew(context, known), target)
    : { ok: false, reason: 'account-unknown' };
}

/** Who asks, by what the store says now: another process may have enabled their second factor within `recheckSeconds`. */
async function knownAnew(context: Context, known: KnownUser): Promise<KnownUser> {
  if (!context.isRecent) return known;
  return { ...known, factor: await readFactor(context.core, known.account, () => originOf(context)) };
}

/**
 * Takes who has just signed in to the account that their level is switched to, if the rules allow it; otherwise they
 * stay who they are, and the session tells why.
 *
 * @param leadOn puts where the sign-in leads into the new session
 */
export async function switchAutomatically(
  context: Context,
  leadOn: (session: AppSession) => void,
): Promise<void> {
  const { core, state, known } = context;
  if (!known || !isUser(state)) return;
  const targetId = core.options.impersonation?.autoSwitch.get(known.account.level ?? '');
  if (targetId === undefined) return;

  const target = await automaticTarget(context, state, known, targetId);
  if (typeof target === 'string') {
    updateState(context, { ...state, autoSwitchSkipped: target });
    emit(context, 'auto-switch-skipped', known.account.id, { reason: target });
  } else {
    await actAs(context, state, known, target, { leadOn });
    emit(context, 'impersonation-entered', targetId, { automatic: true });
  }
}

/** Whom a level is switched to, or why not. */
async function automaticTarget(
  context: Context,
  state: UserState,
  known: KnownUser,
  targetId: string,
): Promise<Target | AutoSwitchSkip> {
  if (profileOf(known).enrolled) return 'actor-has-second-factor';
  try {
    const found = await participantOf(context, targetId);
    if (!found) return 'account-unknown';
    const ruled = await decideOn(context, state, known, found);
    if (!ruled.ok) return ruled.reason;
    return { known: found, requirement: await requirementOf(context.core, found.account) };
  } catch (error) {
    return error instanceof SecondFactorError ? error.code : 'error';
  }
}

function nobodyFor({ core }: Context, { account }: KnownUser): RuleRefusal | null {
  const options = core.options.impersonation;
  return options ? mayEnterNobody(account.level, options.levels) : null;
}

/** An id that was asked for; `null`: it can be no account's. */
function accountIdOf(account: unknown): string | null {
  try {
    return parseAccountId(account);
  } catch {
    return null;
  }
}

async function targetOf(context: Context, account: unknown): Promise<Participant | null> {
  const accountId = accountIdOf(account);
  if (accountId === null) return null;
  try {
    return await participantOf(context, accountId);
  } catch (error) {
    if (isStoreOutage(error)) throw error;
    // The id comes from the request: it may be one that the application's database does not even take.
    process.emitWarning(`nobody can act as an account that was asked for: ${describeFailure(error)}`);
    return null;
  }
}

async function decideOn(
  context: Context,
  state: UserState | ImpersonatingState,
  known: KnownUser,
  target: Participant,
): Promise<RuleDecision> {
  const { core } = context;
  const actor = participant(known);
  const [first = actor] = context.actors.map(participant);
  return rule(core, { first, actor, target }, proofOf(context, state), 'enter');
}

/** Whether nothing but its second factor keeps an actor from an account: then its name is no news to them. */
async function wouldEnter(
  context: Context,
  state: UserState | ImpersonatingState,
  known: KnownUser,
  target: Participant,
): Promise<boolean> {
  const without = { ...target, profile: { ...target.profile, enrolled: false } };
  const ruled = await decideOn(context, state, known, without);
  return ruled.ok || ruled.reason === 'proof-too-old';
}

/** A checked user as the rules see them: the record was there and readable, else the request would not have come so far. */
export function participant(known: KnownUser): Participant {
  return { ...known, profile: profileOf(known) };
}

/** How who signed in proved who they are in this session. */
export function proofOf(context: Context, state: UserState | ImpersonatingState): ActorProof {
  const mark = state.state === 'impersonating' ? state.actors[0].mark : state;
  const since = mark.state === 'verified' ? mark.factorAt : mark.passwordAt;
  return {
    verified: mark.state === 'verified',
    fresh: isFresh(since, now(context), context.core.options.freshSeconds),
  };
}

/** Who will be acted as. */
type Target = Pick<Present, 'known' | 'requirement'>;

/** How it begins. */
interface ActParts {
  /** The page that leaving leads back to. */
  readonly cameFrom?: string | null;
  /** Fills the new session. */
  readonly leadOn?: (session: AppSession) => void;
}

async function actAs(
  context: Context,
  state: UserState | ImpersonatingState,
  known: KnownUser,
  target: Target,
  { cameFrom = null, leadOn }: ActParts,
): Promise<void> {
  const { core, req } = context;
  const { account, stamp } = state;
  const entered = target.known.account;
  const user = core.passport.serializedUser(req.session);
  const actor: Actor = { account, stamp, user, ...(cameFrom !== null && { cameFrom }) };
  const next: ImpersonatingState = {
    state: 'impersonating',
    account: entered.id,
    stamp: stampOf(core, entered),
    until: state.state === 'impersonating' ? state.until : now(context) + IMPERSONATION_SECONDS * 1000,
    actors:
      state.state === 'impersonating'
        ? [...state.actors, actor]
        : [{ ...actor, mark: markOf(state) } satisfies FirstActor],
  };
  const ended = endOfActing(context, 'save-failed');
  try {
    await become(context, { ...target, state: next, actors: [...context.actors, known] }, { fill: leadOn });
  } catch (error) {
    // Where another request went on from the session, acting goes on.
    if (!isSignInExpired(error)) await ended.tellIfOver();
    throw error;
  }
}

/** A state without what belongs to a single page. */
function markOf(state: UserState): UserState {
  return { ...state, setup: undefined };
}

function refuse(
  context: Context,
  known: KnownUser,
  accountId: string,
  reason: ImpersonationRefusal,
): RouteRefusal {
  const { core, actors } = context;
  const actorId = (actors[0] ?? known).account.id;
  emitEvent(core, 'impersonation-refused', accountId, { ...originOf(context), actorId }, { reason });
  return { ok: false, kind: 'rule', code: 'impersonation-refused', reason };
}
