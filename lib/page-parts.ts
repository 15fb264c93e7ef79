import type { ProblemCode } from './errors.js';
import type { ImpersonationRefusal } from './events.js';
import type { RequestOptions } from './webauthn.js';

/**
 * The field that an error is about: the code of an authenticator; a recovery code, on forms whose field `field` says
 * that they accept only those; or a passkey or security key.
 */
export type ProofField = 'code' | 'recovery-code' | 'credential';

/**
 * Codes are not checked until this moment, milliseconds since 1970. `null`: not before a recovery code or an operator
 * helps.
 */
export interface Wait {
  readonly until: number | null;
}

/** Something went wrong: the code of docs/errors.md, and a sentence for users in their language. */
export interface PageError {
  readonly code: ProblemCode;
  readonly message: string;
  /**
   * With `locked`, and with the `code-invalid` that brings a wait: until when codes are not checked, milliseconds since
   * 1970; `null`: not before recovery.
   */
  readonly until?: number | null;
  /** The field that was refused. Absent: the error is about no field. */
  readonly field?: ProofField;
  /** What was typed there, as one line, to show it in the field again. Absent: nothing that can be shown. */
  readonly typed?: string;
  /** With `clock-skew`: by how many minutes the phone's clock is ahead; negative: behind. */
  readonly minutes?: number;
  /** With `impersonation-refused`: the rule that refused, if one did. */
  readonly reason?: ImpersonationRefusal;
  /** With `impersonation-refused`: the name of the account below the user that opens only by its own sign-in. */
  readonly account?: string;
}

/** Something that was done just before; the page says it once. */
export interface Success {
  readonly code:
    | 'disabled'
    | 'authenticator-added'
    | 'authenticator-replaced'
    | 'authenticator-removed'
    | 'key-added'
    | 'key-removed'
    | 'key-renamed'
    | 'browser-forgotten'
    | 'browsers-forgotten'
    | 'recovery-codes-confirmed'
    /** The page of the recovery codes was loaded again; they are shown only once. */
    | 'recovery-codes-shown';
  readonly message: string;
}

/** A page by its name, with what all of them have. */
export interface PageOf<Name extends string, Model> {
  readonly name: Name;
  /** The language of `error.message` (BCP 47). */
  readonly language: string;
  /** The name of the application; `null` where `issuer` is a function and nobody is signed in yet. */
  readonly issuer: string | null;
  readonly error: PageError | null;
  /** What was done before: to be told as a status, not as an error. */
  readonly success: Success | null;
  /** The server's clock when the page was made, milliseconds since 1970: times on it are that far off. */
  readonly serverTime: number;
  /** Hidden fields that every form must send. */
  readonly fields: Readonly<Record<string, string>>;
  /** The script `sendOnce`: sends the forms of the page once. */
  readonly script: { readonly text: string; readonly hash: string };
  /** The same for pages that ask passkeys and security keys; `null`: this one does not. */
  readonly keyScript: { readonly text: string; readonly hash: string } | null;
  readonly model: Model;
}

/** What a browser asks passkeys and security keys, by the script of the page. */
export interface KeyPrompt {
  /** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3); the answer goes into the field `credential`, as JSON. */
  readonly publicKey: RequestOptions;
  /**
   * Whether the page asks once by itself, without a press on the button: a key was used last time, and the page shows
   * no error.
   */
  readonly asksAtOnce: boolean;
  /** Where the application's keys work: to be said to who has opened it by another name. */
  readonly origin: string;
}

/** What pages with a code form have. */
export interface Waiting {
  /** Whether codes are not checked for now; the page says so. `null`: they are checked. */
  readonly wait: Wait | null;
}

/** What pages have that a guard may have led to. */
export interface StoppedForm {
  /**
   * Whether a form of the application was stopped on the way here. Nothing of it was done, and the user must be told.
   */
  readonly notDone: boolean;
}
