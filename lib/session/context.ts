import type { ServerResponse } from 'node:http';
import { SecondFactorError } from '../errors.js';
import type { DemotionReason, EventName, ImpersonationEnd } from '../events.js';
import type { HttpRequest } from '../options.js';
import type { AppRequest, AppSession, LogIn, LogOut } from './app-request.js';
import { requestUser, requireSession, setRequestUser } from './app-request.js';
import type { Core, EventFields, EventOrigin, KnownUser } from './core.js';
import { emitEvent, originFrom } from './core.js';
import { deserializedId } from './described-account.js';
import { limitLife, saveNew } from './guard-save.js';
import type { SessionEntries } from './regenerate.js';
import { keepLife, regenerate, valuesWithout } from './regenerate.js';
import type { BrowserToken } from './browser-token.js';
import type { Sender } from './sender.js';
import type { Requirement } from './requirement.js';
import { NOT_REQUIRED } from './requirement.js';
import type {
  Elsewhere,
  ImpersonatingState,
  ParkedState,
  SessionState,
  UserState,
  VerifiedState,
} from './state.js';
import { isParked, readState, writeState } from './state.js';
import { isSameSignIn, storedSession } from './stored-session.js';
import { watchedStore } from './watched-store.js';

/** A second factor that was just proved, waiting for the `req.logIn` that completes the sign-in. */
export interface Proof {
  /** The very object that was passed to Passport. It counts for no other object. */
  readonly user: unknown;
  readonly known: KnownUser;
  readonly mark: VerifiedState;
  readonly from: ParkedState;
  /** What the browser is known by from now on. */
  readonly browser?: BrowserToken | undefined;
}

/** What the application says was proved elsewhere, for the next `req.logIn` of its request. */
export interface Vouched {
  /** The account of that user. */
  readonly accountId: Promise<string>;
  readonly elsewhere: Elsewhere;
}

/** One request, and what this package knows about its session. */
export interface Context {
  readonly core: Core;
  readonly req: AppRequest;
  /** The same request, as the application's callbacks get it. */
  readonly request: HttpRequest;
  readonly res: ServerResponse;
  readonly sender: Sender;
  /** Passport's own functions, from before they were replaced. */
  readonly passportLogIn: LogIn;
  readonly passportLogOut: LogOut;
  /** The context of another instance, if the request has one too. */
  readonly outer: Context | undefined;
  /** The state that was checked for this request; `undefined`: anonymous. */
  state: SessionState | undefined;
  /** Who is signed in, as checked; the present `req.user` may be somebody else. */
  known: KnownUser | undefined;
  /** Who acts as `known`, beginning with the one who signed in; usually empty. */
  actors: readonly KnownUser[];
  /** The very object that was `req.user` when the session was checked. */
  evaluatedUser: unknown;
  /** What the policy asks of `known`. */
  requirement: Requirement;
  /** Whether the session was checked with a record that was read up to `recheckSeconds` ago. */
  isRecent: boolean;
  /** Whether a parked sign-in expired before this request. */
  expired: boolean;
  /** What `req.logIn` does on this request; `another`: it may follow a sign-in that needed no code. */
  logIn: 'none' | 'first' | 'another' | 'signed-in' | 'parked';
  proof: Proof | undefined;
  /** A second factor that was proved elsewhere, for the next `req.logIn`. */
  vouched: Vouched | undefined;
  /** Whether acting as somebody else ended when this request was checked, and the request asks for that. */
  hasLeft: boolean;
  /** Why acting, or the session, ended when this request was checked; `null`: neither ended. */
  ended: ImpersonationEnd | DemotionReason | null;
  /** Whether the router got the request. */
  routed: boolean;
  /** Whether the whole request had arrived when the session was loaded, or last checked again. */
  isWhole: boolean;
}

/** Milliseconds since 1970. */
export function now(context: Context): number {
  return context.core.options.clock();
}

/** The state as the session holds it at this moment. */
export function sessionState(context: Context): SessionState | undefined {
  return readState(requireSession(context.req), context.core.options.sessionKey);
}

