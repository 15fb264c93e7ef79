import { parseAccountId } from './account/account.js';
import { isPrintable } from './account/clean-text.js';
import { DEFAULT_LIMITS, MAXIMUM_OFFSET_STEPS } from './account/limits.js';
import type { LockoutLimits } from './account/limits.js';
import { parseOrigin } from './answer/same-origin.js';
import { SecondFactorError } from './errors.js';
import { knownOnly } from './known-only.js';
import { isBefore06 } from './session/passport-port.js';
import type { HttpRequest, ResolvedImpersonation, ResolvedOptions, SecondFactorOptions } from './options.js';

/** NIST SP 800-63B §3.2.2: no more than 100 failures in a row. */
const HARD_LIMIT_MAXIMUM = 100;
const ISSUER_MAXIMUM_CHARACTERS = 100;
/** Names that express-session, Passport and connect-flash use in a session; what an object has is taken too. */
const SESSION_KEYS_TAKEN = [
  ...['cookie', 'id', 'req', 'touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate'],
  ...['passport', 'returnTo', 'messages', 'flash'],
];

type Given = Record<string, unknown>;

const KNOWN: Record<keyof SecondFactorOptions<unknown>, true> = {
  passport: true,
  issuer: true,
  account: true,
  findUser: true,
  store: true,
  keys: true,
  publicPath: true,
  basePath: true,
  loginPath: true,
  homePath: true,
  deserializedUserIsFresh: true,
  setEnrolled: true,
  onCodeRequired: true,
  carry: true,
  onSignedIn: true,
  formFields: true,
  render: true,
  stylesheet: true,
  pageStatus: true,
  language: true,
  impersonation: true,
  policy: true,
  trustedBrowsers: true,
  notify: true,
  allowedOrigins: true,
  returnToOrigins: true,
  ip: true,
  secure: true,
  sessionKey: true,
  window: true,
  lockout: true,
  pendingSeconds: true,
  freshSeconds: true,
  storeTimeoutMs: true,
  clock: true,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`, `store-invalid` or `passport-version`; the message names the
 *   option, what it must be and the type it got, never a value
 */
export function checkOptions(options: unknown): ResolvedOptions {
  const given = knownOnly(options, Object.keys(KNOWN), 'option');
  const window = number(given, 'window', DEFAULT_LIMITS.window, 0, MAXIMUM_OFFSET_STEPS);
  if (window > 1) {
    process.emitWarning(
      `window: ${String(window)} accepts ${String(2 * window + 1)} codes at a time; RFC 6238 §5.2 recommends 1`,
      { code: 'SECOND_FACTOR_WINDOW' },
    );
  }
  const unprefixed = given.publicPath === undefined || given.publicPath === '';
  const publicPath = unprefixed ? '' : path(given, 'publicPath', '/panel');
  const mountPath = path(given, 'basePath', '/two-step');
  return {
    passport: passport(given.passport),
    issuer: issuer(given.issuer),
    brand: typeof given.issuer === 'string' ? given.issuer : null,
    account: fn(given, 'account'),
    findUser: fn(given, 'findUser'),
    store: store(given.store),
    keys: Array.isArray(given.keys) ? given.keys : [given.keys],
    publicPath,
    mountPath,
    basePath: publicPath + mountPath,
    loginPath: publicPath + path(given, 'loginPath', '/login'),
    homePath: publicPath + path(given, 'homePath', '/'),
    deserializedUserIsFresh: boolean(given, 'deserializedUserIsFresh'),
    setEnrolled: given.setEnrolled === undefined ? undefined : fn(given, 'setEnrolled'),
    onCodeRequired: oneOf(given, 'onCodeRequired', ['respond', 'error'] as const),
    carry: fn(given, 'carry', () => undefined),
    onSignedIn: fn(given, 'onSignedIn', () => undefined),
    formFields: formFields(given),
    render: given.render === undefined ? undefined : fn(given, 'render'),
    stylesheet: stylesheet(given.stylesheet, publicPath),
    pageStatus: oneOf(given, 'pageStatus', ['problem', 'ok'] as const),
    language: language(given.language),
    impersonation: impersonation(given.impersonation),
    policy: fn(given, 'policy', () => 'optional' as const),
    trustedBrowserDays: trustedBrowserDays(given.trustedBrowsers),
    notify: given.notify === undefined ? undefined : fn(given, 'notify'),
    allowedOrigins: origins(given, 'allowedOrigins'),
    returnToOrigins: origins(given, 'returnToOrigins'),
    ip: fn(given, 'ip', (req: HttpRequest) => (req as { ip?: string }).ip ?? req.socket.remoteAddress),
    secure: fn(given, 'secure', (req: HttpRequest) => {
      const seen = (req as { secure?: boolean }).secure;
      return seen ?? (req.socket as { encrypted?: boolean }).encrypted ?? false;
    }),
    sessionKey: sessionKey(given.sessionKey),
    limits: { window, lockout: lockout(given.lockout) },
    pendingSeconds: number(given, 'pendingSeconds', 600, 60, 3600),
    freshSeconds: number(given, 'freshSeconds', 900, 60, 86_400),
    storeTimeoutMs: number(given, 'storeTimeoutMs', 2000, 10, 60_000),
    clock: wholeMilliseconds(fn(given, 'clock', Date.now)),
  };
}

/** What Passport 0.6 and 0.7 have, and what is merely called alike has not. */
const PASSPORT_METHODS = ['serializeUser', 'deserializeUser', 'authenticate', 'initialize', 'session'];

function passport(value: unknown): ResolvedOptions['passport'] {
  const given = value as Record<string, unknown> | null | undefined;
  const missing = PASSPORT_METHODS.find((method) => typeof given?.[method] !== 'function');
  const { logIn } = (given?._sm ?? {}) as { logIn?: unknown };
  if (missing !== undefined || typeof logIn !== 'function') {
    const without = typeof value === 'object' && value !== null ? ` without ${missing ?? 'sessions'}` : '';
    throw invalid(
      `passport must be the instance of the package passport that the application signs in with, got ` +
        `${kindOf(value)}${without}; an Authenticator of @fastify/passport is none`,
    );
  }
  if (isBefore06(given?._sm as object)) {
    throw new SecondFactorError(
      'passport-version',
      'passport is older than 0.6; install passport 0.6 or 0.7',
    );
  }
  return value as ResolvedOptions['passport'];
}

function store(value: unknown): ResolvedOptions['store'] {
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
  return value as ResolvedOptions['store'];
}

function issuer(value: unknown): ResolvedOptions['issuer'] {
  const most = ISSUER_MAXIMUM_CHARACTERS;
  const check = (name: unknown): string => {
    if (typeof name === 'string' && !/^$|[:\p{Cc}\p{Cs}]/u.test(name) && Array.from(name).length <= most) {
      return name;
    }
    throw invalid(
      `issuer must be a name of 1 to ${String(most)} characters without a colon, control characters and lone ` +
        `surrogates, got ${kindOf(name)}`,
    );
  };
  if (typeof value === 'function') {
    return (account) => {
      const said = (value as (of: typeof account) => unknown)(account);
      // It may be a name that a customer chose: that must keep no user from their second factor.
      const fit = typeof said === 'string' ? said.replace(/[:\p{Cc}\p{Cs}\s]+/gu, ' ').trim() : said;
      return check(typeof fit === 'string' ? Array.from(fit).slice(0, most).join('') : fit);
    };
  }
  const name = check(value);
  return () => name;
}

function formFields(given: Given): ResolvedOptions['formFields'] {
  const fields = fn<ResolvedOptions['formFields']>(given, 'formFields', () => ({}));
  return (req, res) => {
    const said: unknown = fields(req, res);
    const wrong =
      typeof said !== 'object' || said === null || said instanceof Promise
        ? `got ${said instanceof Promise ? 'a promise' : kindOf(said)}`
        : Object.entries(said)
            .filter(([, value]) => typeof value !== 'string')
            .map(([name, value]) => `${JSON.stringify(name)} is ${kindOf(value)}`)[0];
    if (wrong !== undefined) throw invalid(`formFields must return an object of strings, ${wrong}`);
    return said as Readonly<Record<string, string>>;
  };
}

function language(value: unknown): ResolvedOptions['language'] {
  if (typeof value === 'function') return value as ResolvedOptions['language'];
  if (value === undefined || value === 'en' || value === 'ru') return () => value;
  throw invalid(`language must be 'en', 'ru' or a function of the request, got ${kindOf(value)}`);
}

function stylesheet(value: unknown, publicPath: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^(\/[\w.~-]+)+(\?[\w.~=&-]*)?$/.test(value)) {
    throw invalid(`stylesheet must be a path on this origin such as /panel.css, got ${kindOf(value)}`);
  }
  return publicPath + value;
}

function impersonation(value: unknown): ResolvedImpersonation | undefined {
  if (value === undefined) return undefined;
  const given = knownOnly(value, ['levels', 'canActAs', 'autoSwitch'], 'impersonation option');
  const { levels, autoSwitch } = given;
  const isName = (level: unknown): boolean => typeof level === 'string' && level !== '' && isPrintable(level);
  const named = Array.isArray(levels) && levels.every(isName);
  if (!named || levels.length < 2 || new Set(levels).size !== levels.length) {
    throw invalid(
      'impersonation.levels must be at least two different names of printable characters, highest first: ' +
        "['root', 'user']",
    );
  }
  const switches = Object.entries(autoSwitch ?? {}).map(([level, target]): [string, string] => {
    if (!levels.includes(level)) throw invalid(`impersonation.autoSwitch names ${level}, which is no level`);
    return [level, parseAccountId(target)];
  });
  return {
    levels: [...(levels as string[])],
    canActAs: fn(given, 'canActAs', () => true),
    autoSwitch: new Map(switches),
  };
}

function trustedBrowserDays(value: unknown): number | null {
  if (value === undefined) return null;
  const given = knownOnly(value, ['days'], 'trustedBrowsers option');
  return number(given, 'days', Number.NaN, 1, 365);
}

function lockout(value: unknown = {}): LockoutLimits {
  const defaults = DEFAULT_LIMITS.lockout;
  const given = knownOnly(value, Object.keys(defaults), 'lockout option');
  const hardLimit = number(given, 'hardLimit', defaults.hardLimit, 1, HARD_LIMIT_MAXIMUM);
  const waitSeconds = number(given, 'waitSeconds', defaults.waitSeconds, 1, 86_400);
  return {
    after: number(given, 'after', Math.min(defaults.after, hardLimit), 1, hardLimit),
    waitSeconds,
    maxWaitSeconds: number(
      given,
      'maxWaitSeconds',
      Math.max(defaults.maxWaitSeconds, waitSeconds),
      waitSeconds,
      86_400,
    ),
    hardLimit,
  };
}

function origins(given: Given, name: string): ReadonlySet<string> {
  const value = given[name] === undefined ? [] : given[name];
  if (!Array.isArray(value)) throw invalid(`${name} must be an array, got ${kindOf(value)}`);
  return new Set(
    value.map((entry: unknown) => {
      const origin = typeof entry === 'string' ? parseOrigin(entry) : null;
      if (origin === null) {
        throw invalid(`${name} must hold origins such as https://app.example, without a path`);
      }
      return origin;
    }),
  );
}

