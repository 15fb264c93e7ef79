import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountDescription } from './account/account.js';
import type { SignInMethod } from './account/attempt.js';
import type { LockoutLimits } from './account/limits.js';
import type { Language, Notice } from './notice.js';
import type { LanguageTexts } from './texts.js';
import type { Page, PageContent } from './page.js';
import type { Store } from './vault/store.js';
import type { WebAuthn } from './webauthn.js';

/** A request as Express, Connect and Polka pass it on. */
export type HttpRequest = IncomingMessage & Express.Request;
/** A response as Express, Connect and Polka pass it on. */
export type HttpResponse = ServerResponse;
/** Passes the request on, or an error to the application's error handler. */
export type Next = (error?: unknown) => void;
/** Middleware for Express, Connect and Polka alike. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** Any value that JSON can represent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The part of a Passport instance that is used: `import passport from 'passport'`, 0.6 or 0.7. */
export interface PassportInstance {
  /** Gives what Passport keeps of a user in the session. */
  serializeUser(...args: never[]): unknown;
  /** Gives the user again. */
  deserializeUser(...args: never[]): unknown;
  /** Only its presence is checked; it is never called. */
  authenticate(...args: never[]): unknown;
}

/** What `onSignedIn` is told beside the user. */
export interface SignedIn {
  /** How the second factor was proved; `null` for an account that has none. */
  readonly method: SignInMethod | null;
  /** What the `carry` option took at the first step. */
  readonly carried: Json | undefined;
}

/** The options of `createSecondFactor`. Unknown ones are refused; `undefined` counts as absent. */
export interface SecondFactorOptions<User> {
  /** The Passport instance that the application signs in with. */
  passport: PassportInstance;
  /**
   * The name that authenticator apps show: 1 to 100 characters without a colon, control characters and lone
   * surrogates. What a function returns is cleaned in the same way; it must be synchronous, and not empty.
   */
  issuer: string | ((account: { id: string; name: string }) => string);
  /** Describes one of the application's users. May be async. */
  account(user: User): AccountDescription | Promise<AccountDescription>;
  /**
   * The user of an account id, fresh from the database; `null` or `undefined` when there is none, or when the user
   * may not sign in any more. Every decision about an account uses what this returns. May be async.
   */
  findUser(accountId: string): User | null | undefined | Promise<User | null | undefined>;
  /**
   * The user of a login, for operators at the console: `null` or `undefined` when there is none. `account()` must
   * return exactly this `name` for the user; what is found by another spelling is ignored. Never called at a sign-in.
   * May be async.
   */
  findAccountByName?:
    | ((name: string) => User | null | undefined | Promise<User | null | undefined>)
    | undefined;
  /** Where the records are kept. */
  store: Store;
  /**
   * Base64 of 32 random bytes each (`openssl rand -base64 32`). The first key seals, all of them open. To rotate, put
   * a new key in front.
   */
  keys: readonly (string | undefined)[];
  /**
   * The prefix that a reverse proxy removes from every path: `/panel` when the browser sees `/panel/login` and the
   * application sees `/login`. All other paths in the options are as the application sees them. Default: none.
   */
  publicPath?: string | undefined;
  /** Where the router is mounted. Default `/two-step`. */
  basePath?: string | undefined;
  /** The application's own login page. Default `/login`. */
  loginPath?: string | undefined;
  /** Where a sign-in ends when nothing else was asked for. Default `/`. */
  homePath?: string | undefined;
  /**
   * The application's own settings page. "Back" on the package's settings page leads there, and so does "Cancel" of a
   * set-up. Default: "Back" leads to `homePath`, "Cancel" to the package's settings page.
   */
  settingsPath?: string | undefined;