/** Changes the state in place. Only for changes that give no more rights. */
export function updateState(context: Context, state: SessionState): void {
  writeState(requireSession(context.req), context.core.options.sessionKey, state);
  context.state = state;
}

/** Which values of the old session go into the new one. */
export type Keep = 'nothing' | 'application' | 'application-and-user';

/**
 * Moves to a new session with the given state, and saves it. The old session is deleted.
 *
 * @throws {SecondFactorError} `sign-in-expired` when the old session was ended since the request began
 */
export async function moveTo(context: Context, state: SessionState | undefined, keep: Keep): Promise<void> {
  const { core, req } = context;
  if (state && keep === 'application-and-user') await leaveSession(context);
  const old = requireSession(req);
  const session = await regenerate(req, kept(context, keep));
  if (keep === 'application-and-user') keepLife(session, old);
  writeState(session, core.options.sessionKey, state);
  if (isParked(state)) limitLife(session, state.until, core.options.clock);
  if (!(await saveNew(req, state ? old : null))) {
    nobody(context);
    throw new SecondFactorError('sign-in-expired');
  }
  context.state = state;
}

/**
 * Makes sure that the session of the request still exists: nobody may go on from a session that was ended meanwhile.
 *
 * @param unmarked the account of the user, if the session may have no state of ours
 * @throws {SecondFactorError} `sign-in-expired`
 */
export async function requireLiveSession(context: Context, unmarked?: string): Promise<void> {
  if (await isLive(context, unmarked)) return;
  nobody(context);
  throw new SecondFactorError('sign-in-expired');
}

async function isLive(context: Context, unmarked: string | undefined): Promise<boolean> {
  const { options } = context.core;
  const stored = await storedSession(context.req);
  if (!stored) return false;
  const [present, state] = [sessionState(context), readState(stored, options.sessionKey)];
  if (present) return isSameSignIn(present, state);
  return unmarked !== undefined && !state && (await ownerOf(context, stored)) === unmarked;
}

/**
 * The account of the user in a session. The serialized users are not compared, because deserializing may change one in
 * place.
 */
async function ownerOf({ core, req }: Context, session: object): Promise<string | undefined> {
  const serialized = core.passport.serializedUser(session);
  const user = serialized === undefined ? null : await core.passport.deserialize(serialized, req);
  return user === null ? undefined : deserializedId(core.options, user);
}

/**
 * Ends the session of the request, so that only this request goes on from it, and no other with the same cookie.
 * Refuses if the session was ended meanwhile. Call it directly before the new session is made, with no `await` in
 * between. With several processes, more than one request may go on.
 *
 * @param unmarked as of {@link requireLiveSession}
 * @throws {SecondFactorError} `sign-in-expired`
 */
export async function leaveSession(context: Context, unmarked?: string): Promise<void> {
  const { req } = context;
  await requireLiveSession(context, unmarked);
  if (req.sessionStore && watchedStore(req.sessionStore).claim(requireSession(req))) return;
  nobody(context);
  throw new SecondFactorError('sign-in-expired');
}

/** Whether a step was refused because another request ended the session, or went on from it. */
export function isSignInExpired(error: unknown): boolean {
  return error instanceof SecondFactorError && error.code === 'sign-in-expired';
}

/** The values of the session that are to be kept; never a state of ours. */
function kept({ core, req }: Context, keep: Keep): SessionEntries {
  const ours = core.options.sessionKey;
  const dropped = keep === 'application' ? [ours, core.passport.sessionKey] : [ours];
  return keep === 'nothing' ? [] : valuesWithout(requireSession(req), dropped);
}

/** Ends the session, whatever it was. The new one is empty, and nobody is signed in. */
export async function moveToAnonymous(context: Context): Promise<void> {
  nobody(context);
  await moveTo(context, undefined, 'nothing');
}

/** From here on nobody is signed in on this request. */
export function nobody(context: Context): void {
  setRequestUser(context.req, null);
  context.known = undefined;
  context.actors = [];
  context.evaluatedUser = undefined;
  context.state = undefined;
  context.requirement = NOT_REQUIRED;
}

