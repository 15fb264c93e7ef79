import { debug } from '../debug.js';
import { evaluateImpersonation } from '../impersonation/stay.js';
import { pathBelow, requestUser } from '../session/app-request.js';
import type { Context, Present } from '../session/context.js';
import {
  emit,
  leaveSession,
  moveTo,
  moveToAnonymous,
  now,
  originOf,
  sessionState,
  somebody,
  toldOnceOver,
  updateState,
} from '../session/context.js';
import type { Core, FoundUser, KnownUser } from '../session/core.js';
import { lookUpAccount, stampOf } from '../session/core.js';
import { withFactor } from '../session/account-record.js';
import { deserializedId, freshAccount } from '../session/described-account.js';
import { isConfirming } from '../session/own-setup.js';
import { factsOf } from '../session/facts.js';
import type { SessionDecision } from '../session/evaluate-session.js';
import { isFresh, evaluateSession } from '../session/evaluate-session.js';
import { park } from '../sign-in/park.js';
import { asTold, saveSession } from '../session/regenerate.js';
import { requirementOf } from '../session/requirement.js';
import type { Soon } from '../soon.js';
import { isLater, whenThere } from '../soon.js';
import type { ImpersonatingState, SessionState, UserState } from '../session/state.js';
import { isUser } from '../session/state.js';
import { mayBeChanging, noteChange } from './password-change.js';
import { withdraw } from './withdraw.js';

/**
 * Checks the session of a request with a signed-in user against the account as it is now, and removes the rights that
 * the session no longer has. One store read. Most requests wait for nothing else.
 *
 * @param withinMs how old an earlier read may be if only the session's own proof depends on it, in milliseconds;
 *   `null`: read the store now, as for a sign-in
 */
export function evaluateRequest(context: Context, withinMs: number | null): Soon<void> {
  const { core, req } = context;
  const user = requestUser(req);
  const serialized = core.passport.serializedUser(req.session);
  // Without Passport's own key the user was set by other credentials, and the session says nothing about them.
  if (serialized === undefined) return;

  const going = (described: Described): Soon<void> =>
    evaluateDescribed(context, described, serialized, withinMs);
  const failed = (error: unknown): Promise<void> => evaluateUnreadable(context, asTold(error), serialized);
  let described: Soon<Described>;
  try {
    described = describe(core, user);
  } catch (error) {
    return failed(error);
  }
  return isLater(described) ? described.then(going, failed) : going(described);
}

/** If the application cannot describe the user, whoever acts as them stops acting. */
async function evaluateUnreadable(context: Context, error: Error, serialized: unknown): Promise<void> {
  const acting = await actingUnreadably(context, serialized);
  if (!acting) throw error;
  await evaluateImpersonation(context, acting, error);
}

function evaluateDescribed(
  context: Context,
  { accountId, fresh }: Described,
  serialized: unknown,
  withinMs: number | null,
): Soon<void> {
  return whenThere(ownState(context, accountId, serialized), (state): Soon<void> => {
    if (state === 'of-somebody-else') return;
    if (state?.state === 'impersonating') {
      const unreadable = state.account === accountId ? undefined : describesAnother();
      return evaluateImpersonation(context, state, unreadable);
    }
    return whenThere(fresh ?? lookUpAccount(context.core, accountId), (found) =>
      found ? evaluateFound(context, found, state, serialized, withinMs) : accountGone(context, accountId),
    );
  });
}

async function accountGone(context: Context, accountId: string): Promise<void> {
  await leaveSession(context, accountId);
  await toldOnceOver(
    context,
    () => moveToAnonymous(context),
    () => {
      emit(context, 'session-demoted', accountId, { reason: 'account-gone' });
    },
  );
  context.ended = 'account-gone';
}

function evaluateFound(
  context: Context,
  found: FoundUser,
  state: SessionState | undefined,
  serialized: unknown,
  withinMs: number | null,
): Soon<void> {
  const { core } = context;
  const recent = mayBeRecent(context, state) ? withinMs : null;
  context.isRecent = recent !== null && recent > 0;
  return withFactor(
    core,
    found.account,
    () => originOf(context),
    recent,
    (factor) => {
      if (state?.state === 'signed-in' && isConfirming(core, state, factor)) {
        withdraw(context);
        return;
      }
      const known = { ...found, factor };
      return whenThere(requirementOf(core, found.account), (requirement) => {
        const decision = evaluateSession(state, factsOf(core, found.account, factor, requirement));
        // The session may have begun after another process changed the record, so what was read before that takes
        // nothing from it.
        if (context.isRecent && decision.kind === 'demote')
          return evaluateFound(context, found, state, serialized, 0);
        if (decision.kind === 'demote' && decision.reason === 'password-changed' && mayBeChanging(context)) {
          withdraw(context);
          return;
        }
        return apply(context, { known, requirement }, decision, state, serialized);
      });
    },
  );
}

/** Not on our own routes, which change factors and start acting, and not if a browser was remembered. */
function mayBeRecent({ core, req }: Context, state: SessionState | undefined): boolean {
  const isOwn = pathBelow(core.options.mountPath, req) !== undefined;
  return (
    !isOwn &&
    (state?.state === 'signed-in' || state?.state === 'verified' || state?.state === 'proven-elsewhere')
  );
}

