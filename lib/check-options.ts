import { parseAccountId } from './account/account.js';
import { isPrintable } from './account/clean-text.js';
import { DEFAULT_LIMITS, MAXIMUM_OFFSET_STEPS } from './account/limits.js';
import type { Limits, LockoutLimits } from './account/limits.js';
import { SecondFactorError } from './errors.js';
import { hasFields, knownOnly, reading } from './known-only.js';
import {
  atOnce,
  flag,
  fn,
  invalid,
  kindOf,
  oneOf,
  optional,
  origins,
  path,
  place,
  whole,
} from './option-checks.js';
import type { Check } from './option-checks.js';
import type { AccountSummary, HttpRequest, Json, PassportInstance, SecondFactorOptions } from './options.js';
import { isBefore06 } from './passport-version.js';
import type { Store } from './vault/store.js';
import type { WebAuthn } from './webauthn.js';

/** NIST SP 800-63B §3.2.2: no more than 100 failures in a row. */
const HARD_LIMIT_MAXIMUM = 100;
const ISSUER_MAXIMUM_CHARACTERS = 100;
/** Names that express-session, Passport and connect-flash use in a session; what an object has is taken too. */
const SESSION_KEYS_TAKEN = [
  ...['cookie', 'id', 'req', 'touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate'],
  ...['passport', 'returnTo', 'messages', 'flash'],
];

type Options = SecondFactorOptions<unknown>;
/** An option as it is given when it is given. */
type Option<Name extends keyof Options> = NonNullable<Options[Name]>;
type Issuer = (account: { id: string; name: string }) => string;

/** Every option, with its check and its default. What they mean is said at {@link SecondFactorOptions}. */
const OPTIONS = {
  passport,
  issuer,
  account: fn<Option<'account'>>(
    undefined,
    '(user) => ({ id: user.id, name: user.login, securityStamp: user.passwordHash })',
  ),
  findUser: fn<Option<'findUser'>>(undefined, '(accountId) => users.byId(accountId)'),
  findAccountByName: optional(fn<Option<'findAccountByName'>>()),
  store,
  keys: (given: unknown): readonly unknown[] => (Array.isArray(given) ? Array.from(given) : [given]),
  publicPath: (given: unknown, name: string) =>
    given === '' ? '' : (optional(place('/panel'))(given, name) ?? ''),
  basePath: place('/two-step'),
  loginPath: path('/login'),
  homePath: path('/'),
  settingsPath: optional(path('/settings')),
  deserializedUserIsFresh: flag,
  setEnrolled: optional(fn<Option<'setEnrolled'>>()),
  whenCodeRequired: oneOf('respond', 'error'),
  carry,
  onSignedIn: fn<Option<'onSignedIn'>>(() => undefined),
  formFields,
  render: optional(fn<Option<'render'>>()),
  layout: optional(fn<Option<'layout'>>()),
  stylesheet: optional(stylesheet),
  pageStatus: oneOf('problem', 'ok'),
  language,
  texts,
  impersonation: optional(impersonation),
  policy: fn<(account: AccountSummary) => unknown>(() => 'optional'),
  webauthn: optional(webauthn),
  rememberBrowsers: optional(rememberBrowsers),
  recentActivity: flag,
  notify: optional(fn<Option<'notify'>>()),
  allowedOrigins: origins,
  returnToOrigins: origins,
  ip: atOnce<Option<'ip'>>((req) => (req as { ip?: string }).ip ?? req.socket.remoteAddress),
  secure: atOnce<Option<'secure'>>((req) => {
    const seen = (req as { secure?: boolean }).secure;
    return seen ?? (req.socket as { encrypted?: boolean }).encrypted ?? false;
  }),
  sessionKey,
  window,
  lockout,
  pendingSeconds: whole(600, 60, 3600),
  freshSeconds: whole(900, 60, 86_400),
  storeTimeoutMs: whole(2000, 10, 60_000),
  recheckSeconds: whole(0, 0, 60),
  clock,
} satisfies Record<keyof Options, Check<unknown>>;

type Checked = { readonly [Name in keyof typeof OPTIONS]: ReturnType<(typeof OPTIONS)[Name]> };

