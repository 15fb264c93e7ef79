import { randomBytes } from 'node:crypto';
import { HOTP, Secret } from 'otpauth';
import type { AccountRecord, Authenticator, KnownBrowser } from '../../lib/account/record.js';

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
    ...given,
  };
}

/** What an authenticator app shows in a time step. */
export function codeAt({ secret }: Pick<Authenticator, 'secret'>, step: number): string {
  const hex = Buffer.from(secret).toString('hex');
  return HOTP.generate({ secret: Secret.fromHex(hex), counter: step, algorithm: 'SHA1', digits: 6 });
}

/** Codes that no authenticator of a record shows within 15 steps of a moment. */
export function wrongCodes(
  { authenticators }: Pick<AccountRecord, 'authenticators'>,
  now: number,
  count: number,
): string[] {
  const current = Math.floor(now / STEP_MILLISECONDS);
  const near = Array.from({ length: 31 }, (_, place) => current - 15 + place);
  const right = new Set(authenticators.flatMap((app) => near.map((step) => codeAt(app, step))));
  const some = Array.from({ length: count + right.size }, (_, place) => String(100_000 + place));
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
