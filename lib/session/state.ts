import type { ProofMethod } from '../api.js';
import type { KeyReference } from '../webauthn.js';
import type { AutoSwitchSkip } from '../events.js';
import type { Success } from '../page.js';
import type { Json } from '../options.js';
import { isState } from './is-state.js';
import type { SessionValues } from './is-state.js';

/** What a guard stopped: a page to be read, or a form of which nothing was done. */
export type Stopped = 'page' | 'form';

/** What a security key is asked to sign. */
export interface Challenge {
  /** 256 random bits, base64url. */
  readonly value: string;
  /**
   * When it counts as issued, milliseconds since 1970. A key cannot answer one that is older than one it has answered.
   */
  readonly issuedAt: number;
  /** When it was made, milliseconds since 1970. The same, unless a clock was set back. */
  readonly since: number;
  /** The credential id of the key that has answered it; no other key can. Absent: it was not answered. */
  readonly answeredBy?: string | undefined;
}

/** A sign-in whose first step is done. Nobody is signed in. It never holds the password. */
interface Parked {
  readonly account: string;
  /** Keyed digest of the account's security stamp; `null`: the application gives none. */
  readonly stamp: string | null;
  /** The user as Passport serialized it. */
  readonly user: unknown;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When the sign-in ends, milliseconds since 1970. Never changes. */
  readonly until: number;
  /** Where the user wanted to go. */
  readonly returnTo: string | null;
  /** What a guard stopped on the way. The page that the guard led to says so. */
  readonly stopped?: Stopped | undefined;
  /** Whether the application's own session keys survive the second step. */
  readonly keepSessionInfo: boolean;
  readonly carried?: Json | undefined;
}

/** Parked until the code comes. */
export interface PendingState extends Parked {
  readonly state: 'pending';
  /** The enrollment whose code is asked for. If the account gets another one, this sign-in is over. */
  readonly enrollment: string;
  /** Wrong recovery codes so far. */
  readonly recoveryFailures: number;
  /** The challenge for the account's security keys; absent: it has none that works here. */
  readonly asks?:
    | {
        readonly challenge: Challenge;
        readonly keys: readonly KeyReference[];
        /** Whether a key was used last time. Then the page asks it before the user presses a button. */
        readonly first: boolean;
      }
    | undefined;
  /** Whether the policy accepts only a security key, and the account has one. */
  readonly keysOnly?: boolean | undefined;
  /** Whether codes were not checked at the last look. Then the form asks how long that lasts. */
  readonly waits?: boolean | undefined;
  /** How many digits the codes of its authenticators have: in ascending order, each number once; empty: it has none. */
  readonly digits: readonly number[];
}

/** Parked until a second factor is enabled: the policy requires one, and the account has none. */
export interface MustEnrollState extends Parked {
  readonly state: 'must-enroll';
  /** Whether the policy accepts only a security key. */
  readonly keysOnly?: boolean | undefined;
  /** The enrollment whose code was given, to which the key is added; absent: none. */
  readonly enrollment?: string | undefined;
  readonly challenge?: Challenge | undefined;
  readonly setup?: SetupState | undefined;
}

/** A state with nobody signed in. */
export type ParkedState = PendingState | MustEnrollState;

/** An unfinished set-up: the secret that is shown, sealed. */
export interface SetupState {
  readonly sealed: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it ends, milliseconds since 1970. Never changes. */
  readonly until: number;
  /** Wrong codes so far. */
  readonly failures: number;
  /** What its owner calls the authenticator; may be empty. */
  readonly name: string;
  /** Whether the present authenticators stay. */
  readonly adds: boolean;
}

interface Mark {
  readonly account: string;
  readonly stamp: string | null;
  /** When the first step was done, milliseconds since 1970; `null`: unknown. */
  readonly passwordAt: number | null;
  /** Why the automatic switch did not happen at sign-in. */
  readonly autoSwitchSkipped?: AutoSwitchSkip | undefined;
  readonly setup?: SetupState | undefined;
  /** The challenge for security keys in this session. */
  readonly challenge?: Challenge | undefined;
  /** What was done. The next page of the package says it. */
  readonly said?: Success['code'] | undefined;
}

/**
 * A second factor that was proved elsewhere, as the application says: single sign-on asked for it, or a passkey signed
 * in.
 */
export interface Elsewhere {
  /** When it was proved, milliseconds since 1970. */
  readonly at: number;
  readonly phishingResistant: boolean;
}

/** Signed in to an account without a second factor. */
export interface SignedInState extends Mark {
  readonly state: 'signed-in';
  /** What was proved elsewhere; absent: nothing. */
  readonly elsewhere?: Elsewhere | undefined;
}

/** Signed in to an account with a second factor, which was not asked for, because another one was proved elsewhere. */
export interface ProvenElsewhereState extends Mark {
  readonly state: 'proven-elsewhere';
  readonly enrollment: string;
  readonly elsewhere: Elsewhere;
}

