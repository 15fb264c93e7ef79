import { debug } from '../debug.js';
import { evaluateImpersonation } from '../impersonation/stay.js';
import { requestUser } from '../session/app-request.js';
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
import { findAccount, stampOf } from '../session/core.js';
import { readFactor } from '../session/account-record.js';
import { deserializedId, freshAccount } from '../session/described-account.js';
import { isConfirming } from '../session/own-setup.js';
import { factsOf } from '../session/facts.js';
import type { SessionDecision } from '../session/evaluate-session.js';
import { isFresh, evaluateSession } from '../session/evaluate-session.js';
import { park } from '../sign-in/park.js';
import { asTold, saveSession } from '../session/regenerate.js';
import { requirementOf } from '../session/requirement.js';
import type { ImpersonatingState, SessionState, UserState } from '../session/state.js';
import { isUser } from '../session/state.js';
import { withdraw } from './withdraw.js';

/**
 * Checks the session of a request with a signed-in user against the account as it is now, and takes from
 * the session what it has no right to any more. One store read.
 */
export async function evaluateRequest(context: Context): Promise<void> {
  const { core, req } = context;
  const user = requestUser(req);
  const serialized = core.passport.serializedUser(req.session);
  // Without Passport's own key the user came by other credentials; the session says nothing of them.
  if (serialized === undefined) return;

  const described = await describe(core, user).catch((error: unknown) => asTold(error));
  if (described instanceof Error) {
    const acting = await actingUnreadably(context, serialized);
    if (!acting) throw described;
    await evaluateImpersonation(context, acting, described);
    return;
  }
  const { accountId, fresh } = described;
  const state = await ownState(context, accountId, serialized);
  if (state === 'of-somebody-else') return;
  if (state?.state === 'impersonating') {
    await evaluateImpersonation(context, state, state.account === accountId ? undefined : describesAnother());
    return;
  }

  const found = fresh ?? (await findAccount(core, accountId));
  if (!found) {
    await leaveSession(context, accountId);
    await toldOnceOver(
      context,
      () => moveToAnonymous(context),
      () => {
        emit(context, 'session-demoted', accountId, { reason: 'account-gone' });
      },
    );
    return;
  }
  const known = await knownUser(context, found);
  if (state?.state === 'signed-in' && isConfirming(core, accountId, state, known.factor)) {
    withdraw(context);
    return;
  }
  const requirement = await requirementOf(core, found.account);
  const decision = evaluateSession(state, factsOf(core, found.account, known.factor, requirement));
  await apply(context, { known, requirement }, decision, state, serialized);
}

interface Described {
  readonly accountId: string;
  /** The user as `findUser` would give it, where the application says that it is as fresh. */
  readonly fresh: FoundUser | null;
}

/** Which account a user is that `deserializeUser` gave. */
async function describe({ options }: Core, user: unknown): Promise<Described> {
  if (!options.deserializedUserIsFresh)
    return { accountId: await deserializedId(options, user), fresh: null };
  const account = await freshAccount(options, user);
  return { accountId: account.id, fresh: { user, account } };
}

/**
 * The state of a session in which somebody acts as an account that the application cannot describe. `undefined`
 * where it can: then the user of this request came by other credentials.
 */
async function actingUnreadably(
  context: Context,
  serialized: unknown,
): Promise<ImpersonatingState | undefined> {
  const { core, req } = context;
  const state = sessionState(context);
  if (state?.state !== 'impersonating') return undefined;
  const target = await core.passport.deserialize(serialized, req);
  const readable = await describe(core, target).catch(() => null);
  return readable ? undefined : state;
}

/**
 * The state the session holds of the account that `req.user` is, and of the account that is acted as there: an account
 * that says to be another one must not make its user of who acts as it. Who else the session may be of is found out by
 * deserializing once more, which happens only to sessions without a mark of this account.
 */
async function ownState(
  context: Context,
  accountId: string,
  serialized: unknown,
): Promise<SessionState | undefined | 'of-somebody-else'> {
  const { core, req } = context;
  const state = sessionState(context);
  if (state?.account === accountId) return state;
  const owner = await core.passport.deserialize(serialized, req);
  const ownerId = owner === null ? undefined : await deserializedId(core.options, owner);
  if (ownerId === accountId) return state?.state === 'impersonating' ? state : undefined;
  // The user of this request came by other credentials. The session stays as it is, unless it does not
  // even agree with itself.
  if (ownerId === undefined || (state && state.account !== ownerId)) await moveToAnonymous(context);
  return 'of-somebody-else';
}

function describesAnother(): Error {
  return new Error('account() describes the user that is acted as by another id than at the beginning');
}

async function knownUser(context: Context, found: FoundUser): Promise<KnownUser> {
  return { ...found, factor: await readFactor(context.core, found.account, originOf(context)) };
}

type Evaluated = Pick<Present, 'known' | 'requirement'>;

async function apply(
  context: Context,
  evaluated: Evaluated,
  decision: SessionDecision,
  before: SessionState | undefined,
  serialized: unknown,
): Promise<void> {
  const { known } = evaluated;
  debug('session of %j: %s %s', known.account.id, decision.kind, before?.state ?? 'without a mark');
  if (decision.kind === 'keep') {
    somebody(context, { ...evaluated, state: decision.state });
    return;
  }
  if (decision.kind === 'adopt') {
    const state = unverified(context, known, null);
    updateState(context, state);
    // Written now, so that what follows in this request finds it there.
    await saveSession(context.req);
    somebody(context, { ...evaluated, state });
    return;
  }
  await toldOnceOver(
    context,
    () => demote(context, evaluated, decision.to, before, serialized),
    () => {
      emit(context, 'session-demoted', known.account.id, { reason: decision.reason });
    },
  );
}

/**
 * Of the requests with one cookie one goes on from the session, and none when it has ended meanwhile: a parked sign-in
 * says that the password was given.
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

/** Who holds an old session may not enable a second factor by it: they sign in with the password first. */
function isPasswordFresh(context: Context, before: SessionState | undefined): boolean {
  return isUser(before) && isFresh(before.passwordAt, now(context), context.core.options.freshSeconds);
}

function unverified({ core }: Context, { account }: KnownUser, passwordAt: number | null): UserState {
  return { state: 'signed-in', account: account.id, stamp: stampOf(core, account), passwordAt };
}