function sessionKey(value: unknown = 'secondFactor'): string {
  const taken = typeof value === 'string' && (SESSION_KEYS_TAKEN.includes(value) || value in {});
  if (typeof value !== 'string' || value === '' || taken) {
    const got = taken ? 'one that express-session or Passport uses' : kindOf(value);
    throw invalid(`sessionKey must be a name of its own, such as secondFactor, got ${got}`);
  }
  return value;
}

function path(given: Given, name: string, fallback: string): string {
  const value = given[name] === undefined ? fallback : given[name];
  if (typeof value !== 'string' || !/^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/.test(value) || hasDots(value)) {
    throw invalid(`${name} must be a path such as ${fallback}, got ${kindOf(value)}`);
  }
  if ((name === 'basePath' || name === 'publicPath') && value.endsWith('/')) {
    throw invalid(`${name} must not be the root, and not end in a slash`);
  }
  return value;
}

function hasDots(value: string): boolean {
  return value.split('/').some((part) => part === '.' || part === '..');
}

function number(given: Given, name: string, fallback: number, least: number, most: number): number {
  const value = given[name] === undefined ? fallback : given[name];
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    const range = `from ${String(least)} to ${String(most)}`;
    throw invalid(`${name} must be a whole number ${range}, got ${kindOf(value)}`);
  }
  return value as number;
}

function wholeMilliseconds(clock: () => number): () => number {
  return () => {
    const time = Math.floor(clock());
    if (!Number.isSafeInteger(time))
      throw invalid('clock must return milliseconds since 1970, as a finite number');
    return time;
  };
}

function boolean(given: Given, name: string): boolean {
  const value = given[name] === undefined ? false : given[name];
  if (typeof value !== 'boolean') throw invalid(`${name} must be a boolean, got ${kindOf(value)}`);
  return value;
}

function oneOf<Value extends string>(
  given: Given,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  const value = given[name] === undefined ? values[0] : given[name];
  if (!values.includes(value as Value)) {
    throw invalid(`${name} must be one of ${values.join(', ')}, got ${kindOf(value)}`);
  }
  return value as Value;
}

function fn<Fn extends (...args: never[]) => unknown>(given: Given, name: string, fallback?: Fn): Fn {
  const value = given[name] === undefined ? fallback : given[name];
  if (typeof value !== 'function') throw invalid(`${name} must be a function, got ${kindOf(value)}`);
  return value as Fn;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return value === '' ? 'an empty string' : typeof value;
}

function invalid(message: string): SecondFactorError {
  return new SecondFactorError('option-invalid', message);
}