interface Described {
  readonly accountId: string;
  /** The user, as fresh as from `findUser`, if the application says that it is. */
  readonly fresh: FoundUser | null;
}

/** The account of a user from `deserializeUser`. */
function describe({ options }: Core, user: unknown): Soon<Described> {
  if (!options.deserializedUserIsFresh)
    return whenThere(deserializedId(options, user), (accountId) => ({ accountId, fresh: null }));
  return whenThere(freshAccount(options, user), (account) => ({
    accountId: account.id,
    fresh: { user, account },
  }));
}

/**
 * The state of a session in which somebody acts as an account that the application cannot describe. `undefined`: it can
 * describe it, so the user of this request was set by other credentials.
 */
async function actingUnreadably(
  context: Context,
  serialized: unknown,
): Promise<ImpersonatingState | undefined> {
  const { core, req } = context;
  const state = sessionState(context);
  if (state?.state !== 'impersonating') return undefined;
  const target = await core.passport.deserialize(serialized, req);
  try {
    await describe(core, target);
    return undefined;
  } catch {
    return state;
  }
}

/**
 * The state of the session, for the account that `req.user` is and that is acted as. An account that claims to be
 * another must not get the user of the one who acts as it. Who else the session may belong to is found by deserializing
 * once more. This happens only for sessions without a state for this account.
 */
function ownState(context: Context, accountId: string, serialized: unknown): Soon<OwnState> {
  const state = sessionState(context);
  return state?.account === accountId ? state : stateOfOther(context, state, accountId, serialized);
}

type OwnState = SessionState | undefined | 'of-somebody-else';

async function stateOfOther(
  context: Context,
  state: SessionState | undefined,
  accountId: string,
  serialized: unknown,
): Promise<OwnState> {
  const { core, req } = context;
  const owner = await core.passport.deserialize(serialized, req);
  const ownerId = owner === null ? undefined : await deserializedId(core.options, owner);
  if (ownerId === accountId) return state?.state === 'impersonating' ? state : undefined;
  // The user of this request was set by other credentials. The session stays as it is, unless it contradicts itself.
  if (ownerId === undefined || (state && state.account !== ownerId)) await moveToAnonymous(context);
  return 'of-somebody-else';
}

function describesAnother(): Error {
  return new Error('account() describes the user that is acted as by another id than at the beginning');
}

type Evaluated = Pick<Present, 'known' | 'requirement'>;

function apply(
  context: Context,
  evaluated: Evaluated,
  decision: SessionDecision,
  before: SessionState | undefined,
  serialized: unknown,
): Soon<void> {
  if (debug.enabled)
    debug(
      'session of %j: %s %s',
      evaluated.known.account.id,
      decision.kind,
      before?.state ?? 'without a mark',
    );
  if (decision.kind !== 'keep') return change(context, evaluated, decision, before, serialized);
  noteChange(context);
  somebody(context, { ...evaluated, state: decision.state });
}

async function change(
  context: Context,
  evaluated: Evaluated,
  decision: Exclude<SessionDecision, { kind: 'keep' }>,
  before: SessionState | undefined,
  serialized: unknown,
): Promise<void> {
  const { known } = evaluated;
  if (decision.kind === 'adopt') {
    const state = unverified(context, known, null);
    updateState(context, state);
    // Written now, so that later code in this request finds it there.
    await saveSession(context.req);
    somebody(context, { ...evaluated, state });
    noteChange(context);
    return;
  }
  await toldOnceOver(
    context,
    () => demote(context, evaluated, decision.to, before, serialized),
    () => {
      emit(context, 'session-demoted', known.account.id, { reason: decision.reason });
    },
  );
  context.ended = decision.reason;
}

/**
 * Of several requests with one cookie, only one goes on from the session, and none if it has ended meanwhile: a parked
 * sign-in says that the password was given.
 *
 * @throws {SecondFactorError} `sign-in-expired`
 */
async function demote(
  context: Context,
  evaluated: Evaluated,
  to: Extract<SessionDecision, { kind: 'demote' }>['to'],
  before: SessionState | undefined,
  serialized: unknown,
): Promise<void> {
  const { known } = evaluated;
  if (to === 'signed-in' && isUser(before)) {
    const state = unverified(context, known, before.passwordAt);
    await moveTo(context, state, 'application-and-user');
    somebody(context, { ...evaluated, state });
    return;
  }
  const leave = (): Promise<void> => leaveSession(context, known.account.id);
  if (to === 'pending' || (to === 'must-enroll' && isPasswordFresh(context, before))) {
    const { factor } = known;
    const { phishingResistant } = evaluated.requirement;
    await park(
      context,
      known,
      to === 'pending' ? factor : null,
      serialized,
      {},
      {
        leave,
        ...(phishingResistant && { keysOnly: true }),
        ...(factor && { enrollment: factor.enrollment }),
      },
    );
  } else {
    await leave();
    await moveToAnonymous(context);
  }
}

/**
 * Somebody with an old session may not enable a second factor with it. They have to sign in with the password first.
 */
function isPasswordFresh(context: Context, before: SessionState | undefined): boolean {
  return isUser(before) && isFresh(before.passwordAt, now(context), context.core.options.freshSeconds);
}

function unverified({ core }: Context, { account }: KnownUser, passwordAt: number | null): UserState {
  return { state: 'signed-in', account: account.id, stamp: stampOf(core, account), passwordAt };
}
