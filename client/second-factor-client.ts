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
   * The origin of the server, where that is not the page's own: `https://api.example`. The server needs `allowedOrigins`
   * and CORS with credentials. Without it no request leaves the origin of the page, not even by a redirect.
   */
  readonly origin?: string;
  /** Origins beside the page's own that `returnTo` may lead to; the server has the same option. Default: none. */
  readonly returnToOrigins?: readonly string[];
  /** Headers of every request, or a function that gives them anew each time: the token of a CSRF protection, for example. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Sends the requests. Default: `fetch` of the browser. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up, with the code `aborted`: `AbortSignal.timeout(10_000)`, for example. */
  readonly signal?: AbortSignal;
}

/** A proof of the second factor: a code or a recovery code as it was typed, or what {@link SecondFactorClient.askKey} gave. */
export type Proof = string | { readonly credential: AssertionJson };

/** What became of login and password. */
export type LoginOutcome =
  /** They are signed in. `response` is the answer of your login route, unread. */
  | { readonly next: 'signed-in'; readonly status: SignedInStatus; readonly response: Response }
  /** Show the code form; go on with `verify`, `askKey` or `cancel`. */
  | { readonly next: 'code-required'; readonly status: PendingStatus }
  /** Show the set-up; go on with `startSetup`, `addKey` or `cancel`. */
  | {
      readonly next: 'enrollment-required';
      readonly status: MustEnrollStatus;
      /** Whether nothing but a passkey or security key will do. */
      readonly keysOnly: boolean;
    }
  /** Your login route refused them: `response` is its answer, unread. */
  | { readonly next: 'refused'; readonly response: Response };

/**
 * The JSON routes as functions. They reject with a `SecondFactorClientError`; with a `TypeError` where the path of `login` is
 * none, and with whatever your `headers` throws.
 * `returnTo` of an answer is a path of the page's origin, or a URL on one of `returnToOrigins`; anything else is `/`.
 */
export interface SecondFactorClient {
  /** What this session is. After a reload, begin with it. */
  readonly status: (call?: CallOptions) => Promise<Status>;

  /**
   * Posts login and password, or whatever your login route takes, as JSON, and says how it goes on.
   *
   * @param path of your login route
   */
  readonly login: (path: string, body: object, call?: CallOptions) => Promise<LoginOutcome>;
  /** The same for a response that your application got by itself; its body must not be read yet. */
  readonly readLogin: (response: Response, call?: CallOptions) => Promise<LoginOutcome>;

  /** What the code form needs, with the wait after wrong codes. Rejects with `login-required` where no sign-in waits for a code. */
  readonly codeForm: (call?: CallOptions) => Promise<CodeForm>;
  /**
   * The second step. `must-enroll` instead of `verified`: the policy asks for a passkey as well, go on with `addKey`.
   *
   * @param options.rememberBrowser asks for no code here for some days, where the server has that option
   */
  readonly verify: (
    proof: Proof,
    options?: CallOptions & { readonly rememberBrowser?: boolean },
  ) => Promise<Proved | KeyRequired>;
  /** Gives a sign-in up that waits for a code or a set-up. */
  readonly cancel: (call?: CallOptions) => Promise<void>;

  /** What the form for a fresh proof needs. */
  readonly stepUpForm: (call?: CallOptions) => Promise<StepUpForm>;
  /** Makes the proof fresh, after `step-up-required`; then repeat what was refused. */
  readonly stepUp: (proof: Proof, call?: CallOptions) => Promise<Proved>;

  /**
   * Asks a passkey or security key to sign, for `verify`, `stepUp`, `disable` and `newRecoveryCodes`. Call it when the user
   * presses a button.
   *
   * @param options.publicKey of a form that you have; by default it asks the server, which gives a fresh one
   * @example
   * await client.verify(await client.askKey());
   */
  readonly askKey: (
    options?: CallOptions & { readonly publicKey?: RequestOptions },
  ) => Promise<{ readonly credential: AssertionJson }>;

  /**
   * Begins the set-up of an authenticator, or goes on with the unfinished one.
   *
   * @param options.add beside those there are; by default it takes their place
   * @param options.name what the owner calls it
   */
  readonly startSetup: (
    options?: CallOptions & { readonly add?: boolean; readonly name?: string },
  ) => Promise<SetupJson>;
  /** The unfinished set-up, after a reload. Rejects with `setup-expired` where there is none. */
  readonly setup: (call?: CallOptions) => Promise<SetupJson>;
  /**
   * Ends a set-up by the code that the authenticator shows. With the first factor the answer has the recovery codes, this once.
   *
   * @param id of the set-up
   */
  readonly confirmSetup: (id: string, code: string, call?: CallOptions) => Promise<Added>;
  /** Drops the unfinished set-up. */
  readonly cancelSetup: (call?: CallOptions) => Promise<Status>;

  /** Disables the second factor. */
  readonly disable: (proof: Proof, call?: CallOptions) => Promise<void>;
  /** Makes new recovery codes; the old ones are void. They are shown this once. */
  readonly newRecoveryCodes: (proof: Proof, call?: CallOptions) => Promise<ShownCodes>;
  /**
   * The user says that the recovery codes are saved.
   *
   * @param set `recoveryCodesSet`
   */
  readonly confirmRecoveryCodes: (set: string, call?: CallOptions) => Promise<SignedInStatus>;

  /** Removes one of several authenticators, by its `id`. */
  readonly removeAuthenticator: (id: string, call?: CallOptions) => Promise<SignedInStatus>;
  /** Ends every other session of the account, and forgets every remembered browser. */
  readonly endOtherSessions: (call?: CallOptions) => Promise<SignedInStatus>;

  /** The passkeys and security keys, and what another one is made by. */
  readonly keys: (call?: CallOptions) => Promise<SecurityKeyForm>;
  /**
   * Makes a passkey or security key and adds it. Call it when the user presses a button. With the first factor the answer has
   * the recovery codes, this once.
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

  /** Begins to act as an account, by its id. */
  readonly actAs: (account: string | number, call?: CallOptions) => Promise<SignedInStatus>;
  /**
   * Goes back to who acted before.
   *
   * @param options.from the id of the account that is to be left; where another tab left it, nobody goes back further
   */
  readonly leave: (
    options?: CallOptions & { readonly from?: string | number },
  ) => Promise<(AnonymousStatus | SignedInStatus) & { readonly returnTo: string }>;
}
