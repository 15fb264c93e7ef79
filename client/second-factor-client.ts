import type {
  Added,
  AnonymousStatus,
  AssertionJson,
  BrowserJson,
  CodeForm,
  KeyRequired,
  MustEnrollStatus,
  PendingStatus,
  Proved,
  SecurityKeyForm,
  SetupJson,
  ShownCodes,
  SignedInStatus,
  Status,
  StepUpForm,
} from '../lib/api.js';
import type { RequestOptions } from '../lib/webauthn.js';

/** Where the routes are, and how they are called. */
export interface SecondFactorClientOptions {
  /** The path of the router as the browser sees it. Default `/two-step`. */
  readonly basePath?: string;
  /**
   * The origin of the server, if it is not the page's own: `https://api.example`. The server needs `allowedOrigins`,
   * and CORS with credentials. Without this option no request leaves the page's origin, not even by a redirect.
   */
  readonly origin?: string;
  /** Other origins that `returnTo` may lead to. The server has the same option. Default: none. */
  readonly returnToOrigins?: readonly string[];
  /**
   * Headers for every request, such as the token of a CSRF protection; or a function that returns them for each
   * request.
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /**
   * The account that the page shows: its `accountId`, or `undefined`. Sent with every change, so that a page that is still
   * open changes no other account that has signed in since: the call rejects with `other-account`.
   */
  readonly from?: () => string | number | undefined;
  /** Sends the requests. Default: the browser's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, with the code `aborted`. For example `AbortSignal.timeout(10_000)`. */
  readonly signal?: AbortSignal;
}

/**
 * A proof of the second factor: a code or recovery code as the user typed it, or the result of {@link
 * SecondFactorClient.askKey}.
 */
export type Proof = string | { readonly credential: AssertionJson };

/** The outcome of login and password. */
export type LoginOutcome =
  /** The user is signed in. `response` is the answer of your login route, unread. */
  | { readonly next: 'signed-in'; readonly status: SignedInStatus; readonly response: Response }
  /** A code is needed: show the code form, and go on with `verify`, `askKey` or `cancel`. */
  | { readonly next: 'code-required'; readonly status: PendingStatus }
  /** A second factor must be enabled first: show the set-up, and go on with `startSetup`, `addKey` or `cancel`. */
  | {
      readonly next: 'enrollment-required';
      readonly status: MustEnrollStatus;
      /** Whether it must be a passkey or security key. */
      readonly keysOnly: boolean;
    }
  /**
   * Your login route refused them. `response` is its answer, unread. The status codes 404, 408, 429 and 5xx do not count
   * as a refusal: they are `unexpected-answer`.
   */
  | { readonly next: 'refused'; readonly response: Response };

/**
 * The JSON routes as functions. They reject with a `SecondFactorClientError`; with a `TypeError` if the path given to
 * `login` is not a path; and with whatever your `headers` throws. The `returnTo` of an answer is a path on the page's
 * origin, or a URL on one of `returnToOrigins`. Anything else is replaced by `/`.
 */
export interface SecondFactorClient {
  /** The state of this session. Call it first after a reload. */
  readonly status: (call?: CallOptions) => Promise<Status>;

  /**
   * Posts login and password, or whatever your login route takes, as JSON. Resolves with what to do next.
   *
   * @param path of your login route
   */
  readonly login: (path: string, body: object, call?: CallOptions) => Promise<LoginOutcome>;
  /** The same for a response that your application got itself. Its body must not have been read. */
  readonly readLogin: (response: Response, call?: CallOptions) => Promise<LoginOutcome>;

  /**
   * What the code form needs, and the wait after wrong codes. Rejects with `login-required` if no sign-in waits for a
   * code.
   */
  readonly codeForm: (call?: CallOptions) => Promise<CodeForm>;
  /**
   * The second step. The answer is `verified`; or `must-enroll`, if the policy asks for a passkey as well: go on with
   * `addKey`. It is also `verified` if the session was verified already, perhaps in another tab by another account: then this
   * proof was not looked at. Rejects with `sign-in-expired` if no sign-in waits for a proof.
   *
   * @param options.rememberBrowser this browser is not asked for a code for some days, if the server has that option
   */
  readonly verify: (
    proof: Proof,
    options?: CallOptions & { readonly rememberBrowser?: boolean },
  ) => Promise<Proved | KeyRequired>;
  /** Cancels a sign-in that waits for a code or a set-up. */
  readonly cancel: (call?: CallOptions) => Promise<void>;

