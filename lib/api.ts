import type { ActivityName } from './activity.js';
import type { ProblemCode } from './errors.js';
import type { ImpersonationRefusal } from './events.js';
import type { CreationOptions, RequestOptions } from './webauthn.js';

/** A time: ISO 8601, in UTC. */
export type Moment = string;

/** The ways to prove the second factor. */
export type ProofMethod = 'security-key' | 'otp' | 'recovery-code';

/** Codes are not checked until this time; `null`: only after recovery. */
export interface WaitJson {
  readonly until: Moment | null;
}

/** Nobody is signed in. */
export interface AnonymousStatus {
  readonly state: 'anonymous';
  readonly serverTime: Moment;
}

/** What the form for the second step needs to know. */
export interface CodeRequest {
  /** When the sign-in ends. */
  readonly until: Moment;
  /** The ways that this account has. */
  readonly methods: readonly ProofMethod[];
  /** How many digits the codes of its authenticators have, in ascending order; empty: it has no authenticator. */
  readonly digits: readonly number[];
  /** What to ask its passkeys and security keys; absent: it has none. */
  readonly publicKey?: RequestOptions | undefined;
}

/** The password was right, and the second step is missing. Nobody is signed in. */
export interface PendingStatus extends CodeRequest {
  readonly state: 'pending';
  readonly serverTime: Moment;
}

/** The password was right, and the account must enable a second factor first. Nobody is signed in. */
export interface MustEnrollStatus {
  readonly state: 'must-enroll';
  /** When the sign-in ends. */
  readonly until: Moment;
  /** Where that starts: `…/setup`, or `…/security-keys` if it must be a passkey or security key. */
  readonly setup: string;
  readonly serverTime: Moment;
}

/** Who acts as the account. */
export interface ActorJson {
  readonly id: string;
  readonly name: string;
}

/** An authenticator of the account. */
export interface AuthenticatorJson {
  readonly id: string;
  /** What its owner called it; may be empty. */
  readonly name: string;
  readonly addedAt: Moment;
}

/** A passkey or security key of the account. */
export interface SecurityKeyJson {
  readonly credentialId: string;
  /** What its owner called it; may be empty. */
  readonly name: string;
  readonly addedAt: Moment;
  readonly lastUsedAt: Moment;
  /** Whether it no longer works, because there may be a copy of it. */
  readonly stopped: boolean;
}

/** Something that happened to the second factor of the account, once or several times in a row. */
export interface ActivityJson {
  readonly what: ActivityName;
  /** The last time it happened. */
  readonly at: Moment;
  /** How often, at least once. */
  readonly count: number;
  /** The address it came from; `null`: unknown, or several. */
  readonly ip: string | null;
  /** The name of the browser; `null`: unknown, or several. */
  readonly browser: string | null;
  /** The operator who did it; `null`: the owner, or somebody who passed as the owner. */
  readonly by: string | null;
}

/** Somebody is signed in. */
export interface SignedInStatus {
  /**
   * `signed-in`: with only the password. `remembered`: without a code on a remembered browser. `proven-elsewhere`: with
   * a proof given elsewhere. `verified`: with both steps. `impersonating`: acting as this account.
   */
  readonly state: 'signed-in' | 'remembered' | 'proven-elsewhere' | 'verified' | 'impersonating';
  /** The id of the account, for the `from` of requests. */
  readonly accountId: string;
  /** Whether the account has a second factor. */
  readonly enrolled: boolean;
  /** Whether it still has the application's own second factor. Then none can be enabled here. */
  readonly otherFactor: boolean;
  /** Whether the policy requires one. */
  readonly required: boolean;
  /** From when on it does; `null`: no day is set. */
  readonly requiredFrom: Moment | null;
  /** How they signed in (RFC 8176). */
  readonly amr: readonly string[];
  /** When the second factor was last proved; `null`: never. */
  readonly verifiedAt: Moment | null;
  /** The accounts that act, from the one that signed in to the one that acts as this account; usually empty. */
  readonly actors: readonly ActorJson[];
  readonly recoveryCodesLeft: number;
  /** Whether the owner said that the recovery codes are saved; `null`: never asked. */
  readonly recoveryCodesConfirmed: boolean | null;
  /** The set of recovery codes that is not confirmed yet; `null`: none. */
  readonly recoveryCodesSet: string | null;
  readonly authenticators: readonly AuthenticatorJson[];
  /** How many digits the codes of the authenticators have, in ascending order. */
  readonly digits: readonly number[];
  /**
   * Whether the key of this session checked a PIN, a finger or a face; `null`: no key was used. With the option
   * `webauthn`.
   */
  readonly userVerified?: boolean | null;
  /** With the option `webauthn`. */
  readonly securityKeys?: readonly SecurityKeyJson[];
  /** What happened lately, the newest first. With the option `recentActivity`, only for the owner. */
  readonly activity?: readonly ActivityJson[];
  readonly serverTime: Moment;
}

/** What a session may know about itself. */
export type Status = AnonymousStatus | PendingStatus | MustEnrollStatus | SignedInStatus;

/** The states of a session. */
type SessionState =
  | 'anonymous'
  | 'pending'
  | 'must-enroll'
  | 'signed-in'
  | 'remembered'
  | 'proven-elsewhere'
  | 'verified'
  | 'impersonating';

/** The present state of the session. */
export interface StateJson {
  readonly state: SessionState;
}

/** The form for the second step of a sign-in. */
export interface CodeForm extends CodeRequest {
  readonly state: 'pending';
  /** `null`: codes are checked. */
  readonly wait: WaitJson | null;
  readonly serverTime: Moment;
}

