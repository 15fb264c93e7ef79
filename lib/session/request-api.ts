import type { AccountDescription } from '../account/account.js';
import type { ProblemCode } from '../errors.js';
import type { AutoSwitchSkip, DemotionReason, ImpersonationEnd, ImpersonationRefusal } from '../events.js';
import type { StateName } from './state.js';

/** What a route asks for; see {@link requireSecondFactor}. */
export interface GuardOptions {
  /**
   * Accounts without a second factor: `enroll` (default) sends them to enable it, `allow` lets them pass
   * with the password alone.
   */
  unenrolled?: 'enroll' | 'allow' | undefined;
  /** How old the proof may be, in seconds: the code, or with `allow` and no factor the password. */
  maxAge?: number | undefined;
  /** Whether a sign-in without a code, on a browser the account remembers, passes. Default `true`. */
  acceptRememberedBrowser?: boolean | undefined;
  /**
   * Whether nothing but a passkey or security key passes, used for this sign-in or for a step-up since; a code, a recovery
   * code and a remembered browser do not. Needs the option `webauthn`. Default `false`.
   */
  phishingResistant?: boolean | undefined;
}

/** Why a request may not pass, and where a browser is to be sent. */
export interface Refusal {
  readonly ok: false;
  /** Another page helps. */
  readonly kind: 'guard';
  readonly code: ProblemCode;
  /** HTTP status. */
  readonly status: number;
  /** A path on this origin. */
  readonly location: string;
  /** The `maxAge` that was asked for, in seconds. */
  readonly maxAge?: number;
}

/** A second factor that the application vouches for; see {@link RequestSecondFactor.provenElsewhere}. */
export interface ProofElsewhere {
  /** When it was proved: `auth_time` of OpenID Connect, which is in seconds, and not when the token was made. */
  readonly at: Date;
  /** Whether no look-alike page could have asked for it: a passkey, a security key, a smart card. Default `false`. */
  readonly phishingResistant?: boolean | undefined;
}

/** What {@link RequestSecondFactor.evaluate} answers. */
export type GuardDecision = { readonly ok: true } | Refusal;

/** An account that acts as another one. */
export interface ActingAccount {
  readonly id: string;
  readonly name: string;
}

/** What {@link RequestSecondFactor.mayImpersonate} answers; docs/impersonation.md explains the reasons. */
export type ImpersonationDecision =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: ImpersonationRefusal | 'login-required' };

/** `req.secondFactor`: what is known of the request's session. */
export interface RequestSecondFactor {
  /**
   * `anonymous`, `pending` (password done, code missing), `must-enroll` (password done, the policy wants a
   * second factor first), `signed-in` (no second factor), `remembered` (no code asked on a browser the
   * account remembers), `proven-elsewhere` (none asked, since {@link RequestSecondFactor.provenElsewhere} vouched for
   * another), `verified`, or `impersonating` (acting as `req.user`).
   */
  readonly state: StateName;
  /** Whether the account signed in has a second factor. */
  readonly enrolled: boolean;
  /** Whether it has a former second factor and none of ours (`account().otherFactor`): it meets every policy. */
  readonly otherFactor: boolean;
  /** Whether the policy requires a second factor of the account that `req.user` is, also while somebody acts as it. */
  readonly required: boolean;
  /** From when on it does or did, milliseconds since 1970; `null` when the policy names no day. */
  readonly requiredFrom: number | null;
  /** How the user signed in (RFC 8176): `pwd`, `otp`, `mfa`, with a security key `pop` and `user`; elsewhere `mfa` and `pop`. */
  readonly amr: readonly string[];
  /** When the last code or security key was accepted, or another second factor elsewhere, milliseconds since 1970. */
  readonly verifiedAt: number | null;
  /** Whether the security key of this session checked a PIN, a finger or a face; `null` where no key was used. */
  readonly userVerified: boolean | null;
  /** Who really is there while somebody acts as `req.user`; `null` otherwise. */
  readonly actor: ActingAccount | null;
  /** From who signed in to who acts as `req.user`; empty when nobody does. */
  readonly actors: readonly ActingAccount[];
  /** Why the automatic switch did not happen at sign-in; `null` when it did or none is configured. */
  readonly autoSwitchSkipped: AutoSwitchSkip | null;
  /**
   * Why acting as somebody else, or the session with the rights it had, ended when this very request was checked; `null`:
   * neither did. Tell the user, on this page or on the next one: no later request has it.
   */
  readonly ended: ImpersonationEnd | DemotionReason | null;
  /** Whether the rules allow `req.user` to act as an account now, and if not, why. Reads the store. */
  mayImpersonate(accountId: string | number | bigint): Promise<ImpersonationDecision>;
  /**
   * Vouches, in a verify callback, for a second factor that was proved elsewhere: single sign-on asked for it, or the user
   * signed in with a passkey. It spares the code and satisfies guards, for the next `req.logIn` of this request and the
   * account of this user alone, and ages from `at`. It is too old for a sign-in after 24 hours, and never enough to change
   * a second factor, to act as somebody else, or in the place of one that the policy requires.
   *
   * @param user the user that goes to `req.logIn`
   * @throws {SecondFactorError} `option-invalid`, `option-unknown`
   */
  provenElsewhere(user: unknown, proof: ProofElsewhere): void;
  /** Where the router is: a path on this origin. */
  readonly path: string;
  /** {@link requireSecondFactor} as a value: synchronous, without a store read. */
  evaluate(options?: GuardOptions): GuardDecision;
  /**
   * Answers the request with a refusal of {@link RequestSecondFactor.evaluate}: a redirect or a problem document.
   *
   * @throws {SecondFactorError} `option-unknown`; `option-invalid` where it is no refusal
   */
  refuse(refusal: Refusal): void;
  /**
   * Checks the session again, from the session store and the record, without changing it: for sockets and
   * streams that outlive their request. Anything but the state you started with means: end it.
   */
  recheck(): Promise<StateName>;
  /**
   * Call it after users changed their own password: their session goes on with the new security stamp,
   * under a new session id. All their other sessions end. On a remembered browser the code is asked for on the next
   * request: another password ends what let that session in.
   *
   * @param securityStamp the one this change made, as `account()` gives it from now on: read it back from the
   *   database where that rounds. Left out where `account()` gives none
   * @throws {SecondFactorError} `sign-in-expired` when the account has another one, because the password was
   *   changed once more: this session has ended too; `login-required`, `impersonation-refused`,
   *   `account-invalid`, `account-unknown`
   */
  renew(securityStamp?: AccountDescription['securityStamp']): Promise<void>;
}

declare global {
  namespace Express {
    interface Request {
      /** Set by `secondFactor.session()`. */
      secondFactor?: RequestSecondFactor | undefined;
    }
    // oxlint-disable-next-line typescript/no-empty-object-type -- filled by the application
    interface User {}
  }
}