/** The options after the check: every default filled in, users opaque. */
export interface ResolvedOptions extends Omit<Checked, 'window' | 'lockout' | 'rememberBrowsers'> {
  /** The issuer where it is the same for all accounts. */
  readonly brand: string | null;
  /** The language where it is the same for all. */
  readonly onlyLanguage: string | null;
  /** Where the router is, as the application sees it; `basePath`, `loginPath` and `homePath` are as the browser does. */
  readonly mountPath: string;
  /** Whether the application was asked for fields of its own in the forms. */
  readonly hasFormFields: boolean;
  readonly limits: Limits;
  /** `null`: nobody can remember a browser. */
  readonly rememberBrowserDays: number | null;
}

/** The impersonation option after the check. */
interface ResolvedImpersonation {
  readonly levels: readonly string[];
  readonly canActAs: (actor: AccountSummary, target: AccountSummary) => Promise<boolean>;
  readonly autoSwitch: ReadonlyMap<string, string>;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`, `store-invalid` or `passport-version`; the message names the
 *   option, what it must be and the type it got, never a value
 */
export function checkOptions(options: unknown): ResolvedOptions {
  const given = knownOnly(options, Object.keys(OPTIONS), 'option');
  const checks = Object.entries<Check<unknown>>(OPTIONS);
  const checked = Object.fromEntries(
    checks.map(([name, check]) => [name, reading(name, () => check(given[name], name))]),
  ) as unknown as Checked;
  const { window, lockout, rememberBrowsers, ...others } = checked;
  const { publicPath, basePath, loginPath, homePath, settingsPath, stylesheet } = others;
  if (others.render && others.layout)
    throw invalid('use either layout or render: render draws the whole page');
  return {
    ...others,
    brand: typeof given.issuer === 'string' ? given.issuer : null,
    onlyLanguage: typeof given.language === 'string' ? given.language : null,
    mountPath: basePath,
    hasFormFields: given.formFields !== undefined,
    basePath: publicPath + basePath,
    loginPath: publicPath + loginPath,
    homePath: publicPath + homePath,
    settingsPath: settingsPath === undefined ? undefined : publicPath + settingsPath,
    stylesheet: stylesheet === undefined ? undefined : publicPath + stylesheet,
    limits: { window, lockout },
    rememberBrowserDays: rememberBrowsers ?? null,
  };
}

/** What Passport 0.6 and 0.7 have, and what is merely called alike has not. */
const PASSPORT_METHODS = ['serializeUser', 'deserializeUser', 'authenticate', 'initialize', 'session'];

function passport(value: unknown): PassportInstance {
  const given = value as Record<string, unknown> | null | undefined;
  const missing = PASSPORT_METHODS.find((method) => typeof given?.[method] !== 'function');
  const { logIn } = (given?._sm ?? {}) as { logIn?: unknown };
  if (missing !== undefined || typeof logIn !== 'function') {
    const without = typeof value === 'object' && value !== null ? ` without ${missing ?? 'sessions'}` : '';
    throw invalid(
      `passport must be the instance of the package passport that the application signs in with, got ` +
        `${kindOf(value)}${without}; an Authenticator of @fastify/passport is another library`,
    );
  }
  if (isBefore06(given?._sm as object)) {
    throw new SecondFactorError(
      'passport-version',
      'passport is older than 0.6; install passport 0.6 or 0.7',
    );
  }
  return value as PassportInstance;
}

function store(value: unknown): Store {
  const given = value as Record<string, unknown> | null | undefined;
  for (const method of ['get', 'compareAndSet', 'list']) {
    if (typeof given?.[method] !== 'function') {
      throw new SecondFactorError(
        'store-invalid',
        `store must be a store with get, compareAndSet and list; ${method} is ${kindOf(given?.[method])}. ` +
          "Use redisStore(client) from 'passport-second-factor/redis', for example",
      );
    }
  }
  return value as Store;
}

function webauthn(value: unknown): WebAuthn {
  const given = value as Record<string, unknown> | null | undefined;
  for (const method of [
    'creationOptions',
    'requestOptions',
    'credentialIdOf',
    'verifyCreation',
    'verifyAssertion',
  ]) {
    if (typeof given?.[method] !== 'function') {
      throw invalid(
        `webauthn must be what webauthn() makes, got ${kindOf(value)}: import { webauthn } from ` +
          "'passport-second-factor/webauthn'",
      );
    }
  }
  return value as WebAuthn;
}

function issuer(value: unknown): Issuer {
  const most = ISSUER_MAXIMUM_CHARACTERS;
  const check = (name: unknown): string => {
    if (typeof name === 'string' && !/^\s*$|[:\p{Cc}\p{Cs}]/u.test(name) && Array.from(name).length <= most) {
      return name;
    }
    throw invalid(
      `issuer must be a name of 1 to ${String(most)} characters without a colon, control characters and lone ` +
        `surrogates, got ${kindOf(name)}`,
    );
  };
  if (typeof value === 'function') {
    const nameFor = atOnce<(of: { id: string; name: string }) => unknown>()(value, 'issuer');
    return (account) => {
      const said = nameFor(account);
      // It may be a name that a customer chose: that must keep no user from their second factor.
      const fit = typeof said === 'string' ? said.replace(/[:\p{Cc}\p{Cs}\s]+/gu, ' ').trim() : said;
      return check(typeof fit === 'string' ? Array.from(fit).slice(0, most).join('') : fit);
    };
  }
  const name = check(value);
  return () => name;
}

function formFields(given: unknown, name: string): Option<'formFields'> {
  const fields = atOnce<Option<'formFields'>>(() => ({}))(given, name);
  return (req, res) => {
    const said: unknown = fields(req, res);
    const wrong = !hasFields(said)
      ? `got ${kindOf(said)}`
      : Object.entries(said)
          .filter(([, value]) => typeof value !== 'string')
          .map(([name, value]) => `${JSON.stringify(name)} is ${kindOf(value)}`)[0];
    if (wrong !== undefined) throw invalid(`formFields must return an object of strings, ${wrong}`);
    return said as Readonly<Record<string, string>>;
  };
}

/** What goes into a session must be such that it can be stored: else nobody could sign in, and no answer would come. */
function carry(given: unknown, name: string): Option<'carry'> {
  const taken = atOnce<Option<'carry'>>(() => undefined)(given, name);
  return (req, before) => {
    const said = taken(req, before);
    try {
      const text = JSON.stringify(said) as string | undefined;
      return text === undefined ? undefined : (JSON.parse(text) as Json);
    } catch (cause) {
      throw new SecondFactorError('option-invalid', 'carry must return a value that JSON can represent', {
        cause,
      });
    }
  };
}

function language(value: unknown, name: string): (req: HttpRequest) => string | undefined {
  if (typeof value === 'function') return atOnce<(req: HttpRequest) => string | undefined>()(value, name);
  if (value === undefined || (typeof value === 'string' && value !== '')) return () => value;
  throw invalid(`language must be a tag such as 'en' or a function of the request, got ${kindOf(value)}`);
}

/** What each holds is checked by who says it. */
function texts(value: unknown = {}): NonNullable<Option<'texts'>> {
  const given = hasFields(value) ? value : {};
  const wrong = Object.entries(given).find(([tag, each]) => !isTag(tag) || !hasFields(each));
  if (!hasFields(value) || wrong) {
    const got = wrong ? `${JSON.stringify(wrong[0])}: ${kindOf(wrong[1])}` : kindOf(value);
    throw invalid(`texts must be an object of language tags, each with pages and notices; got ${got}`);
  }
  return value as NonNullable<Option<'texts'>>;
}

/** BCP 47 §2.1, as far as it tells languages from mistakes. */
function isTag(text: string): boolean {
  return /^[a-z]{2,8}(-[a-z\d]{1,8})*$/i.test(text);
}

function stylesheet(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[\w.~-]+)+(\?[\w.~=&-]*)?$/.test(value)) {
    throw invalid(`stylesheet must be a path on this origin such as /panel.css, got ${kindOf(value)}`);
  }
  return value;
}

function impersonation(value: unknown): ResolvedImpersonation {
  const given = knownOnly(value, ['levels', 'canActAs', 'autoSwitch'], 'impersonation option');
  const { autoSwitch = {} } = given;
  const isName = (level: unknown): boolean => typeof level === 'string' && level !== '' && isPrintable(level);
  const levels: unknown = Array.isArray(given.levels) ? Array.from(given.levels) : undefined;
  const named = Array.isArray(levels) && levels.every(isName);
  if (!named || levels.length < 2 || new Set(levels).size !== levels.length) {
    throw invalid(
      'impersonation.levels must be at least two different names of printable characters, highest first: ' +
        "['root', 'user']",
    );
  }
  return {
    levels: levels as string[],
    canActAs: canActAs(given.canActAs, 'impersonation.canActAs'),
    autoSwitch: autoSwitches(autoSwitch, levels as string[]),
  };
}

/** Only `true` allows something: the answer of a database, also that there is no such row, counts as true in JavaScript. */
function canActAs(given: unknown, name: string): ResolvedImpersonation['canActAs'] {
  const ask = fn<(actor: AccountSummary, target: AccountSummary) => unknown>(() => true)(given, name);
  const allowed = (said: unknown): boolean => {
    if (said && said !== true) throw invalid(`${name} must return true or false, got ${kindOf(said)}`);
    return said === true;
  };
  return async (actor, target) => allowed(await ask(actor, target));
}

function autoSwitches(value: unknown, levels: readonly string[]): ReadonlyMap<string, string> {
  const given = knownOnly(value, levels, 'impersonation.autoSwitch level');
  return new Map(
    Object.entries(given).map(([level, target]): [string, string] => {
      try {
        return [level, parseAccountId(target)];
      } catch {
        const name = `impersonation.autoSwitch.${level}`;
        throw invalid(`${name} must be an account id, as account() gives it, got ${kindOf(target)}`);
      }
    }),
  );
}

function rememberBrowsers(value: unknown): number {
  const { days } = knownOnly(value, ['days'], 'rememberBrowsers option');
  return whole(Number.NaN, 1, 365)(days, 'rememberBrowsers.days');
}

function window(value: unknown, name: string): number {
  const steps = whole(DEFAULT_LIMITS.window, 0, MAXIMUM_OFFSET_STEPS)(value, name);
  if (steps > 1) {
    process.emitWarning(
      `window: ${String(steps)} accepts ${String(2 * steps + 1)} codes at a time; RFC 6238 §5.2 recommends 1`,
      { code: 'SECOND_FACTOR_WINDOW' },
    );
  }
  return steps;
}

function lockout(value: unknown = {}): LockoutLimits {
  const defaults = DEFAULT_LIMITS.lockout;
  const given = knownOnly(value, Object.keys(defaults), 'lockout option');
  const limit = (name: keyof LockoutLimits, fallback: number, least: number, most: number): number =>
    whole(fallback, least, most)(given[name], `lockout.${name}`);
  const hardLimit = limit('hardLimit', defaults.hardLimit, 1, HARD_LIMIT_MAXIMUM);
  const waitSeconds = limit('waitSeconds', defaults.waitSeconds, 1, 86_400);
  return {
    after: limit('after', Math.min(defaults.after, hardLimit), 1, hardLimit),
    waitSeconds,
    maxWaitSeconds: limit(
      'maxWaitSeconds',
      Math.max(defaults.maxWaitSeconds, waitSeconds),
      waitSeconds,
      86_400,
    ),
    hardLimit,
  };
}

function sessionKey(value: unknown = 'passportSecondFactor'): string {
  const taken = typeof value === 'string' && (SESSION_KEYS_TAKEN.includes(value) || value in {});
  if (typeof value !== 'string' || value === '' || taken) {
    const got = taken ? 'one that express-session or Passport uses' : kindOf(value);
    throw invalid(`sessionKey must be a name of its own, such as passportSecondFactor, got ${got}`);
  }
  return value;
}

function clock(value: unknown, name: string): () => number {
  const given = atOnce<Option<'clock'>>(Date.now)(value, name);
  return () => {
    const told: unknown = given();
    const time =
      typeof told === 'bigint' || typeof told === 'symbol' ? Number.NaN : Math.floor(told as number);
    if (Number.isSafeInteger(time)) return time;
    throw invalid('clock must return milliseconds since 1970, as a finite number');
  };
}
