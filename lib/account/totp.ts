import { timingSafeEqual } from 'node:crypto';
import { ScureBase32Plugin, createGuardrails } from 'otplib';
import { generateSync } from 'otplib/functional';

/** RFC 6238 §5.2: the recommended time step, and the only one authenticator apps agree on. */
export const TIME_STEP_SECONDS = 30;
/** RFC 4226 §5.3 asks for at least 6 digits; 6 is what every authenticator app shows. */
export const CODE_DIGITS = 6;
/** RFC 4226 §4 R6 recommends 160 bits. */
export const SECRET_BYTES = 20;
/** RFC 4226 §4 R6: a secret must have at least 128 bits. */
export const SECRET_MINIMUM_BYTES = 16;
/** What other systems have issued: 80 bits. Taken over only when the operator says so. */
export const IMPORTED_SECRET_MINIMUM_BYTES = 10;
/** The block size of SHA-1: HMAC hashes a longer key first (RFC 2104 §2). */
export const SECRET_MAXIMUM_BYTES = 64;

/** The hash functions of RFC 6238 §1.2. Authenticator apps agree on SHA-1 only, so that is what we issue. */
export type TotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

const base32 = new ScureBase32Plugin();
const guardrails = createGuardrails({ MIN_SECRET_BYTES: IMPORTED_SECRET_MINIMUM_BYTES });

/** The time step (RFC 6238 §4.2) of a moment in milliseconds since 1970. */
export function timeStepAt(milliseconds: number): number {
  return Math.floor(milliseconds / (TIME_STEP_SECONDS * 1000));
}

/**
 * The code of one time step (RFC 6238 §4).
 *
 * @throws {RangeError} when the secret has fewer than 10 bytes or the step is not a whole number from 0
 */
export function totpCode(
  secret: Uint8Array,
  step: number,
  algorithm: TotpAlgorithm = 'sha1',
  digits: 6 | 7 | 8 = CODE_DIGITS,
): string {
  if (secret.length < IMPORTED_SECRET_MINIMUM_BYTES) {
    throw new RangeError('a TOTP secret has at least 10 bytes');
  }
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError('a time step is a whole number from 0');
  return generateSync({ strategy: 'hotp', secret, counter: step, algorithm, digits, guardrails });
}

/**
 * Which of `steps` the code belongs to. All of them are computed and compared in constant time, whatever
 * the first ones said. Steps before 1970 belong to nothing.
 *
 * @param code exactly six ASCII digits
 */
export function matchingSteps(secret: Uint8Array, code: string, steps: Iterable<number>): number[] {
  const presented = Buffer.from(code, 'latin1');
  const matches: number[] = [];
  for (const step of steps) {
    if (step < 0) continue;
    if (timingSafeEqual(presented, Buffer.from(totpCode(secret, step), 'latin1'))) matches.push(step);
  }
  return matches;
}

/** A secret as people type it into an authenticator: base32 (RFC 4648 §6) without padding. */
export function encodeSecret(secret: Uint8Array): string {
  return base32.encode(secret, { padding: false });
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
    return base32.decode(text.slice(0, -1) + BASE32_ALPHABET.charAt(last));
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
    'algorithm=SHA1',
    `digits=${String(CODE_DIGITS)}`,
    `period=${String(TIME_STEP_SECONDS)}`,
  ];
  return `otpauth://totp/${label}?${parameters.join('&')}`;
}
