import { SecondFactorError } from '../errors.js';
import { authenticatorName } from './authenticators.js';
import { decodeHex } from './hex.js';
import { parseOtpauthUri } from './otpauth-uri.js';
import type { Authenticator } from './record.js';
import {
  IMPORTED_SECRET_MINIMUM_BYTES,
  SECRET_MAXIMUM_BYTES,
  SECRET_MINIMUM_BYTES,
  decodeSecret,
} from './totp.js';
import { parseTotpParameters } from './totp-parameters.js';

/** What goes with a secret, and stands in a URI itself. */
const WITH_SECRET = ['encoding', 'digits', 'algorithm', 'period'] as const;

/** The properties that tell an authenticator of another system. */
export const IMPORTED_PROPERTIES = [
  'secret',
  'uri',
  ...WITH_SECRET,
  'name',
  'dangerouslyAllowShortSecret',
] as const;

/** What a record takes over of an authenticator of another system. */
export type ImportedAuthenticator = Pick<Authenticator, 'name' | 'secret' | 'parameters'>;

/**
 * Reads an authenticator of another system: of `secret` and what goes with it, or of `uri`. What has no name of
 * {@link IMPORTED_PROPERTIES} is passed over.
 *
 * @throws {SecondFactorError} `option-invalid` with the reason; no message holds the secret
 */
export function parseImported(given: Readonly<Record<string, unknown>>): ImportedAuthenticator {
  const { name = '', dangerouslyAllowShortSecret: short = false } = given;
  if (typeof short !== 'boolean') throw invalid('dangerouslyAllowShortSecret must be a boolean');
  if (typeof name !== 'string') throw invalid(`name must be a string, got ${typeof name}`);
  const { secret, parameters } = given.uri === undefined ? fromSecret(given) : fromUri(given);
  requireLength(secret, short);
  if (new Set(secret).size === 1) throw invalid('secret is not random: all its bytes are the same');
  return { name: authenticatorName(name), secret, parameters };
}

type Read = Omit<ImportedAuthenticator, 'name'>;

function fromSecret(given: Readonly<Record<string, unknown>>): Read {
  const { secret, encoding = 'base32' } = given;
  if (secret === undefined) throw invalid('secret or uri is missing');
  if (encoding !== 'base32' && encoding !== 'hex') throw invalid("encoding must be 'base32' or 'hex'");
  const text = typeof secret === 'string' ? secret : '';
  const bytes = encoding === 'hex' ? decodeHex(text) : decodeSecret(text);
  if (bytes) return { secret: bytes, parameters: parseTotpParameters(given) };
  if (encoding === 'hex') throw invalid('secret must be a string of hex digits, two for each byte');
  const fix = decodeHex(text) ? "; it looks like hex: set encoding: 'hex'" : '';
  throw invalid(`secret must be a base32 string (RFC 4648 §6)${fix}`);
}

function fromUri(given: Readonly<Record<string, unknown>>): Read {
  if (given.secret !== undefined) throw invalid('use either secret or uri, not both');
  const beside = WITH_SECRET.find((name) => given[name] !== undefined);
  if (beside !== undefined) throw invalid(`${beside} is for secret only; a uri has its own`);
  return parseOtpauthUri(given.uri);
}

function requireLength({ length }: Uint8Array, short: boolean): void {
  const least = short ? IMPORTED_SECRET_MINIMUM_BYTES : SECRET_MINIMUM_BYTES;
  if (length >= least && length <= SECRET_MAXIMUM_BYTES) return;
  const isShort = length >= IMPORTED_SECRET_MINIMUM_BYTES && length < least;
  const fix = isShort ? '; dangerouslyAllowShortSecret: true accepts it' : '';
  const range = `${String(least)} to ${String(SECRET_MAXIMUM_BYTES)} bytes`;
  throw invalid(`secret must have ${range}, has ${String(length)}${fix}`);
}

function invalid(message: string): SecondFactorError {
  return new SecondFactorError('option-invalid', message);
}
