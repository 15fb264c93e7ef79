/**
 * All that is known of one account's second factor. No record means: not enrolled.
 * It is kept sealed; nothing in it ever leaves the process.
 */
export interface AccountRecord {
  /** 128 random bits, base64url, new at every enrolment: what sessions refer to. */
  readonly enrolment: string;
  /** The TOTP secret, 16 to 64 bytes. */
  readonly secret: Uint8Array;
  /** Milliseconds since 1970. */
  readonly enrolledAt: number;
  /** The newest time step that was accepted; codes of this step and older ones are void. */
  readonly lastStep: number;
  /** How far the authenticator's clock is ahead of ours, in time steps, as learned (RFC 6238 §6). */
  readonly clockOffset: number;
  /** Wrong codes since the last accepted one. */
  readonly failures: number;
  /** Until when no code is judged, milliseconds since 1970; 0 when there is no wait. */
  readonly lockedUntil: number;
  /** HMAC-SHA-256 of every recovery code not yet used, base64url. */
  readonly recoveryDigests: readonly string[];
}

/** What a pure decision says: the outcome to tell, and what becomes of the record. */
export interface Decision<Outcome> {
  readonly outcome: Outcome;
  /** The next record, `null` to delete it, `'unchanged'` to write nothing. */
  readonly next: AccountRecord | null | 'unchanged';
}

const FORMAT_VERSION = 1;

/** The record as text, to be sealed. */
export function encodeRecord(record: AccountRecord): string {
  return JSON.stringify([
    FORMAT_VERSION,
    record.enrolment,
    Buffer.from(record.secret).toString('base64url'),
    record.enrolledAt,
    record.lastStep,
    record.clockOffset,
    record.failures,
    record.lockedUntil,
    record.recoveryDigests.join('.'),
  ]);
}

/**
 * The record that {@link encodeRecord} wrote.
 *
 * @throws {TypeError} when the text is anything else: the caller must refuse, never take it for "not enrolled"
 */
export function decodeRecord(text: string): AccountRecord {
  const fields: unknown = JSON.parse(text);
  if (!Array.isArray(fields) || fields.length !== 9 || fields[0] !== FORMAT_VERSION) {
    throw new TypeError('not a record of a known format version');
  }
  const [, enrolment, secret, enrolledAt, lastStep, clockOffset, failures, lockedUntil, digests] =
    fields as unknown[];
  if (typeof enrolment !== 'string' || typeof secret !== 'string' || typeof digests !== 'string') {
    throw new TypeError('a field of the record is not a string');
  }
  return {
    enrolment,
    secret: Buffer.from(secret, 'base64url'),
    enrolledAt: integer(enrolledAt),
    lastStep: integer(lastStep),
    clockOffset: integer(clockOffset),
    failures: integer(failures),
    lockedUntil: integer(lockedUntil),
    recoveryDigests: digests === '' ? [] : digests.split('.'),
  };
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a field of the record is not a whole number');
  return value as number;
}
