import type { AccountRecord, Authenticator, KnownBrowser } from '../../lib/account/record.js';

/** What a process that knows format 1 only knows of an account. */
export type Format1Record = Omit<
  AccountRecord,
  'authenticators' | 'keys' | 'recoveryConfirmed' | 'browsers' | 'activity'
> & {
  readonly authenticators: readonly Omit<Authenticator, 'parameters'>[];
  readonly browsers: readonly Omit<KnownBrowser, 'formerId'>[];
};

const SECRET_BYTES = { least: 10, most: 64 };
const FORMAT_VERSION = 1;

function encodeRecord(record: Format1Record): string {
  return JSON.stringify([
    FORMAT_VERSION,
    record.enrollment,
    record.enrolledAt,
    record.failures,
    record.lockedUntil,
    record.authenticators.map(({ id, name, secret, addedAt, lastStep, clockOffset }) => [
      id,
      name,
      Buffer.from(secret).toString('base64url'),
      addedAt,
      lastStep,
      clockOffset,
    ]),
    record.recoveryKey,
    record.recoveryDigests.join('.'),
    record.browsersStamp,
    record.browsers.map(({ id, name, firstUsedAt, lastUsedAt, rememberedUntil, failures, lockedUntil }) => [
      id,
      name,
      firstUsedAt,
      lastUsedAt,
      rememberedUntil,
      failures,
      lockedUntil,
    ]),
  ]);
}

/**
 * Reads a record as a process does that knows format 1 only: the decoder of the last version before there were
 * named parts, kept as it was, so that two versions side by side can be tried.
 *
 * @throws {TypeError} when it is anything else
 */
export function decodeFormat1(text: string): Format1Record {
  const fields = list(parsed(text), 10);
  if (fields[0] !== FORMAT_VERSION) throw new TypeError('not a record of a known format version');
  const digests = string(fields[7]);
  const authenticators = list(fields[5]).map(authenticator);
  if (authenticators.length === 0) throw new TypeError('the record has no authenticator');
  const record: Format1Record = {
    enrollment: string(fields[1]),
    enrolledAt: integer(fields[2]),
    failures: integer(fields[3]),
    lockedUntil: integer(fields[4]),
    authenticators,
    recoveryKey: string(fields[6]),
    recoveryDigests: digests === '' ? [] : digests.split('.'),
    browsersStamp: fields[8] === null ? null : string(fields[8]),
    browsers: list(fields[9]).map(browser),
  };
  if (encodeRecord(record) !== text) throw new TypeError('the record is not written as records are');
  return record;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('the record is not JSON');
  }
}

function authenticator(value: unknown): Omit<Authenticator, 'parameters'> {
  const fields = list(value, 6);
  const secret = Buffer.from(string(fields[2]), 'base64url');
  if (secret.length < SECRET_BYTES.least || secret.length > SECRET_BYTES.most) {
    throw new TypeError('a secret of the record has a length that no secret has');
  }
  return {
    id: string(fields[0]),
    name: string(fields[1]),
    secret,
    addedAt: integer(fields[3]),
    lastStep: integer(fields[4]),
    clockOffset: integer(fields[5]),
  };
}

function browser(value: unknown): Omit<KnownBrowser, 'formerId'> {
  const fields = list(value, 7);
  return {
    id: string(fields[0]),
    name: string(fields[1]),
    firstUsedAt: integer(fields[2]),
    lastUsedAt: integer(fields[3]),
    rememberedUntil: integer(fields[4]),
    failures: integer(fields[5]),
    lockedUntil: integer(fields[6]),
  };
}

function list(value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw new TypeError('a part of the record is not the list it must be');
  }
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a field of the record is not a string');
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a field of the record is not a whole number');
  return value as number;
}
