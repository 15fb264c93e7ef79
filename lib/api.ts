import type { ActivityName } from './activity.js';
import type { ProblemCode } from './errors.js';
import type { ImpersonationRefusal } from './events.js';
import type { CreationOptions, RequestOptions } from './webauthn.js';

/** A moment: ISO 8601, in UTC. */
export type Moment = string;

/** How the second factor can be proved. */
export type ProofMethod = 'security-key' | 'otp' | 'recovery-code';

/** Codes are not checked for now: until when; `null`: not before recovery. */
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
  /** The ways that the account has. */
  readonly methods: readonly ProofMethod[];
  /** How many digits the codes of its authenticators have: ascending; empty: it has none. */
  readonly digits: readonly number[];
  /** What its passkeys and security keys are asked; left out: it has none. */
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
  /** Where that begins: `…/setup`, or `…/security-keys` where nothing but a passkey or security key will do. */
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
  /** Whether it lets nobody in any more, because there may be a copy of it. */
  readonly stopped: boolean;
}

/** Something that happened to the second factor of the account, or the same several times in a row. */
export interface ActivityJson {
  readonly what: ActivityName;
  /** When it happened last. */
  readonly at: Moment;
  /** How often; 1 at least. */
  readonly count: number;
  /** The address it came from; `null`: not known, or several. */
  readonly ip: string | null;
  /** The name of the browser; `null`: not known, or several. */
  readonly browser: string | null;
  /** The operator who did it; `null`: the owner, or somebody who passed for them. */
  readonly by: string | null;
}

/** Somebody is signed in. */
export interface SignedInStatus {
  /** With a password alone, without a code on a remembered browser, with a proof given elsewhere, with both steps; or as whom they act. */
  readonly state: 'signed-in' | 'remembered' | 'proven-elsewhere' | 'verified' | 'impersonating';
  /** Whether the account has a second factor. */
  readonly enrolled: boolean;
  /** Whether it has the earlier one of the application, and none can be enabled. */
  readonly otherFactor: boolean;
  /** Whether the policy requires one. */
  readonly required: boolean;
  /** From when on it does; `null` where no day is named. */
  readonly requiredFrom: Moment | null;
  /** How they signed in (RFC 8176). */
  readonly amr: readonly string[];
  /** When the second factor was last proved; `null`: it was not. */
  readonly verifiedAt: Moment | null;
  /** From who signed in to who acts as the account; empty when nobody does. */
  readonly actors: readonly ActorJson[];
  readonly recoveryCodesLeft: number;
  /** Whether the owner said that they are saved; `null` where that was never asked. */
  readonly recoveryCodesConfirmed: boolean | null;
  /** The set that is not confirmed yet; `null` where none is. */
  readonly recoveryCodesSet: string | null;
  readonly authenticators: readonly AuthenticatorJson[];
  /** How many digits their codes have: ascending. */
  readonly digits: readonly number[];
  /** Whether the key of this session checked a PIN, a finger or a face; `null` where none was used. With the option `webauthn`. */
  readonly userVerified?: boolean | null;
  /** With the option `webauthn`. */
  readonly securityKeys?: readonly SecurityKeyJson[];
  /** With the option `recentActivity`, for the owner: what happened lately, the newest first. */
  readonly activity?: readonly ActivityJson[];
  readonly serverTime: Moment;
}

/** What a session may know of itself. */
export type Status = AnonymousStatus | PendingStatus | MustEnrollStatus | SignedInStatus;

/** What a session can be. */
type SessionState =
  | 'anonymous'
  | 'pending'
  | 'must-enroll'
  | 'signed-in'
  | 'remembered'
  | 'proven-elsewhere'
  | 'verified'
  | 'impersonating';

/** What the session is now. */
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
  /** What passkeys and security keys are asked; left out: the account has none. */
  readonly publicKey?: RequestOptions | undefined;
  /** `null`: codes are checked. */
  readonly wait: WaitJson | null;
}

/** A proof was right. */
export interface Proved {
  readonly state: SessionState;
  /** Where the user wanted to go: a path on this origin, or a URL of one of `returnToOrigins`. */
  readonly returnTo: string;
  /** With a recovery code: how many are left. */
  readonly recoveryCodesLeft?: number;
}

/** The code was right, and does not do: the policy asks for a passkey or security key, which is added at `securityKeys`. */
export interface KeyRequired {
  readonly state: 'must-enroll';
  readonly securityKeys: string;
}

/** New recovery codes. They are shown this once. */
export interface ShownCodes {
  readonly recoveryCodes: readonly string[];
  /** Names them for `recovery-codes/confirm`. */
  readonly recoveryCodesSet: string;
}

/** A factor was added; with the first one there are recovery codes, which are shown this once. */
export interface Added extends Partial<ShownCodes> {
  readonly state: 'verified';
  /** Where the user wanted to go. */
  readonly returnTo: string;
}

/** An unfinished set-up. Nothing has changed for the account. */
export interface SetupJson {
  /** Names it for `setup/confirm`. */
  readonly id: string;
  /** What the authenticator calls the account. */
  readonly account: string;
  readonly issuer: string;
  /** The secret in base32, as it is typed. */
  readonly key: string;
  /** The `otpauth:` URI. */
  readonly uri: string;
  /** The QR code, a whole `<svg>`; `null` where the text is too long for one. */
  readonly qr: string | null;
  readonly expiresAt: Moment;
  readonly serverTime: Moment;
}

/** The passkeys and security keys, and what another one is made by. */
export type SecurityKeyForm = (MustEnrollStatus | SignedInStatus) & {
  /** `null`: there are as many as an account can have. */
  readonly publicKey: CreationOptions | null;
};

/** A remembered browser. */
export interface BrowserJson {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Moment;
  readonly lastUsedAt: Moment;
  readonly expiresAt: Moment;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

/** The remembered browsers. */
export interface BrowserList {
  readonly browsers: readonly BrowserJson[];
}

/** Somebody went back to who acted before. */
export type Left = (AnonymousStatus | SignedInStatus) & {
  /** The page where acting began, a path on this origin. */
  readonly returnTo: string;
};

/** It is done, and there is nothing to tell. */
export type Done = Readonly<Record<string, never>>;

/** Every answer that is no problem document. */
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

/** What a problem document may have beside `type`, `title`, `status` and `code`. */
export interface ProblemMembers {
  /** Of a guard: the page that helps, a path on this origin. */
  readonly location?: string;
  /** With `step-up-required` and `security-key-required`: how old the proof may be, in seconds. */
  readonly maxAge?: number;
  /** With `locked`, and a `code-invalid` that brings a wait: until when codes are not checked; `null`: not before recovery. In answer to the password: when the sign-in ends. */
  readonly until?: Moment | null;
  /** With `clock-skew`: by how many minutes the phone is ahead; negative: behind. */
  readonly minutes?: number;
  /** With `impersonation-refused`: which rule. */
  readonly reason?: ImpersonationRefusal;
  /** With `code-malformed`, `body-malformed` and an unread `account`. */
  readonly fault?: Fault;
  readonly field?: FieldName;
  /** In English, for those who write the program. */
  readonly detail?: string;
  /** `code-required` in answer to the password: where the proof is posted. */
  readonly verify?: string;
  readonly methods?: readonly ProofMethod[];
  readonly digits?: readonly number[];
  readonly publicKey?: RequestOptions | undefined;
  /** `enrollment-required` in answer to the password: where the set-up begins. */
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
