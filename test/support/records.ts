import { randomBytes } from 'node:crypto';
import { HOTP, Secret } from 'otpauth';
import type { AccountRecord, Authenticator, KnownBrowser } from '../../lib/account/record.js';
import { APP_PARAMETERS } from '../../lib/account/totp.js';
import type { TotpParameters } from '../../lib/account/totp.js';

/** A moment at which a time step begins, milliseconds since 1970. */
export const NOW = 1_800_000_000_000;
/** The time step that begins at {@link NOW}. */
export const STEP = 60_000_000;
/** A time step in milliseconds. */
export const STEP_MILLISECONDS = 30_000;

/** An authenticator nobody has used; say what is to be otherwise. */
export function anAuthenticator(given: Partial<Authenticator> = {}): Authenticator {
  return {
    id: randomBytes(8).toString('base64url'),
    name: '',
    secret: randomBytes(20),
    parameters: APP_PARAMETERS,
    addedAt: 0,
    lastStep: 0,
    clockOffset: 0,
    ...given,
  };
}

/** A browser that passed the second factor before and is always asked for a code; say what is to be otherwise. */
export function aBrowser(given: Partial<KnownBrowser> = {}): KnownBrowser {
  return {
    id: randomBytes(32).toString('base64url'),
    formerId: null,
    name: 'Firefox on Linux',
    firstUsedAt: 0,
    lastUsedAt: 0,
    rememberedUntil: 0,
    failures: 0,
    lockedUntil: 0,
    ...given,
  };
}

/** The record of an account that has just been enrolled; say what is to be otherwise. */
export function aRecord(given: Partial<AccountRecord> = {}): AccountRecord {
  return {
    enrollment: randomBytes(16).toString('base64url'),
    enrolledAt: 0,
    authenticators: [anAuthenticator()],
    keys: [],
    failures: 0,
    lockedUntil: 0,
    recoveryKey: randomBytes(16).toString('base64url'),
    recoveryDigests: [],
    recoveryConfirmed: null,
    browsers: [],
    browsersStamp: null,
    activity: [],
    ...given,
  };
}

/** A hardware token: eight digits of SHA-256 every minute. */
export const TOKEN_PARAMETERS: TotpParameters = { algorithm: 'sha256', digits: 8, period: 60 };

/** What an authenticator shows in a time step of its own; an app, unless it says otherwise. */
export function codeAt(
  { secret, parameters = APP_PARAMETERS }: Pick<Authenticator, 'secret'> & Partial<Authenticator>,
  step: number,
): string {
  const { algorithm, digits } = parameters;
  const hex = Buffer.from(secret).toString('hex');
  return HOTP.generate({ secret: Secret.fromHex(hex), counter: step, algorithm, digits });
}

/** Codes with the digits of the first authenticator of a record that none of them shows within 15 steps of a moment. */
export function wrongCodes(
  { authenticators }: Pick<AccountRecord, 'authenticators'>,
  now: number,
  count: number,
): string[] {
  const near = Array.from({ length: 31 }, (_, place) => place - 15);
  const right = new Set(
    authenticators.flatMap((app) => {
      const current = Math.floor(now / (app.parameters.period * 1000));
      return near.map((delta) => codeAt(app, current + delta));
    }),
  );
  const digits = authenticators[0]?.parameters.digits ?? APP_PARAMETERS.digits;
  const some = Array.from({ length: count + right.size }, (_, place) => String(10 ** (digits - 1) + place));
  return some.filter((code) => !right.has(code)).slice(0, count);
}

/** A code that no authenticator of a record shows within 15 steps of a moment. */
export function wrongCode(record: Pick<AccountRecord, 'authenticators'>, now: number): string {
  return wrongCodes(record, now, 1)[0]!;
}

/** As right as a code can be without being so at any near moment: all digits but the last one. */
export function nearlyRight(authenticator: Authenticator, step: number): string {
  const acceptable = [-1, 0, 1].map((delta) => codeAt(authenticator, step + delta));
  const digits = codeAt(authenticator, step).slice(0, -1);
  return Array.from({ length: 10 }, (_, last) => digits + String(last)).find(
    (code) => !acceptable.includes(code),
  )!;
}