/** Who is signed in, and all that is known about them. */
export interface Present {
  readonly state: UserState | ImpersonatingState;
  readonly known: KnownUser;
  /** What the policy asks of `known`. */
  readonly requirement: Requirement;
  /** Who acts as `known`; absent: nobody. */
  readonly actors?: readonly KnownUser[];
}

/** From here on, `req.user` is a user who was checked. */
export function somebody(context: Context, { state, known, requirement, actors = [] }: Present): void {
  context.state = state;
  context.known = known;
  context.requirement = requirement;
  context.actors = actors;
  context.evaluatedUser = requestUser(context.req);
}

/**
 * Where a request came from, for events.
 *
 * @param account the account it is about; absent: the one that is signed in
 */
export function originOf({ req, sender, state }: Context, account = state?.account): EventOrigin {
  const actorId = actorOf(state, account);
  const origin = originFrom({ ip: sender.ip(), userAgent: req.headers['user-agent'] });
  return { ...(actorId === undefined ? {} : { actorId }), ...origin };
}

/** Who signed in, if they act as the account. A sign-in to another account at the same time is not acting. */
function actorOf(state: SessionState | undefined, account: string | undefined): string | undefined {
  if (state?.state !== 'impersonating') return undefined;
  const [first, ...others] = state.actors;
  return [...others, state].some((acted) => acted.account === account) ? first.account : undefined;
}

/** Emits an event of this request. */
export function emit<Name extends EventName>(
  context: Context,
  name: Name,
  accountId: string,
  fields: EventFields<Name>,
): void {
  emitEvent(context.core, name, accountId, originOf(context, accountId), fields);
}

/** Tells that acting as somebody else is over: once among all requests of a process with its session. */
export interface EndOfActing {
  readonly tell: () => void;
  /**
   * Tells it once the session is gone. A step that failed may have ended the session before, or in spite of the
   * failure.
   */
  readonly tellIfOver: () => Promise<void>;
}

/**
 * Lets only one request of a process tell what ended with its session. Call it while the request still has that
 * session.
 *
 * @param stays whether the session stays, without what ended
 */
export function firstToTell({ core, req }: Context, stays = false): () => boolean {
  const session = requireSession(req);
  const { sessionStore } = req;
  let first: boolean | undefined;
  return () =>
    (first ??= !sessionStore || watchedStore(sessionStore).mayTell(session, core.options.sessionKey, stays));
}

/**
 * Returns the function that tells that acting is over, and who acted. Call it before the context forgets them, and
 * while the request still has the session. It tells nothing if nobody acts.
 *
 * @param isFirst whether this request tells it, if more ends with the session
 */
export function endOfActing(
  context: Context,
  reason: ImpersonationEnd,
  isFirst = firstToTell(context),
): EndOfActing {
  const { core, req, state } = context;
  if (state?.state !== 'impersonating') return { tell: () => undefined, tellIfOver: () => Promise.resolve() };
  const origin = originOf(context);
  const session = requireSession(req);
  let told = false;
  const tell = (): void => {
    if (!told && isFirst()) emitEvent(core, 'impersonation-ended', state.account, origin, { reason });
    told = true;
  };
  const tellIfOver = async (): Promise<void> => {
    if (await isOver(req, session)) tell();
  };
  return { tell, tellIfOver };
}

/**
 * Whether the session that a request had is gone, as the store says, or said before it failed; and no other request went on
 * from it.
 */
export async function isOver(req: AppRequest, session: AppSession): Promise<boolean> {
  const store = req.sessionStore && watchedStore(req.sessionStore);
  const isGone = await storedSession(req, session.id).then(
    (stored) => stored === null,
    () => store?.hasEnded(session) === true,
  );
  return isGone && store?.hasGoneOn(session) !== true;
}

/**
 * Moves to another session, and tells it once the old session is gone, also if a later step of the move fails. Tells
 * nothing if another request went on from the old session, or ended it.
 */
export async function toldOnceOver(
  { req }: Context,
  move: () => Promise<void>,
  tell: () => void,
): Promise<void> {
  const session = requireSession(req);
  try {
    await move();
  } catch (error) {
    if (!isSignInExpired(error) && (await isOver(req, session))) tell();
    throw error;
  }
  tell();
}
