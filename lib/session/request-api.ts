import type { AccountDescription } from '../account/account.js';
import type { ProblemCode } from '../errors.js';
import type { AutoSwitchSkip, DemotionReason, ImpersonationEnd, ImpersonationRefusal } from '../events.js';
import type { StateName } from './state.js';

/** What a route asks for; see {@link requireSecondFactor}. */
export interface GuardOptions {
  /**
   * What happens to accounts without a second factor. `enroll` (default) sends them to enable it, `allow` lets them
   * pass with the password alone.
   */
  unenrolled?: 'enroll' | 'allow' | undefined;
  /**
   * How old the proof may be, in seconds. The proof is the code; with `allow`, and for an account without a second
   * factor, the password.
   */
  maxAge?: number | undefined;
  /** Whether a sign-in without a code, on a remembered browser, passes. Default `true`. */
  acceptRememberedBrowser?: boolean | undefined;
  /**
   * Whether only a passkey or security key passes, used for this sign-in or for a step-up since. Codes, recovery codes
   * and remembered browsers do not pass. Needs the option `webauthn`. Default `false`.
   */
  phishingResistant?: boolean | undefined;
}

/** Why a request may not pass, and where a browser is to be sent. */
export interface Refusal {
  readonly ok: false;
  /** Another page of the package helps. */
  readonly kind: 'guard';
  readonly code: ProblemCode;
  /** HTTP status. */
  readonly status: number;
  /** A path on this origin. */
  readonly location: string;
  /** The `maxAge` that was asked for, in seconds. */
  readonly maxAge?: number;
}

/** A second factor that the application says was proved; see {@link RequestSecondFactor.provenElsewhere}. */
export interface ProofElsewhere {
  /** When it was proved. Use `auth_time` of OpenID Connect (in seconds), not the time when the token was made. */
  readonly at: Date;
  /** Whether it is phishing-resistant: a passkey, a security key, a smart card. Default `false`. */
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

/** `req.secondFactor`: what is known about the session of the request. */
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
  /**
   * Whether it still has the application's own second factor, and none here (`account().otherFactor`). It then meets
   * every policy.
   */
  readonly otherFactor: boolean;
  /** Whether the policy requires a second factor for the account of `req.user`, also while somebody acts as it. */
  readonly required: boolean;
  /** From when on it does or did, milliseconds since 1970; `null`: the policy sets no day. */
  readonly requiredFrom: number | null;
  /**
   * How the user signed in (RFC 8176): `pwd`, `otp`, `mfa`; with a security key `pop` and `user`; with a proof from
   * elsewhere `mfa` and `pop`.
   */
  readonly amr: readonly string[];
  /**
   * When the last code or security key was accepted, or when a second factor was proved elsewhere, milliseconds since
   * 1970.
   */
  readonly verifiedAt: number | null;
  /** Whether the security key of this session checked a PIN, a finger or a face; `null`: no key was used. */
  readonly userVerified: boolean | null;
  /** The account that really signed in and now acts as `req.user`; `null`: nobody acts. */
  readonly actor: ActingAccount | null;
  /** The accounts that act, from the one that signed in to the one that acts as `req.user`; usually empty. */
  readonly actors: readonly ActingAccount[];
  /** Why the automatic switch did not happen at sign-in; `null`: it happened, or none is configured. */
  readonly autoSwitchSkipped: AutoSwitchSkip | null;
  /**
   * Why acting as somebody else, or the session, ended when this request was checked; `null`: neither ended. Tell the
   * user on this page or on the next one, because no later request has it.
   */
  readonly ended: ImpersonationEnd | DemotionReason | null;
  /** Whether the rules allow `req.user` to act as an account now, and if not, why. Reads the store. */
  mayImpersonate(accountId: string | number | bigint): Promise<ImpersonationDecision>;
  /**
   * Says, in a verify callback, that a second factor was proved elsewhere: single sign-on asked for it, or the user
   * signed in with a passkey. It counts only for the next `req.logIn` of this request and only for the account of this
   * user. Then no code is asked for, and guards pass, counting its age from `at`. A proof older than 24 hours does not
   * count. No proof from elsewhere is enough to change a second factor, or to act as somebody else; and it does not
   * replace a second factor that the policy requires.
   *
   * @param user the user that is passed to `req.logIn`
   * @throws {SecondFactorError} `option-invalid`, `option-unknown`
   */
  provenElsewhere(user: unknown, proof: ProofElsewhere): void;
  /** Where the router is: a path on this origin. */
  readonly path: string;
  /** The same decision as {@link requireSecondFactor}, as a value. Synchronous, without a store read. */
  evaluate(options?: GuardOptions): GuardDecision;
  /**
   * Answers the request with a refusal of {@link RequestSecondFactor.evaluate}: a redirect or a problem document.
   *
   * @throws {SecondFactorError} `option-unknown`; `option-invalid` where it is no refusal
   */
  refuse(refusal: Refusal): void;
  /**
   * Checks the session again, in the session store and in the record, and changes nothing. For sockets and streams that
   * live longer than their request. If the answer is not the state you started with, end the connection. It is
   * `anonymous` if the `level` of the account has changed: `req.user` is not loaded again.
   */
  recheck(): Promise<StateName>;
  /**
   * Call it after users have changed their own password. Their session goes on with the new security stamp, under a new
   * session id. All their other sessions end. In a session that a remembered browser opened without a code, the next
   * request asks for the code.
   *
   * @param securityStamp the stamp after this change, as `account()` returns it from now on. If the database rounds it,
   *   read it back. Leave it out if `account()` returns none
   * @throws {SecondFactorError} `sign-in-expired` when the account has another stamp, because the password was changed
   *   once more: then this session has ended too; `login-required`, `impersonation-refused`, `account-invalid`,
   *   `account-unknown`
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
