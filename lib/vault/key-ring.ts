import { hkdfSync } from 'node:crypto';
import { SecondFactorError } from '../errors.js';

/** AES-256 and HMAC-SHA-256 keys alike. */
const KEY_BYTES = 32;
const KEY_ID_BYTES = 6;

/** What a key is derived for. Keys of two purposes have nothing in common (RFC 5869 §3.2). */
export type Purpose = 'record' | 'setup' | 'stamp' | 'cookie-name' | 'browser-token' | 'challenge';

/** One master key, from which a key for each purpose is derived. */
export interface MasterKey {
  /** Names the key in what it sealed; says nothing about it. */
  readonly id: string;
  /** The key for a purpose (HKDF-SHA-256, RFC 5869), 32 bytes. */
  derive(purpose: Purpose): Buffer;
}

/** The master keys in use; the first one seals, all of them open. */
export type KeyRing = readonly [MasterKey, ...MasterKey[]];

/**
 * Reads the `keys` option.
 *
 * @param keys base64 or base64url of exactly 32 random bytes each (`openssl rand -base64 32`), newest first
 * @throws {SecondFactorError} `key-invalid` when one is missing, of another length, not random or repeated;
 *   the message names the place, never the key
 */
export function parseKeyRing(keys: unknown): KeyRing {
  if (!Array.isArray(keys)) {
    throw invalid(`keys must be an array of base64 strings of 32 bytes each, got ${typeof keys}`);
  }
  const ring = Array.from(keys, (key: unknown, place) => masterKey(key, `keys[${String(place)}]`));
  const [first, ...others] = ring;
  if (!first) throw invalid('keys is empty');
  ring.forEach((key, place) => {
    const before = ring.findIndex((other) => other.id === key.id);
    if (before !== place) throw invalid(`keys[${String(place)}] repeats keys[${String(before)}]`);
  });
  return [first, ...others];
}

function masterKey(value: unknown, name: string): MasterKey {
  if (typeof value !== 'string' || value === '') {
    const got = value === '' ? 'an empty string' : value === null ? 'null' : typeof value;
    const unset = value === undefined ? ', as from an environment variable that is not set' : '';
    throw invalid(`${name} must be a base64 string of 32 bytes, got ${got}${unset}`);
  }
  if (value !== value.trim()) {
    throw new SecondFactorError(
      'key-invalid',
      `${name} begins or ends with white space, such as the line break at the end of a file: use .trim()`,
    );
  }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) throw invalid(`${name} is not base64`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw invalid(`${name} must have 32 bytes, has ${String(bytes.length)}`);
  }
  if (new Set(bytes).size < 8) throw invalid(`${name} is not random`);
  return {
    id: expand(bytes, 'key id', KEY_ID_BYTES).toString('base64url'),
    derive: (purpose) => expand(bytes, purpose, KEY_BYTES),
  };
}

function expand(key: Buffer, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `passport-second-factor ${info}`, length));
}

function invalid(problem: string): SecondFactorError {
  return new SecondFactorError('key-invalid', `${problem}. Make a key with: openssl rand -base64 32`);
}
