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

/** Every JSON route below `basePath`: what it takes, and what it answers with 200. */
export interface ApiRoutes {
  /** What the session is. */
  'GET /': { readonly answer: Status };
  /** What the form for the second step needs; where no sign-in waits for a code, the state alone. */
  'GET /verify': { readonly answer: CodeForm | StateJson };
  /** The second step of a sign-in. */
  'POST /verify': {
    readonly body: ProofJson & {
      /** Asks for no code in this browser for some days, where the option `rememberBrowsers` is on. */
      readonly rememberBrowser?: boolean;
    };
    readonly answer: Proved | KeyRequired;
  };
  /** Gives a sign-in up. Who is signed in stays so. */
  'POST /cancel': { readonly body: Done; readonly answer: StateJson };
  /** The unfinished set-up of an authenticator. */
  'GET /setup': { readonly answer: SetupJson };
  /** Begins the set-up of an authenticator, or goes on with the unfinished one. */
  'POST /setup': {
    readonly body: {
      /** Beside the authenticators there are; otherwise in their place. */
      readonly add?: boolean;
      /** What its owner calls it. */
      readonly name?: string;
    };
    readonly answer: SetupJson;
  };
  /** Ends a set-up by the code that the authenticator shows. */
  'POST /setup/confirm': {
    readonly body: {
      readonly code: string;
      /** Of the set-up. */
      readonly id?: string;
    };
    readonly answer: Added;
  };
  /** Drops the unfinished set-up. */
  'POST /setup/cancel': { readonly body: Done; readonly answer: Status };
  /** Disables the second factor. */
  'POST /disable': { readonly body: ProofJson; readonly answer: StateJson };
  /** Makes new recovery codes; the old ones are void. */
  'POST /recovery-codes': { readonly body: ProofJson; readonly answer: ShownCodes };
  /** The owner has saved the recovery codes. */
  'POST /recovery-codes/confirm': {
    readonly body: {
      /** `recoveryCodesSet`. */
      readonly set: string;
    };
    readonly answer: SignedInStatus;
  };
  /** What the form for a fresh proof needs. */
  'GET /step-up': { readonly answer: StepUpForm };
  /** Makes the proof fresh. */
  'POST /step-up': { readonly body: ProofJson; readonly answer: Proved };
  /** Removes one of several authenticators. */
  'POST /authenticators/remove': { readonly body: { readonly id: string }; readonly answer: SignedInStatus };
  /** Ends every other session of the account, and forgets every remembered browser. */
  'POST /sessions/end': { readonly body: Done; readonly answer: SignedInStatus };
  /** The passkeys and security keys, and what another one is made by. With the option `webauthn`. */
  'GET /security-keys': { readonly answer: SecurityKeyForm };
  /** Adds a passkey or security key. With the option `webauthn`. */
  'POST /security-keys': {
    readonly body: {
      readonly credential: AttestationJson;
      /** What its owner calls it. */
      readonly name?: string;
    };
    readonly answer: Added;
  };
  /** Removes a passkey or security key. With the option `webauthn`. */
  'POST /security-keys/remove': {
    readonly body: {
      /** Its `credentialId`. */
      readonly id: string;
    };
    readonly answer: SignedInStatus;
  };
  /** Gives a passkey or security key another name. With the option `webauthn`. */
  'POST /security-keys/rename': {
    readonly body: {
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
    readonly body: { readonly id: string } | { readonly all: true };
    readonly answer: Done;
  };
  /** Begins to act as another account. With the option `impersonation`. */
  'POST /impersonation': {
    readonly body: {
      /** Its id. */
      readonly account: string | number;
    };
    readonly answer: SignedInStatus;
  };
  /** Goes back to who acted before. With the option `impersonation`. */
  'POST /impersonation/leave': {
    readonly body: {
      /** The account that is to be left; where another tab left it, nobody goes back further. */
      readonly from?: string | number;
    };
    readonly answer: Left;
  };
}