/** The form for a fresh proof. */
export interface StepUpForm extends SignedInStatus {
  /** What to ask passkeys and security keys; absent: the account has none. */
  readonly publicKey?: RequestOptions | undefined;
  /** `null`: codes are checked. */
  readonly wait: WaitJson | null;
}

/**
 * The proof was right. Or the session was verified already, as at the second of two clicks on the code form: then this
 * proof was not looked at.
 */
export interface Proved {
  readonly state: 'verified';
  /** Where the user wanted to go: a path on this origin, or a URL of one of `returnToOrigins`. */
  readonly returnTo: string;
  /** After a recovery code: how many are left. */
  readonly recoveryCodesLeft?: number;
}

/**
 * The code was right, but is not enough: the policy asks for a passkey or security key, which is added at
 * `securityKeys`.
 */
export interface KeyRequired {
  readonly state: 'must-enroll';
  readonly securityKeys: string;
}

/** New recovery codes. They are shown only this once. */
export interface ShownCodes {
  readonly recoveryCodes: readonly string[];
  /** Identifies them for `recovery-codes/confirm`. */
  readonly recoveryCodesSet: string;
}

/** A factor was added. If it is the first one, there are recovery codes, which are shown only this once. */
export interface Added extends Partial<ShownCodes> {
  readonly state: 'verified';
  /** Where the user wanted to go. */
  readonly returnTo: string;
}

/** An unfinished set-up. Nothing has changed for the account. */
export interface SetupJson {
  /** Identifies it for `setup/confirm`. */
  readonly id: string;
  /** The name that the authenticator shows for the account. */
  readonly account: string;
  readonly issuer: string;
  /** The secret in base32, for typing. */
  readonly key: string;
  /** The `otpauth:` URI. */
  readonly uri: string;
  /** The QR code, a whole `<svg>`; `null`: the text is too long for one. */
  readonly qr: string | null;
  readonly expiresAt: Moment;
  readonly serverTime: Moment;
}

/** The passkeys and security keys, and what is needed to make another one. */
export type SecurityKeyForm = (MustEnrollStatus | SignedInStatus) & {
  /** `null`: the account already has as many as it can have. */
  readonly publicKey: CreationOptions | null;
};

/** A remembered browser. */
export interface BrowserJson {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Moment;
  readonly lastUsedAt: Moment;
  readonly expiresAt: Moment;
  /** Whether it is the browser of this request. */
  readonly current: boolean;
}

/** The remembered browsers. */
export interface BrowserList {
  readonly browsers: readonly BrowserJson[];
}

/** The user has returned to the account that acted before. */
export type Left = (AnonymousStatus | SignedInStatus) & {
  /** The page where acting started, a path on this origin. */
  readonly returnTo: string;
};

/** It is done. There is nothing more to say. */
export type Done = Readonly<Record<string, never>>;

/** Every answer that is not a problem document. */
export type AnswerJson =
  | Status
  | StateJson
  | CodeForm
  | StepUpForm
  | Proved
  | KeyRequired
  | ShownCodes
  | Added
  | SetupJson
  | SecurityKeyForm
  | BrowserList
  | Left
  | Done;

/** What is wrong with a body or a field. Stable. */
export type Fault =
  | 'body-missing'
  | 'body-not-parsed'
  | 'body-too-large'
  | 'body-type'
  | 'body-unreadable'
  | 'field-missing'
  | 'field-shape'
  | 'field-type';

/** The name of a field that can be at fault. */
export type FieldName = 'code' | 'id' | 'account' | 'from' | 'name' | 'add';

/** What a problem document may have besides `type`, `title`, `status` and `code`. */
export interface ProblemMembers {
  /** If a guard refused: the page that helps, a path on this origin. */
  readonly location?: string;
  /** With `step-up-required` and `security-key-required`: how old the proof may be, in seconds. */
  readonly maxAge?: number;
  /**
   * With `locked`, and with a `code-invalid` that starts a wait: when codes are checked again; `null`: only after
   * recovery. In the answer to the password: when the sign-in ends.
   */
  readonly until?: Moment | null;
  /** With `clock-skew`: by how many minutes the phone's clock is ahead; negative: behind. */
  readonly minutes?: number;
  /** With `impersonation-refused`: the rule that refused. */
  readonly reason?: ImpersonationRefusal;
  /** With `code-malformed`, `body-malformed`, and an `account` that could not be read. */
  readonly fault?: Fault;
  readonly field?: FieldName;
  /** In English, for developers. */
  readonly detail?: string;
  /** With `code-required` in the answer to the password: where to post the proof. */
  readonly verify?: string;
  readonly methods?: readonly ProofMethod[];
  readonly digits?: readonly number[];
  readonly publicKey?: RequestOptions | undefined;
  /** With `enrollment-required` in the answer to the password: where the set-up starts. */
  readonly setup?: string;
}

/** A refusal (RFC 9457). */
export interface Problem extends ProblemMembers {
  /** `urn:passport-second-factor:error:` and the code. */
  readonly type: string;
  /** In English; may change. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  readonly code: ProblemCode;
}

/** What a key signed, as `PublicKeyCredential.toJSON()` gives it (WebAuthn Level 3), or no more than this. */
export interface AssertionJson {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
  };
}

/** A new key, as `PublicKeyCredential.toJSON()` gives it (WebAuthn Level 3), or no more than this. */
export interface AttestationJson {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[];
  };
}

/** A proof of the second factor: a code or a recovery code, or what a key signed. */
export type ProofJson = { readonly code: string } | { readonly credential: AssertionJson };
