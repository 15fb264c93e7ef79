import type { CodeMethod } from '../account/attempt.js';
import type { Json } from '../options.js';

/** A sign-in whose first step is done. Nobody is signed in. Never holds the password. */
export interface PendingState {
  readonly state: 'pending';
  readonly account: string;
  /** The enrolment whose code is asked for; with another one the sign-in is void. */
  readonly enrolment: string;
  /** Keyed digest of the account's security stamp, `null` when the panel gives none. */
  readonly stamp: string | null;
  /** The user as Passport serialized it. */
  readonly user: unknown;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When the sign-in ends, milliseconds since 1970; never moved. */
  readonly until: number;
  /** Where the user wanted to go. */
  readonly returnTo: string | null;
  /** Whether the application's own session keys survive the second step. */
  readonly keepSessionInfo: boolean;
  readonly carried?: Json | undefined;
  /** Wrong recovery codes so far. */
  readonly recoveryFailures: number;
}

/** An unfinished set-up: the secret that is shown, sealed. */
export interface SetupState {
  readonly sealed: string;
  /** When it ends, milliseconds since 1970; never moved. */
  readonly until: number;
  /** Wrong codes so far. */
  readonly failures: number;
}

interface Mark {
  readonly account: string;
  readonly stamp: string | null;
  /** When the first step was done, milliseconds since 1970; `null` when nobody knows. */
  readonly passwordAt: number | null;
  /** Where a guard stopped the user, to go on there afterwards. */
  readonly returnTo?: string | undefined;
  /** Why the automatic switch did not happen at sign-in. */
  readonly autoSwitchSkipped?: string | undefined;
}

/** Signed in to an account without a second factor. */
export interface SignedInState extends Mark {
  readonly state: 'signed-in';
  readonly setup?: SetupState | undefined;
}

/** Signed in with both steps. Names the enrolment it was made with. */
export interface VerifiedState extends Mark {
  readonly state: 'verified';
  readonly enrolment: string;
  /** When the last code was accepted, milliseconds since 1970. */
  readonly factorAt: number;
  readonly method: CodeMethod;
}

/** A state with somebody signed in as himself. */
export type UserState = SignedInState | VerifiedState;

/** Somebody who acts as somebody else. */
export interface Actor {
  readonly account: string;
  readonly stamp: string | null;
  /** The user as Passport serialized it. */
  readonly user: unknown;
}

/** Who signed in, with the state he had as himself and will have again. */
export interface FirstActor extends Actor {
  readonly mark: UserState;
}

/** Acting as a target, whose user Passport has in the session. */
export interface ImpersonatingState {
  readonly state: 'impersonating';
  /** The target. */
  readonly account: string;
  readonly stamp: string | null;
  /** When it ends, milliseconds since 1970; not moved by going further down. */
  readonly until: number;
  /** From who signed in to who acts as the target. */
  readonly actors: readonly [FirstActor, ...Actor[]];
}

/** What the session holds of ours. No value: anonymous. */
export type SessionState = PendingState | UserState | ImpersonatingState;

/** The names of the states a request can be in. */
export type StateName = 'anonymous' | SessionState['state'];

/** The values of a session by key. */
export type SessionValues = Record<string, unknown>;

/** The state a session holds; `undefined` when there is none, or when what is there is not a state. */
export function readState(session: object, key: string): SessionState | undefined {
  const value = (session as SessionValues)[key];
  return isObject(value) && isState(value) ? (value as unknown as SessionState) : undefined;
}

/** Puts a state into a session, or takes it out. */
export function writeState(session: object, key: string, state: SessionState | undefined): void {
  if (state === undefined) Reflect.deleteProperty(session, key);
  else (session as SessionValues)[key] = state;
}

/** The methods that were used to sign in (RFC 8176). A recovery code is a second factor, but no `otp`. */
export function amrOf(state: SessionState | undefined): readonly string[] {
  if (state?.state === 'verified') return state.method === 'otp' ? ['pwd', 'otp', 'mfa'] : ['pwd', 'mfa'];
  return state?.state === 'signed-in' ? ['pwd'] : [];
}

/** The state after the code of a parked sign-in. */
export function verifiedFrom(pending: PendingState, method: CodeMethod, now: number): VerifiedState {
  const { account, stamp, enrolment } = pending;
  return { state: 'verified', account, stamp, passwordAt: pending.since, enrolment, factorAt: now, method };
}

function isState(value: SessionValues): boolean {
  const common = isString(value.account) && (value.stamp === null || isString(value.stamp));
  if (!common) return false;
  switch (value.state) {
    case 'pending':
      return (
        isString(value.enrolment) &&
        isNumber(value.since) &&
        isNumber(value.until) &&
        isNumber(value.recoveryFailures) &&
        (value.returnTo === null || isString(value.returnTo))
      );
    case 'signed-in':
      return isAge(value.passwordAt) && (value.setup === undefined || isSetup(value.setup));
    case 'verified':
      return (
        isAge(value.passwordAt) &&
        isString(value.enrolment) &&
        isNumber(value.factorAt) &&
        (value.method === 'otp' || value.method === 'recovery-code')
      );
    case 'impersonating':
      return isNumber(value.until) && Array.isArray(value.actors) && areActors(value.actors);
    default:
      return false;
  }
}

function areActors(actors: readonly unknown[]): boolean {
  return (
    actors.length > 0 &&
    actors.every((actor, place) => {
      if (!isObject(actor) || !isString(actor.account)) return false;
      if (actor.stamp !== null && !isString(actor.stamp)) return false;
      if (place > 0) return true;
      const { mark } = actor;
      if (!isObject(mark) || (mark.state !== 'signed-in' && mark.state !== 'verified')) return false;
      return mark.account === actor.account && isState(mark);
    })
  );
}

function isSetup(value: unknown): boolean {
  return isObject(value) && isString(value.sealed) && isNumber(value.until) && isNumber(value.failures);
}

function isObject(value: unknown): value is SessionValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isAge(value: unknown): boolean {
  return value === null || isNumber(value);
}