  /** What the form for a fresh proof needs. */
  readonly stepUpForm: (call?: CallOptions) => Promise<StepUpForm>;
  /** Gives a fresh proof, after `step-up-required`. Then repeat what was refused. */
  readonly stepUp: (proof: Proof, call?: CallOptions) => Promise<Proved>;

  /**
   * Asks a passkey or security key to sign, for `verify`, `stepUp`, `disable` and `newRecoveryCodes`. Call it when the user
   * presses a button.
   *
   * @param options.publicKey from a form that you already have. By default the client gets a new one from the server
   * @example
   * await client.verify(await client.askKey());
   */
  readonly askKey: (
    options?: CallOptions & { readonly publicKey?: RequestOptions },
  ) => Promise<{ readonly credential: AssertionJson }>;

  /**
   * Starts the set-up of an authenticator app, or goes on with the unfinished one.
   *
   * @param options.add `true`: one more authenticator. By default it replaces the present ones
   * @param options.name how the owner calls it
   */
  readonly startSetup: (
    options?: CallOptions & { readonly add?: boolean; readonly name?: string },
  ) => Promise<SetupJson>;
  /** The unfinished set-up, after a reload. Rejects with `setup-expired` if there is none. */
  readonly setup: (call?: CallOptions) => Promise<SetupJson>;
  /**
   * Completes a set-up with the code that the authenticator shows. If it is the first factor, the answer has the
   * recovery codes, only this once.
   *
   * @param id of the set-up
   */
  readonly confirmSetup: (id: string, code: string, call?: CallOptions) => Promise<Added>;
  /** Cancels the unfinished set-up. */
  readonly cancelSetup: (call?: CallOptions) => Promise<Status>;

  /** Disables the second factor. */
  readonly disable: (proof: Proof, call?: CallOptions) => Promise<void>;
  /** Makes new recovery codes. The old ones stop working. The answer has the new ones, only this once. */
  readonly newRecoveryCodes: (proof: Proof, call?: CallOptions) => Promise<ShownCodes>;
  /**
   * The user says that the recovery codes are saved.
   *
   * @param set the `recoveryCodesSet` of the codes
   */
  readonly confirmRecoveryCodes: (set: string, call?: CallOptions) => Promise<SignedInStatus>;

  /** Removes one of several authenticators, by its `id`. */
  readonly removeAuthenticator: (id: string, call?: CallOptions) => Promise<SignedInStatus>;
  /** Ends every other session of the account, and forgets every remembered browser. */
  readonly endOtherSessions: (call?: CallOptions) => Promise<SignedInStatus>;

  /** The passkeys and security keys, and what is needed to make another one. */
  readonly keys: (call?: CallOptions) => Promise<SecurityKeyForm>;
  /**
   * Makes a passkey or security key and adds it. Call it when the user presses a button. If it is the first factor, the
   * answer has the recovery codes, only this once.
   */
  readonly addKey: (options?: CallOptions & { readonly name?: string }) => Promise<Added>;
  /** Removes a key, by its `credentialId`. */
  readonly removeKey: (id: string, call?: CallOptions) => Promise<SignedInStatus>;
  /** Gives a key another name. */
  readonly renameKey: (id: string, name: string, call?: CallOptions) => Promise<SignedInStatus>;

  /** The remembered browsers. */
  readonly browsers: (call?: CallOptions) => Promise<readonly BrowserJson[]>;
  /** Forgets one of them, by its `id`. */
  readonly forgetBrowser: (id: string, call?: CallOptions) => Promise<void>;
  /** Forgets all of them. */
  readonly forgetAllBrowsers: (call?: CallOptions) => Promise<void>;

  /** Starts to act as an account, given by its id. */
  readonly actAs: (account: string | number, call?: CallOptions) => Promise<SignedInStatus>;
  /**
   * Returns to the account that acted before. If another tab has already left the account of `from`, this goes back no
   * further.
   */
  readonly leave: (
    call?: CallOptions,
  ) => Promise<(AnonymousStatus | SignedInStatus) & { readonly returnTo: string }>;
}
