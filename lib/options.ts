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

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The part of a Passport instance that is used: `import passport from 'passport'`, 0.6 or 0.7. */
export interface PassportInstance {
  /** What Passport keeps of a user in the session. */
  serializeUser(...args: never[]): unknown;
  /** The user of what it kept. */
  deserializeUser(...args: never[]): unknown;
  /** Known by it, never called. */
  authenticate(...args: never[]): unknown;
}

/** What `onSignedIn` is told beside the user. */
export interface SignedIn {
  /** How the second factor was proved; `null` for an account that has none. */
  readonly method: SignInMethod | null;
  /** What the `carry` option took at the first step. */
  readonly carried: Json | undefined;
}

/** The options of `createSecondFactor`. Unknown ones are refused; an explicit `undefined` means absent. */
export interface SecondFactorOptions<User> {
  /** The instance the application signs in with. */
  passport: PassportInstance;
  /**
   * The name authenticator apps show: 1 to 100 characters without a colon, control characters and lone surrogates. What
   * a function gives is made so, at once, and must not be empty.
   */
  issuer: string | ((account: { id: string; name: string }) => string);
  /** Describes one of the application's users. May be async. */
  account(user: User): AccountDescription | Promise<AccountDescription>;
  /**
   * The user of an account id, fresh from the database; `null` or `undefined` when there is none or when
   * the user may not sign in any more. Accounts are always checked from what this returns. May be async.
   */
  findUser(accountId: string): User | null | undefined | Promise<User | null | undefined>;
  /**
   * The user of a login, for operators at the console: `null` or `undefined` when there is none. `account()` must give
   * exactly this `name` for it; what is found by another spelling is passed over. Never asked at a sign-in. May be async.
   */
  findAccountByName?:
    | ((name: string) => User | null | undefined | Promise<User | null | undefined>)
    | undefined;
  /** Where the records are kept. */
  store: Store;
  /**
   * Base64 of 32 random bytes each (`openssl rand -base64 32`). The first seals, all of them open: put a
   * new key in front to rotate.
   */
  keys: readonly (string | undefined)[];
  /**
   * What a reverse proxy takes off the front of every path: `/panel` when the browser sees `/panel/login` and the
   * application `/login`. All other paths of the options are as the application sees them. Default: none.
   */
  publicPath?: string | undefined;
  /** Where the router is mounted. Default `/two-step`. */
  basePath?: string | undefined;
  /** The application's own login page. Default `/login`. */
  loginPath?: string | undefined;
  /** Where a sign-in ends when nothing else was asked for. Default `/`. */
  homePath?: string | undefined;
  /**
   * The application's own settings page: Back on our settings leads there, and Cancel of a set-up. Default: Back to
   * `homePath`, Cancel to our settings.
   */
  settingsPath?: string | undefined;

  /** `true` when `passport.deserializeUser` reads the database on every request: saves `findUser` there. */
  deserializedUserIsFresh?: boolean | undefined;
  /** For applications that keep the fact in their own table. Awaited: record first, then flag; off in reverse. */
  setEnrolled?: ((accountId: string, enrolled: boolean) => void | Promise<void>) | undefined;
  /**
   * What `req.logIn` does once a sign-in is parked. `respond` (default): answers the request, with a
   * redirect to the code form or with JSON, and never calls back. `error`: calls back with a
   * {@link SecondFactorRequiredError}.
   */
  whenCodeRequired?: WhenCodeRequired | undefined;
  /**
   * Taken at the first step, before the session is regenerated, and handed to `onSignedIn` as JSON holds it. It answers
   * at once; a promise is `option-invalid`, and so is what JSON cannot hold.
   */
  carry?: ((req: HttpRequest) => Json | undefined) | undefined;
  /**
   * Awaited after every complete sign-in, with and without a second factor, before the answer. When it
   * throws, the sign-in is undone and the error passed on.
   */
  onSignedIn?:
    | ((req: HttpRequest, res: HttpResponse, user: User, info: SignedIn) => void | Promise<void>)
    | undefined;
  /**
   * Hidden fields for every form of ours, the application's CSRF token for example: an object of strings, at once and
   * not in a promise; anything else is `option-invalid`.
   */
  formFields?: ((req: HttpRequest, res: HttpResponse) => Readonly<Record<string, string>>) | undefined;