  /**
   * `true` when `passport.deserializeUser` reads the database on every request, which saves a call of `findUser`.
   * Default `false`.
   */
  deserializedUserIsFresh?: boolean | undefined;
  /**
   * For applications that also keep this fact in their own table. Awaited: enabling writes the record first,
   * disabling clears the flag first.
   */
  setEnrolled?: ((accountId: string, enrolled: boolean) => void | Promise<void>) | undefined;
  /**
   * What `req.logIn` does once a sign-in is parked. `respond` (default): answers the request, with a
   * redirect to the code form or with JSON, and never calls back. `error`: calls back with a
   * {@link SecondFactorRequiredError}. Neither calls back without an error before all steps are done. If the same
   * sign-in is already on the router's own code or set-up route, both hand the request on to the router.
   */
  whenCodeRequired?: WhenCodeRequired | undefined;
  /**
   * What to keep from the first step, before the session is regenerated. `onSignedIn` gets it as JSON represents it.
   * Synchronous: a promise is `option-invalid`, and so is a value that JSON cannot represent.
   *
   * `before` is what it kept of the sign-in that waits in this session, if the password is given once more.
   */
  carry?: ((req: HttpRequest, before?: Json) => Json | undefined) | undefined;
  /**
   * Awaited after every complete sign-in, with and without a second factor, before the answer is sent. When it
   * throws, the sign-in is undone and the error is passed on.
   */
  onSignedIn?:
    | ((req: HttpRequest, res: HttpResponse, user: User, info: SignedIn) => void | Promise<void>)
    | undefined;
  /**
   * Hidden fields for every form of the package, for example the application's CSRF token: an object of strings.
   * Without it, a page that is shown where `req.csrfToken` is a function warns: `SECOND_FACTOR_FORM_FIELDS`. Synchronous: a promise, or anything else, is `option-invalid`.
   */
  formFields?: ((req: HttpRequest, res: HttpResponse) => Readonly<Record<string, string>>) | undefined;

  /**
   * The application's own views instead of the package's. `page` has the name of the page, the error to show, the
   * hidden fields that every form must send, and the data of the page. The status is already set. The application's
   * Content-Security-Policy stays as it is, with `frame-ancestors 'none'` added.
   */
  render?: ((req: HttpRequest, res: HttpResponse, page: Page) => void | Promise<void>) | undefined;
  /**
   * Puts the package's content into the application's own frame, and returns the whole document: `head` and `body` of
   * `content` go into it unchanged, `title` escaped. The Content-Security-Policy is the application's. It may be set
   * here, and must allow `content.policy`; `frame-ancestors 'none'` is added. May be async. Not together with
   * `render`.
   */
  layout?:
    | ((req: HttpRequest, res: HttpResponse, content: PageContent) => string | Promise<string>)
    | undefined;
  /**
   * A stylesheet of the application that the package's pages load after their own: a path on this origin, such as
   * `/panel.css`. It sets the CSS variables `--sf-…`, or more. Pictures and fonts may then come from this origin,
   * too.
   */
  stylesheet?: string | undefined;
  /**
   * The status of pages that report a problem: that of the problem (`problem`, default), or always 200 (`ok`), for
   * proxies that replace error pages. JSON keeps its status.
   */
  pageStatus?: 'problem' | 'ok' | undefined;
  /**
   * The language of the pages: one for all, or a synchronous function of the request. If that is unknown or
   * `undefined`, `Accept-Language` decides. Default: `Accept-Language`, else English.
   */
  language?: Language | (string & {}) | ((req: HttpRequest) => string | undefined) | undefined;
  /**
   * More languages, or other words for those of the package, by tag (BCP 47): `{ pt: portuguese }`. Each must be
   * complete: a missing text is `option-invalid`.
   */
  texts?: Readonly<Record<string, LanguageTexts>> | undefined;

  /** Acting as somebody else. Without it, the routes do not exist. */
  impersonation?: ImpersonationOptions | undefined;

  /**
   * Who must have a second factor. With `required`, an account without one can only enable it after the password, or
   * cancel. `{ requiredFrom }` does so from that moment on, and shows the day before that. While a second factor is
   * required, it cannot be disabled. May be async. Default `optional`.
   */
  policy?: ((account: AccountSummary) => Policy | Promise<Policy>) | undefined;
  /**
   * Passkeys and security keys as second factors: `webauthn({ rpId, rpName, origins })` from
   * `passport-second-factor/webauthn`. Without it there are none, and keys that an account already has let nobody in.
   */
  webauthn?: WebAuthn | undefined;
  /**
   * Lets users remember a browser. It is then not asked for a code at sign-in for so many days (1 to 365), but still
   * where a fresh code matters. Without it, nobody can.
   */
  rememberBrowsers?: { readonly days: number } | undefined;
  /**
   * Keeps the last 20 things that happened to an account's second factor in its record, sealed, for its owner to read on the
   * settings page: what, when, the address and the browser. Written only where the record is written anyway. Versions of the
   * package without this option refuse such records (503), so turn it on once no such version runs any more. Turned
   * off, each record loses them with its next change. Default `false`.
   */
  recentActivity?: boolean | undefined;
  /**
   * Called when something happened to an account that its owner should know. Not awaited; what it throws is reported
   * by `process.emitWarning`, and so is an account that `findUser` does not find.
   */
  notify?: ((account: AccountSummary, notice: Notice) => unknown) | undefined;