/** Signed in with the password alone to an account with a second factor, on a browser it remembers. */
export interface RememberedState extends Mark {
  readonly state: 'remembered';
  readonly enrollment: string;
  /** The id of the known browser. */
  readonly browser: string;
}

/** Signed in with both steps. Names the enrollment it was made with. */
export interface VerifiedState extends Mark {
  readonly state: 'verified';
  readonly enrollment: string;
  /** When the last code was accepted, milliseconds since 1970. */
  readonly factorAt: number;
  readonly method: ProofMethod;
  /** Whether the security key checked a PIN, a finger or a face. */
  readonly userVerified?: boolean | undefined;
}

/** A state in which somebody is signed in as themselves. */
export type UserState = SignedInState | RememberedState | ProvenElsewhereState | VerifiedState;

/** A state in which somebody is signed in to an account with a second factor. */
export type EnrolledState = Exclude<UserState, SignedInState>;

/** Somebody who acts as somebody else. */
export interface Actor {
  readonly account: string;
  readonly stamp: string | null;
  /** The user as Passport serialized it. */
  readonly user: unknown;
  /** The page where they started to act as the next one, a path on this origin; absent: unknown. */
  readonly cameFrom?: string | undefined;
}

/** Who signed in, with the state that they had as themselves, and will have again. */
export interface FirstActor extends Actor {
  readonly mark: UserState;
}

/** Acting as a target. Passport has the user of the target in the session. */
export interface ImpersonatingState {
  readonly state: 'impersonating';
  /** The target. */
  readonly account: string;
  readonly stamp: string | null;
  /** When it ends, milliseconds since 1970. Acting as a further account does not change it. */
  readonly until: number;
  /** The accounts that act, from the one that signed in to the one that acts as the target. */
  readonly actors: readonly [FirstActor, ...Actor[]];
}

/** What the session holds for this package. No value: anonymous. */
export type SessionState = ParkedState | UserState | ImpersonatingState;

/** The names of the states a request can be in. */
export type StateName = 'anonymous' | SessionState['state'];

/** The state in a session; `undefined`: there is none, or the value is not a state. */
export function readState(session: object, key: string): SessionState | undefined {
  const value = (session as SessionValues)[key];
  return isState(value) ? (value as unknown as SessionState) : undefined;
}

/** Puts a state into a session, or removes it. */
export function writeState(session: object, key: string, state: SessionState | undefined): void {
  if (state === undefined) Reflect.deleteProperty(session, key);
  else (session as SessionValues)[key] = state;
}

/**
 * What each proof counts as (RFC 8176). A recovery code is a second factor, but not `otp`. A key shows that somebody is
 * there.
 */
const AMR: Readonly<Record<ProofMethod, readonly string[]>> = {
  otp: ['pwd', 'otp', 'mfa'],
  'recovery-code': ['pwd', 'mfa'],
  'security-key': ['pwd', 'pop', 'user', 'mfa'],
};

/** The methods that were used to sign in (RFC 8176). */
export function amrOf(state: SessionState | undefined): readonly string[] {
  if (state?.state === 'verified') return AMR[state.method];
  const elsewhere = elsewhereOf(state);
  // Nothing is known about the first step elsewhere: there may have been no password.
  if (elsewhere) return elsewhere.phishingResistant ? ['pop', 'mfa'] : ['mfa'];
  return isUser(state) ? ['pwd'] : [];
}

/** What was proved elsewhere, for a session without a proof of ours. */
export function elsewhereOf(state: SessionState | undefined): Elsewhere | undefined {
  return state?.state === 'signed-in' || state?.state === 'proven-elsewhere' ? state.elsewhere : undefined;
}

/** When the second factor of a session was proved, here or elsewhere, milliseconds since 1970; `null`: never. */
export function provedAt(state: SessionState | undefined): number | null {
  return state?.state === 'verified' ? state.factorAt : (elsewhereOf(state)?.at ?? null);
}

/** Whether a state waits for a step, with nobody signed in yet. */
export function isParked(state: SessionState | undefined): state is ParkedState {
  return state?.state === 'pending' || state?.state === 'must-enroll';
}

/** Whether somebody is signed in as themselves in a state. */
export function isUser(state: SessionState | undefined): state is UserState {
  return state !== undefined && !isParked(state) && state.state !== 'impersonating';
}

/** A proof of the second factor, as a state stores it. */
export type MarkedProof = Pick<VerifiedState, 'method' | 'userVerified'>;

/** The state after the second factor of a parked sign-in has been proved. */
export function verifiedFrom(
  { account, stamp, since }: ParkedState,
  enrollment: string,
  { method, userVerified }: MarkedProof,
  now: number,
): VerifiedState {
  return {
    state: 'verified',
    account,
    stamp,
    passwordAt: since,
    enrollment,
    factorAt: now,
    method,
    ...(userVerified && { userVerified }),
  };
}