  /**
   * The application's own views instead of ours. `page` says which page, the error to show, the hidden
   * fields every form must send, and what the page is about. The status is set; the application's
   * Content-Security-Policy is left alone but for `frame-ancestors 'none'`.
   */
  render?: ((req: HttpRequest, res: HttpResponse, page: Page) => void | Promise<void>) | undefined;
  /**
   * Puts our content into the application's own frame, and returns the whole document: `head` and `body` of `content` go
   * into it unchanged, `title` escaped. The Content-Security-Policy is the application's: it may be set here, and must allow
   * `content.policy`; `frame-ancestors 'none'` is added. May be async. Not with `render`.
   */
  layout?:
    | ((req: HttpRequest, res: HttpResponse, content: PageContent) => string | Promise<string>)
    | undefined;
  /**
   * A stylesheet of the application that our pages load after their own: a path on this origin, such as
   * `/panel.css`. It sets the CSS variables `--sf-…`, or more. Pictures and fonts may come from this origin then.
   */
  stylesheet?: string | undefined;
  /**
   * The status of pages that tell of a problem: its own (`problem`, default), or always 200 (`ok`), for proxies that put
   * a page of theirs in the place of every error. JSON keeps its status.
   */
  pageStatus?: 'problem' | 'ok' | undefined;
  /**
   * The language of the pages: one for all, or by request, told at once; what is unknown or `undefined` is left to
   * `Accept-Language`. Default: `Accept-Language`, else English.
   */
  language?: Language | (string & {}) | ((req: HttpRequest) => string | undefined) | undefined;
  /**
   * Other languages than those of the package, or other words for them, by tag (BCP 47): `{ pt: portuguese }`. Each is
   * whole: what misses a text is `option-invalid`.
   */
  texts?: Readonly<Record<string, LanguageTexts>> | undefined;

  /** Acting as somebody else; left out: the routes do not exist. */
  impersonation?: ImpersonationOptions | undefined;

  /**
   * Who must have a second factor: `required` lets an account without one only enable it after the
   * password, or cancel; `{ requiredFrom }` does so from that moment on, and shows the day before. While it
   * is required it cannot be disabled. May be async. Default `optional`.
   */
  policy?: ((account: AccountSummary) => Policy | Promise<Policy>) | undefined;
  /**
   * Passkeys and security keys as second factors: `webauthn({ rpId, rpName, origins })` from
   * `passport-second-factor/webauthn`. Left out: there are none, and keys that an account has let nobody in.
   */
  webauthn?: WebAuthn | undefined;
  /**
   * Lets users remember a browser, which then asks for no code at sign-in for so many days (1 to 365), and
   * for one all the same where it matters. Left out: nobody can.
   */
  rememberBrowsers?: { readonly days: number } | undefined;
  /**
   * Called when something happened to an account that its owner should hear of. Not awaited; what it
   * throws is reported by `process.emitWarning`.
   */
  notify?: ((account: AccountSummary, notice: Notice) => unknown) | undefined;

  /** Other origins whose pages may call the routes: `https://app.example`. They are not returned to. */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * Other origins where a form of ours may end, directly or by a redirect of the application: those of OAuth
   * clients, of an identity provider behind `loginPath`, of a single-page application. They may call nothing.
   */
  returnToOrigins?: readonly string[] | undefined;
  /** The client's address for events, told at once. Default: Express's `req.ip`, else the socket's. */
  ip?: ((req: HttpRequest) => string | undefined) | undefined;
  /** Whether the browser came by https, told at once. Default: Express's `req.secure`, else the socket's. */
  secure?: ((req: HttpRequest) => boolean) | undefined;
  /**
   * The key in `req.session`. Default `secondFactor`. With another one sessions are of nobody this package knows: who acts as
   * somebody else in one is taken for them. Delete all sessions where you change it.
   */
  sessionKey?: string | undefined;

  /** Time steps accepted on each side, 0 to 10; more than 1 is warned about. Default 1 (RFC 6238 §5.2). */
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
   * For how many seconds a process goes by what it has read of an account's record, on requests of who is signed in to it: 0 to
   * 60. Default 0: every request reads it. What another process changed is noticed that much later; what this one did, at
   * once. Codes, keys, set-ups, acting, remembered browsers, the routes of {@link SecondFactor.router} and guards with `maxAge`
   * always read, and `findUser` runs on every request.
   */
  recheckSeconds?: number | undefined;
  /** Milliseconds since 1970, at once; for tests. Default `Date.now`. */
  clock?: (() => number) | undefined;
}

/** What the policy says of an account. */
export type Policy =
  | 'optional'
  | 'required'
  /** Required from a day on. */
  | { readonly requiredFrom: Date; readonly phishingResistant?: boolean | undefined }
  /** Nothing but a passkey or security key will do. Needs the option `webauthn`. */
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
   * Narrows further, for resellers and their own customers for example. May be async. When it throws nobody
   * begins to act, and for those who act already it ends (`process.emitWarning` tells).
   */
  canActAs?: ((actor: AccountSummary, target: AccountSummary) => boolean | Promise<boolean>) | undefined;
  /**
   * Whom an account of a level is taken to at sign-in, by level and account id: `{ root: 'admin' }`. Only
   * while neither of the two has a second factor.
   */
  autoSwitch?: Readonly<Record<string, string>> | undefined;
}

/** What `req.logIn` does once a sign-in is parked. */
export type WhenCodeRequired = 'respond' | 'error';