  /** Other origins whose pages may call the routes: `https://app.example`. Nobody is redirected there. */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * Other origins where a form of the package may end, directly or by a redirect of the application: OAuth clients,
   * an identity provider behind `loginPath`, a single-page application. They may not call the routes.
   */
  returnToOrigins?: readonly string[] | undefined;
  /** The client's address, for events. Synchronous. Default: Express's `req.ip`, else that of the socket. */
  ip?: ((req: HttpRequest) => string | undefined) | undefined;
  /** Whether the browser uses https. Synchronous. Default: Express's `req.secure`, else what the socket says. */
  secure?: ((req: HttpRequest) => boolean) | undefined;
  /**
   * The key in `req.session`. Nothing else may read or write it, no former version of the application either. Default
   * `passportSecondFactor`. Delete all sessions when you change it: otherwise somebody who is acting as a user at that
   * moment becomes that user.
   */
  sessionKey?: string | undefined;

  /**
   * Time steps that are accepted on each side of the present one, 0 to 10. More than 1 causes a warning. Default 1
   * (RFC 6238 §5.2).
   */
  window?: number | undefined;
  /** Waits after wrong codes; see {@link LockoutLimits} for units and defaults. */
  lockout?: Partial<LockoutLimits> | undefined;
  /** Life of a parked sign-in and of an unfinished set-up, in seconds, 60 to 3600. Default 600. */
  pendingSeconds?: number | undefined;
  /** How old a proof may be for managing a factor, in seconds, 60 to 86400. Default 900. */
  freshSeconds?: number | undefined;
  /** How long a store operation may take, in milliseconds, 10 to 60000. Default 2000. */
  storeTimeoutMs?: number | undefined;
  /**
   * For how many seconds a process may use what it has read of an account's record, on requests of users who are
   * signed in: 0 to 60. Default 0: every request reads it. Changes by other processes and other instances are noticed that
   * much later, changes by this one at once. Codes, keys, set-ups, acting, remembered browsers, the routes of
   * {@link SecondFactor.router} and guards with `maxAge` always read, and `findUser` is called on every request.
   */
  recheckSeconds?: number | undefined;
  /** Milliseconds since 1970, for tests. Synchronous. Default `Date.now`. */
  clock?: (() => number) | undefined;
}

/** What the policy says of an account. */
export type Policy =
  | 'optional'
  | 'required'
  /** Required from a day on. */
  | { readonly requiredFrom: Date; readonly phishingResistant?: boolean | undefined }
  /** Only a passkey or security key is accepted. Needs the option `webauthn`. */
  | { readonly phishingResistant: true; readonly requiredFrom?: undefined };

/** An account as `canActAs`, `policy` and `notify` see it. */
export interface AccountSummary {
  readonly id: string;
  readonly name: string;
  readonly level: string | null;
}

/** Who may act as whom. */
export interface ImpersonationOptions {
  /** The names of the levels, highest first: `['root', 'admin', 'user']`. Acting goes strictly downward. */
  levels: readonly string[];
  /**
   * Narrows the rules further, for example to resellers and their own customers. May be async. When it throws, or returns
   * anything but `true` and what counts as `false`, nobody begins to act, and those who act already stop, with a
   * warning (`process.emitWarning`).
   */
  canActAs?: ((actor: AccountSummary, target: AccountSummary) => boolean | Promise<boolean>) | undefined;
  /**
   * The account that a level is switched to at sign-in, as an account id: `{ root: 'admin' }`. Only while neither of
   * the two accounts has a second factor.
   */
  autoSwitch?: Readonly<Record<string, string>> | undefined;
}

/** What `req.logIn` does once a sign-in is parked. */
export type WhenCodeRequired = 'respond' | 'error';
