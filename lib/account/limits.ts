/** The numbers that {@link decideAttempt} and {@link decideConfirmation} go by. */
export interface Limits {
  /**
   * Time steps accepted on each side of the server's clock, and of the learned offset.
   * RFC 6238 §5.2 recommends at most one. 0 accepts exactly one code, and nothing is learned.
   */
  readonly window: number;
  /** When codes are no longer checked. */
  readonly lockout: LockoutLimits;
}

/** How long the next attempt has to wait after wrong codes in a row (RFC 4226 §7.3). */
export interface LockoutLimits {
  /** The failure in a row that brings the first wait. */
  readonly after: number;
  /** The first wait in seconds; each further failure doubles it. */
  readonly waitSeconds: number;
  /** The longest wait in seconds. */
  readonly maxWaitSeconds: number;
  /**
   * Failures in a row after which codes are refused until a recovery code, an operator or a new
   * enrollment brings them back. NIST SP 800-63B §3.2.2: no more than 100.
   */
  readonly hardLimit: number;
}

/** The limits shipped; design and sources in docs/limits.md. */
export const DEFAULT_LIMITS: Limits = {
  window: 1,
  lockout: { after: 5, waitSeconds: 30, maxWaitSeconds: 3600, hardLimit: 100 },
};

/** A phone's clock found off by at most this many steps at enrollment is learned (RFC 6238 §6). */
export const ENROLLMENT_OFFSET_STEPS = 5;
/** The learned offset never goes beyond this many steps, however slowly a clock drifts. */
export const MAXIMUM_OFFSET_STEPS = 10;
/** A code right within this many steps (one hour) is answered with how far off the phone's clock is. */
export const SKEW_HINT_STEPS = 120;
/** Wrong codes after which an unfinished set-up is dropped. */
export const SETUP_ATTEMPTS = 10;
/** Wrong recovery codes after which a parked sign-in is dropped. */
export const RECOVERY_ATTEMPTS = 5;
/** Authenticators of one account. Each adds its codes to what a guess may hit: docs/limits.md has the odds. */
export const MAXIMUM_AUTHENTICATORS = 5;
/** Browsers known of one account. */
export const MAXIMUM_BROWSERS = 10;
/** That a remembered browser was used is written down no more often than this. */
export const LAST_USED_MILLISECONDS = 86_400_000;
/** Passkeys and security keys of one account: with two of them sealed it stays under 2.4 KB. */
export const MAXIMUM_SECURITY_KEYS = 5;
