import type {
  Added,
  AttestationJson,
  BrowserList,
  CodeForm,
  Done,
  KeyRequired,
  Left,
  ProofJson,
  Proved,
  SecurityKeyForm,
  SetupJson,
  ShownCodes,
  SignedInStatus,
  StateJson,
  Status,
  StepUpForm,
} from './api.js';

/** What requests of a page may say, so that one in an old tab changes no other account. */
interface FromPage {
  /** The account that the page was made for. If another one has signed in since, nothing is done: `other-account`. */
  readonly from?: string | number;
}

/** Every JSON route below `basePath`: what it takes, and its answer with status 200. */
export interface ApiRoutes {
  /** The state of the session. */
  'GET /': { readonly answer: Status };
  /** What the form for the second step needs. If no sign-in waits for a code, only the state. */
  'GET /verify': { readonly answer: CodeForm | StateJson };
  /** The second step of a sign-in. If the session is `verified` already, the proof is not looked at. */
  'POST /verify': {
    readonly body: ProofJson & {
      /** This browser is not asked for a code for some days, if the option `rememberBrowsers` is on. */
      readonly rememberBrowser?: boolean;
    };
    readonly answer: Proved | KeyRequired;
  };
  /** Cancels a sign-in. A user who is signed in stays signed in. */
  'POST /cancel': { readonly body: Done; readonly answer: StateJson };
  /** The unfinished set-up of an authenticator. */
  'GET /setup': { readonly answer: SetupJson };
  /** Starts the set-up of an authenticator, or goes on with the unfinished one. */
  'POST /setup': {
    readonly body: FromPage & {
      /** One more authenticator. Otherwise it replaces the present ones. */
      readonly add?: boolean;
      /** What its owner calls it. */
      readonly name?: string;
    };
    readonly answer: SetupJson;
  };
  /** Completes a set-up with the code that the authenticator shows. */
  'POST /setup/confirm': {
    readonly body: FromPage & {
      readonly code: string;
      /** The id of the set-up. */
      readonly id?: string;
    };
    readonly answer: Added;
  };
  /** Cancels the unfinished set-up. */
  'POST /setup/cancel': { readonly body: FromPage; readonly answer: Status };
  /** Disables the second factor. */
  'POST /disable': { readonly body: FromPage & ProofJson; readonly answer: StateJson };
  /** Makes new recovery codes. The old ones stop working. */
  'POST /recovery-codes': { readonly body: FromPage & ProofJson; readonly answer: ShownCodes };
  /** The owner has saved the recovery codes. */
  'POST /recovery-codes/confirm': {
    readonly body: FromPage & {
      /** The `recoveryCodesSet` of the codes. */
      readonly set: string;
    };
    readonly answer: SignedInStatus;
  };
  /** What the form for a fresh proof needs. */
  'GET /step-up': { readonly answer: StepUpForm };
  /** Gives a fresh proof. */
  'POST /step-up': { readonly body: FromPage & ProofJson; readonly answer: Proved };
  /** Removes one of several authenticators. */
  'POST /authenticators/remove': {
    readonly body: FromPage & { readonly id: string };
    readonly answer: SignedInStatus;
  };
  /** Ends every other session of the account, and forgets every remembered browser. */
  'POST /sessions/end': { readonly body: FromPage; readonly answer: SignedInStatus };
  /** The passkeys and security keys, and what is needed to make another one. With the option `webauthn`. */
  'GET /security-keys': { readonly answer: SecurityKeyForm };
  /** Adds a passkey or security key. With the option `webauthn`. */
  'POST /security-keys': {
    readonly body: FromPage & {
      readonly credential: AttestationJson;
      /** What its owner calls it. */
      readonly name?: string;
    };
    readonly answer: Added;
  };
  /** Removes a passkey or security key. With the option `webauthn`. */
  'POST /security-keys/remove': {
    readonly body: FromPage & {
      /** Its `credentialId`. */
      readonly id: string;
    };
    readonly answer: SignedInStatus;
  };
  /** Gives a passkey or security key another name. With the option `webauthn`. */
  'POST /security-keys/rename': {
    readonly body: FromPage & {
      /** Its `credentialId`. */
      readonly id: string;
      readonly name: string;
    };
    readonly answer: SignedInStatus;
  };
  /** The remembered browsers. With the option `rememberBrowsers`. */
  'GET /browsers': { readonly answer: BrowserList };
  /** Forgets a remembered browser, or all of them. With the option `rememberBrowsers`. */
  'POST /browsers/revoke': {
    readonly body: FromPage & ({ readonly id: string } | { readonly all: true });
    readonly answer: Done;
  };
  /** Starts to act as another account. With the option `impersonation`. */
  'POST /impersonation': {
    readonly body: FromPage & {
      /** The id of the account. */
      readonly account: string | number;
    };
    readonly answer: SignedInStatus;
  };
  /** Returns to the account that acted before. With the option `impersonation`. */
  'POST /impersonation/leave': {
    readonly body: {
      /** The account to leave. If another tab has already left it, this goes back no further. */
      readonly from?: string | number;
    };
    readonly answer: Left;
  };
}
