/**
 * Everything that a client may be told, by code: HTTP status and a sentence for people. The `type` of a problem
 * document (RFC 9457) ends in the code; docs/errors.md has a heading for each.
 */
export const PROBLEMS = {
  'code-malformed': {
    status: 400,
    title: 'The code must be the six to eight digits that the authenticator shows, or a recovery code.',
  },
  'body-malformed': { status: 400, title: 'The request body could not be read.' },
  'login-required': { status: 401, title: 'Sign in first.' },
  'code-required': { status: 401, title: 'The one-time code is still missing.' },
  'sign-in-expired': {
    status: 401,
    title:
      'This sign-in has ended: its time is over, or another click completed or cancelled it. If you are not signed in, ' +
      'sign in again.',
  },
  'code-invalid': { status: 401, title: 'The code is not right.' },
  'code-already-used': { status: 401, title: 'This code was used before. Wait for the next one.' },
  'assertion-invalid': { status: 401, title: 'The passkey or security key was not accepted.' },
  'assertion-already-used': {
    status: 401,
    title: 'The passkey or security key has signed in elsewhere meanwhile. Use it once more.',
  },
  'security-key-stopped': {
    status: 401,
    title:
      'This security key was stopped, because there may be a copy of it. Use another way, and remove it.',
  },
  'security-key-required': { status: 403, title: 'This needs a passkey or security key.' },
  'step-up-required': { status: 401, title: 'Confirm that it is you with a fresh code.' },
  'session-required': { status: 401, title: 'This page needs a signed-in session of this account.' },
  'enrollment-required': { status: 403, title: 'Enable two-step authentication first.' },
  'impersonation-refused': { status: 403, title: 'This is not possible while acting as somebody else.' },
  'cross-site': { status: 403, title: 'The request came from another site and was refused.' },
  'disable-refused': { status: 403, title: 'Two-step authentication is required for this account.' },
  'not-found': { status: 404, title: 'There is no such authenticator, key or browser.' },
  'already-enrolled': { status: 409, title: 'Two-step authentication is enabled already.' },
  'not-enrolled': { status: 409, title: 'Two-step authentication is not enabled.' },
  'other-factor': {
    status: 409,
    title:
      'This account still has its earlier second factor. Until that is moved no other one can be enabled.',
  },
  'authenticator-limit': { status: 409, title: 'There are as many authenticators as an account can have.' },
  'factor-last': { status: 409, title: 'This is the only second factor of the account.' },
  'recovery-codes-outdated': { status: 409, title: 'These recovery codes were replaced by newer ones.' },
  'security-key-limit': {
    status: 409,
    title: 'There are as many passkeys and security keys as an account can have.',
  },
  'security-key-known': { status: 409, title: 'This passkey or security key was added before.' },
  'setup-expired': {
    status: 409,
    title:
      'That set-up is over: it is done already, was cancelled, another one took its place, or its time has passed.',
  },
  'other-account': { status: 409, title: 'You are signed in as another account now. Nothing was done.' },
  'not-impersonating': { status: 409, title: 'Nobody is acting as somebody else here.' },
  'security-key-invalid': { status: 422, title: 'The passkey or security key could not be added.' },
  'clock-skew': { status: 422, title: 'The code is right for another minute: the two clocks disagree.' },
  locked: { status: 429, title: 'Too many wrong codes. Wait before the next one.' },
  'store-unavailable': { status: 503, title: 'The second factor cannot be checked right now. Try again.' },
  'record-unreadable': { status: 503, title: 'The second factor of this account cannot be read.' },
  'record-missing': { status: 503, title: 'The second factor of this account is missing.' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The stable codes of everything a client may be told. */
export type ProblemCode = keyof typeof PROBLEMS;

/**
 * Mistakes of the integration, found at construction or at the first request. They reach the application's error
 * handler, never a user. The message says how to fix them.
 */
export type IntegrationErrorCode =
  | 'option-unknown'
  | 'option-invalid'
  | 'key-invalid'
  | 'store-invalid'
  | 'session-missing'
  | 'session-not-on-server'
  | 'session-not-mounted'
  | 'passport-session-missing'
  | 'passport-version'
  | 'passport-instance'
  | 'router-not-mounted'
  | 'account-invalid'
  | 'account-unknown'
  | 'account-unstable'
  | 'find-user-failed'
  | 'login-callback-missing'
  | 'login-twice';

/** The code of any error of this package. */
export type ErrorCode = ProblemCode | IntegrationErrorCode;

/** Integration errors that users can meet when nothing is wrong with the code: not "500". */
const INTEGRATION_STATUS: Partial<Record<IntegrationErrorCode, number>> = {
  'account-unknown': 401,
  'session-missing': 503,
};

/** The `type` of a problem document (RFC 9457 §3.1.1): a URN that ends in the code. */
export function problemType(code: string): string {
  return `urn:passport-second-factor:error:${code}`;
}

/** A class of errors. */
interface ErrorClass {
  readonly prototype: Error;
  new (...args: never): Error;
}

/**
 * Makes `instanceof` hold for what any copy of the package made: an application may load it as ESM and as
 * CommonJS. The mark is a symbol on the prototype, which nothing that was parsed or copied has.
 */
function shareInstances(shared: ErrorClass, name: string): void {
  const mark = Symbol.for(`passport-second-factor.${name}`);
  Object.defineProperty(shared.prototype, mark, { value: true });
  Object.defineProperty(shared, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // Classes that extend it inherit this function, and have instances of their own.
      if (this !== shared) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && mark in value;
    },
  });
}

/**
 * Base of every error that this package throws, rejects with or hands to `next`. `code` is stable and documented;
 * `status` is what Express answers with when nobody handles the error. `instanceof` works for the errors of every
 * copy of the package, ESM or CommonJS.
 */
export class SecondFactorError extends Error {
  static {
    shareInstances(this, 'SecondFactorError');
  }

  override readonly name: string = 'SecondFactorError';
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message?: string, options?: { cause?: unknown }) {
    const problem = isProblemCode(code) ? PROBLEMS[code] : undefined;
    super(message ?? problem?.title ?? code, options);
    this.code = code;
    this.status = problem?.status ?? INTEGRATION_STATUS[code as IntegrationErrorCode] ?? 500;
  }

  /** The same as `status`, under the name that some frameworks look for. */
  get statusCode(): number {
    return this.status;
  }

  /** The `type` of this error as a problem document (RFC 9457). */
  get type(): string {
    return problemType(this.code);
  }
}

/**
 * The first step was right, and something is missing: the code (`code-required`), or a second factor that the policy
 * requires (`enrollment-required`). With `whenCodeRequired: 'error'`, the callback of `req.logIn` gets it. The
 * sign-in is parked, `req.user` is empty, and the client should be sent to `location`.
 */
export class SecondFactorRequiredError extends SecondFactorError {
  static {
    shareInstances(this, 'SecondFactorRequiredError');
  }

  override readonly name = 'SecondFactorRequiredError';
  /** Where it goes on: a path on this origin. */
  readonly location: string;
  /** When the parked sign-in ends, milliseconds since 1970. */
  readonly until: number;

  constructor(code: 'code-required' | 'enrollment-required', location: string, until: number) {
    super(code);
    this.location = location;
    this.until = until;
  }
}

/** Whether a code is one of those that clients are told. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
