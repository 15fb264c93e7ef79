import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32nopad } from '@scure/base';

/** RFC 4226 §4 R6 recommends 160 bits. */
export const SECRET_BYTES = 20;
/** RFC 4226 §4 R6: a secret must have at least 128 bits. */
export const SECRET_MINIMUM_BYTES = 16;
/** What other systems have issued: 80 bits. Taken over only when the operator says so. */
export const IMPORTED_SECRET_MINIMUM_BYTES = 10;
/** The block size of SHA-1 and SHA-256, which hash a longer key first (RFC 2104 §2), and the seed of SHA-512 (RFC 6238 appendix B). */
export const SECRET_MAXIMUM_BYTES = 64;

/** The hash functions of RFC 6238 §1.2. */
export const TOTP_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;
/** RFC 4226 §5.3: at least 6 digits, and possibly 7 and 8. */
export const TOTP_DIGITS = [6, 7, 8] as const;
/** Time steps in seconds: the recommended one (RFC 6238 §5.2), and that of most hardware tokens besides. */
export const TOTP_PERIODS = [30, 60] as const;

/** One of the hash functions of RFC 6238 §1.2. */
export type TotpAlgorithm = (typeof TOTP_ALGORITHMS)[number];

/** How an authenticator makes its codes (RFC 6238 §4). */
export interface TotpParameters {
  readonly algorithm: TotpAlgorithm;
  /** How many digits a code has. */
  readonly digits: (typeof TOTP_DIGITS)[number];
  /** The time step in seconds. */
  readonly period: (typeof TOTP_PERIODS)[number];
}

/** What all authenticator apps agree on (Key URI Format), and so what we issue. */
export const APP_PARAMETERS: TotpParameters = { algorithm: 'sha1', digits: 6, period: 30 };

/** Whether two authenticators with one secret show the same codes. */
export function sameParameters(a: TotpParameters, b: TotpParameters): boolean {
  return a.algorithm === b.algorithm && a.digits === b.digits && a.period === b.period;
}

/**
 * The time step (RFC 6238 §4.2) of a moment.
 *
 * @param milliseconds since 1970
 * @param period of the authenticator, in seconds
 */
export function timeStepAt(milliseconds: number, period: number): number {
  return Math.floor(milliseconds / (period * 1000));
}

/**
 * The code of one time step (RFC 6238 §4): the HOTP value of RFC 4226 §5.3 with the step as its counter.
 *
 * @throws {RangeError} when the secret has fewer than 10 bytes or more than 64, or the step is not a whole number from 0
 */
export function totpCode(
  secret: Uint8Array,
  step: number,
  { algorithm, digits }: TotpParameters = APP_PARAMETERS,
): string {
  if (secret.length < IMPORTED_SECRET_MINIMUM_BYTES || secret.length > SECRET_MAXIMUM_BYTES) {
    throw new RangeError('a TOTP secret has at least 10 bytes and at most 64');
  }
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError('a time step is a whole number from 0');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(algorithm, secret).update(counter).digest();
  // Dynamic truncation: four bytes from where the last half byte points, without the sign.
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7f_ff_ff_ff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * Which of `steps` the code belongs to. All of them are computed and compared in constant time, whatever
 * the first ones said, and however many digits the code has. Steps before 1970 belong to nothing.
 *
 * @param code six to eight ASCII digits
 */
export function matchingSteps(
  secret: Uint8Array,
  code: string,
  steps: Iterable<number>,
  parameters: TotpParameters,
): number[] {
  const presented = comparable(code);
  const matches: number[] = [];
  for (const step of steps) {
    if (step < 0) continue;
    if (timingSafeEqual(presented, comparable(totpCode(secret, step, parameters)))) matches.push(step);
  }
  return matches;
}

/** A code in the room of the longest one: no shorter code fills it as a longer one does. */
function comparable(code: string): Buffer {
  return Buffer.from(code.padEnd(Math.max(...TOTP_DIGITS), ' '), 'latin1');
}

/** A secret as people type it into an authenticator: base32 (RFC 4648 §6) without padding. */
export function encodeSecret(secret: Uint8Array): string {
  return base32nopad.encode(secret);
}

const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The bytes of a secret as people and other systems write it: base32 (RFC 4648 §6) in either case, with or
 * without padding, spaces and hyphens. Bits at the end that make no byte do not count, as in authenticator
 * apps. `null` when it is anything else.
 */
export function decodeSecret(typed: string): Uint8Array | null {
  const text = typed.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (!/^[A-Za-z2-7\s=-]+$/.test(typed) || text === '') return null;
  const spareBits = (text.length * 5) % 8;
  const last = (BASE32_ALPHABET.indexOf(text.slice(-1)) >> spareBits) << spareBits;
  try {
    return base32nopad.decode(text.slice(0, -1) + BASE32_ALPHABET.charAt(last));
  } catch {
    return null;
  }
}

/**
 * The `otpauth:` URI that authenticator apps read from a QR code (Key URI Format). Every part is
 * percent-encoded, so that no issuer and no account name can add or bend a parameter.
 */
export function otpauthUri(issuer: string, accountName: string, secret: Uint8Array): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(accountName)}`;
  const parameters = [
    `secret=${encodeSecret(secret)}`,
    `issuer=${encodeURIComponent(issuer)}`,
    `algorithm=${APP_PARAMETERS.algorithm.toUpperCase()}`,
    `digits=${String(APP_PARAMETERS.digits)}`,
    `period=${String(APP_PARAMETERS.period)}`,
  ];
  return `otpauth://totp/${label}?${parameters.join('&')}`;
}
