import type { Transport } from '../webauthn.js';
import { TRANSPORTS } from '../webauthn.js';
import type { ActivityName } from '../activity.js';
import type { Activity } from './activity.js';
import { readActivity, writtenActivity } from './activity.js';
import type { TotpParameters } from './totp.js';
import {
  APP_PARAMETERS,
  IMPORTED_SECRET_MINIMUM_BYTES,
  SECRET_MAXIMUM_BYTES,
  TOTP_ALGORITHMS,
  TOTP_DIGITS,
  TOTP_PERIODS,
  sameParameters,
} from './totp.js';
import { boolean, integer, list, oneOf, string, stringOrNull } from './written.js';

/** One authenticator app or hardware token that holds a secret of its own. */
export interface Authenticator {
  /** 128 random bits or more, base64url; names it on the pages, and the set-up that it came of. */
  readonly id: string;
  /** What its owner called it; may be empty. */
  readonly name: string;
  /** The TOTP secret, 10 to 64 bytes. */
  readonly secret: Uint8Array;
  /** How its codes are made; its steps are of this period. */
  readonly parameters: TotpParameters;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** The newest time step that was accepted; codes of this step and older ones are void. */
  readonly lastStep: number;
  /** How far the authenticator's clock is ahead of ours, in time steps, as learned (RFC 6238 §6). */
  readonly clockOffset: number;
}

/** A passkey or security key (WebAuthn). */
export interface SecurityKey {
  /** The credential id, base64url. */
  readonly credentialId: string;
  /** The public key as COSE has it (RFC 9052), base64url. */
  readonly publicKey: string;
  /** The newest signature counter; 0: the key counts nothing. {@link STOPPED_COUNTER}: nobody gets in with it any more. */
  readonly counter: number;
  /** How browsers may reach it. */
  readonly transports: readonly Transport[];
  /** The rpId it was made for. */
  readonly rpId: string;
  /** What its owner called it; may be empty. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** When the newest challenge was issued that it has answered, milliseconds since 1970; older ones are void. */
  readonly lastUsedAt: number;
}

/** What a lock depends on: one budget of guesses. */
export interface Failures {
  /** Wrong codes since the last accepted one. */
  readonly failures: number;
  /** Until when no code is checked, milliseconds since 1970; 0 when there is no wait. */
  readonly lockedUntil: number;
}

/** A browser that has passed the second factor before, with a budget of guesses of its own. */
export interface KnownBrowser extends Failures {
  /** SHA-256 of the token in its cookie, base64url. */
  readonly id: string;
  /**
   * The same of the token it had before, which is known as well until the present one was presented: the answer
   * that gave the present one may be lost. `null`: there is none.
   */
  readonly formerId: string | null;
  /** Made from its user agent, for its owner. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly firstUsedAt: number;
  /** Milliseconds since 1970, a day behind at most. */
  readonly lastUsedAt: number;
  /** Until when no code is asked for on it, milliseconds since 1970; 0: always asked. Never moved. */
  readonly rememberedUntil: number;
}

/**
 * All that is known of one account's second factor. No record means: not enrolled.
 * It is kept sealed; nothing secret in it ever leaves the process. The budget of its own is that of all
 * browsers that are not known.
 */
export interface AccountRecord extends Failures {
  /** 128 random bits, base64url: what sessions refer to. Another one ends what was proved before. */
  readonly enrollment: string;
  /** Milliseconds since 1970. */
  readonly enrolledAt: number;
  /** Up to five; there is one, or a security key. */
  readonly authenticators: readonly Authenticator[];
  /** Up to five. */
  readonly keys: readonly SecurityKey[];
  /** 128 random bits, base64url, new with every set of recovery codes: the key of their digests. */
  readonly recoveryKey: string;
  /** HMAC-SHA-256-128 of every recovery code not yet used, base64url; in older records the whole output. */
  readonly recoveryDigests: readonly string[];
  /**
   * Whether the owner said that this set of recovery codes is saved, or used one of it; `null` where that was
   * never asked: imports, and records from before it was.
   */
  readonly recoveryConfirmed: boolean | null;
  /** At most ten. */
  readonly browsers: readonly KnownBrowser[];
  /**
   * Digest of the security stamp that browsers were remembered under; with another one none is remembered. Known they
   * stay.
   */
  readonly browsersStamp: string | null;
  /** What happened lately, the newest last; empty unless the option `recentActivity` is on. */
  readonly activity: readonly Activity[];
}

/** What a pure decision says: the outcome to tell, and what becomes of the record. */
export interface Decision<Outcome> {
  readonly outcome: Outcome;
  /** The next record, `null` to delete it, `'unchanged'` to write nothing. */
  readonly next: AccountRecord | null | 'unchanged';
  /** What the change is told as to the owner of the account. Left out: it is not. */
  readonly activity?: ActivityName | undefined;
}

/** What only some records have: written by name, and only where a record has it. */
interface Part {
  /** What is written, as JSON has it; `undefined`: the record has nothing of it. */
  readonly encode: (record: AccountRecord) => unknown;
  /** The record with what was written. What {@link Part.encode} would write otherwise is refused later. */
  readonly decode: (record: AccountRecord, written: unknown) => AccountRecord;
}

/** The named parts of format 2, in the order they are written in. A later feature is one more line. */
const PARTS: Readonly<Record<string, Part>> = {
  recoveryConfirmed: {
    encode: ({ recoveryConfirmed }) => recoveryConfirmed ?? undefined,
    decode: (record, written) => ({ ...record, recoveryConfirmed: boolean(written) }),
  },
  keys: {
    encode: ({ keys }) =>
      keys.length === 0
        ? undefined
        : keys.map((key) => [
            key.credentialId,
            key.publicKey,
            key.counter,
            key.transports.join(' '),
            key.rpId,
            key.name,
            key.addedAt,
            key.lastUsedAt,
          ]),
    decode: (record, written) => ({ ...record, keys: list(written).map(securityKey) }),
  },
  formerBrowserIds: {
    encode: ({ browsers }) =>
      browsers.some(({ formerId }) => formerId !== null)
        ? browsers.map(({ formerId }) => formerId)
        : undefined,
    decode(record, written) {
      const ids = list(written, record.browsers.length).map(stringOrNull);
      const browsers = record.browsers.map((known, place) => ({ ...known, formerId: ids[place] ?? null }));
      return { ...record, browsers };
    },
  },
  totpParameters: {
    encode: ({ authenticators }) =>
      authenticators.every(({ parameters }) => sameParameters(parameters, APP_PARAMETERS))
        ? undefined
        : authenticators.map(({ parameters }) => writtenParameters(parameters)),
    decode(record, written) {
      const parts = list(written, record.authenticators.length).map(totpParameters);
      const authenticators = record.authenticators.map((each, place) => ({
        ...each,
        parameters: parts[place] ?? APP_PARAMETERS,
      }));
      return { ...record, authenticators };
    },
  },
  activity: {
    encode: ({ activity }) => (activity.length === 0 ? undefined : activity.map(writtenActivity)),
    decode: (record, written) => ({ ...record, activity: list(written).map(readActivity) }),
  },
};

const WRITTEN_PARTS = Object.entries(PARTS);

/** A list of fields. */
const LIST_FORMAT = 1;
/** The same list, and an object of named parts: one at least. */
const PARTS_FORMAT = 2;
const LIST_FIELDS = 9;

/**
 * The record as text, to be sealed: in the lowest format that can hold it, so that versions of this package that
 * know only that one go on reading all records that use nothing new.
 */
export function encodeRecord(record: AccountRecord): string {
  let parts: Record<string, unknown> | undefined;
  for (const [name, { encode }] of WRITTEN_PARTS) {
    const written = encode(record);
    if (written !== undefined) (parts ??= {})[name] = written;
  }
  return JSON.stringify(parts ? [PARTS_FORMAT, ...listOf(record), parts] : [LIST_FORMAT, ...listOf(record)]);
}

/**
 * The record that {@link encodeRecord} wrote. Each record has one spelling; what is spelled otherwise, or has a part
 * of an unknown name, is refused.
 *
 * @throws {TypeError} when the text is anything else: the caller must refuse, never take it for "not enrolled"
 */
export function decodeRecord(text: string): AccountRecord {
  const [format, ...fields] = list(parsed(text));
  if (format !== LIST_FORMAT && format !== PARTS_FORMAT) {
    throw new TypeError('not a record of a known format version');
  }
  const parts = format === PARTS_FORMAT ? fields.pop() : {};
  const record = withParts(recordOf(list(fields, LIST_FIELDS)), parts);
  if (record.authenticators.length + record.keys.length === 0) {
    throw new TypeError('the record has neither an authenticator nor a security key');
  }
  if (encodeRecord(record) !== text) throw new TypeError('the record is not written as records are');
  return record;
}

/** The record with its named parts. */
function withParts(record: AccountRecord, parts: unknown): AccountRecord {
  if (typeof parts !== 'object' || parts === null) throw new TypeError('the named parts are not an object');
  return Object.entries(parts).reduce((read, [name, written]) => {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (!part) throw new TypeError('the record has a part of an unknown name');
    return part.decode(read, written);
  }, record);
}

/** What every record has, without names. */
function listOf(record: AccountRecord): unknown[] {
  return [
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
  ];
}

function recordOf(fields: readonly unknown[]): AccountRecord {
  const digests = string(fields[6]);
  return {
    enrollment: string(fields[0]),
    enrolledAt: integer(fields[1]),
    failures: integer(fields[2]),
    lockedUntil: integer(fields[3]),
    authenticators: list(fields[4]).map(authenticator),
    keys: [],
    recoveryKey: string(fields[5]),
    recoveryDigests: digests === '' ? [] : digests.split('.'),
    recoveryConfirmed: null,
    browsersStamp: stringOrNull(fields[7]),
    browsers: list(fields[8]).map(browser),
    activity: [],
  };
}

/** What JSON holds. The parser's own message would quote the record. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('the record is not JSON');
  }
}

function authenticator(value: unknown): Authenticator {
  const fields = list(value, 6);
  const secret = Buffer.from(string(fields[2]), 'base64url');
  if (secret.length < IMPORTED_SECRET_MINIMUM_BYTES || secret.length > SECRET_MAXIMUM_BYTES) {
    throw new TypeError('a secret of the record has a length that no secret has');
  }
  return {
    id: string(fields[0]),
    name: string(fields[1]),
    secret,
    parameters: APP_PARAMETERS,
    addedAt: integer(fields[3]),
    lastStep: integer(fields[4]),
    clockOffset: integer(fields[5]),
  };
}

/** `null` are the parameters of authenticator apps. */
function writtenParameters(parameters: TotpParameters): unknown {
  const { algorithm, digits, period } = parameters;
  return sameParameters(parameters, APP_PARAMETERS) ? null : [algorithm, digits, period];
}

function totpParameters(value: unknown): TotpParameters {
  if (value === null) return APP_PARAMETERS;
  const fields = list(value, 3);
  return {
    algorithm: oneOf(TOTP_ALGORITHMS, fields[0]),
    digits: oneOf(TOTP_DIGITS, fields[1]),
    period: oneOf(TOTP_PERIODS, fields[2]),
  };
}

function securityKey(value: unknown): SecurityKey {
  const fields = list(value, 8);
  const transports = string(fields[3]);
  return {
    credentialId: string(fields[0]),
    publicKey: string(fields[1]),
    counter: integer(fields[2]),
    transports: transports === '' ? [] : transports.split(' ').map((word) => oneOf(TRANSPORTS, word)),
    rpId: string(fields[4]),
    name: string(fields[5]),
    addedAt: integer(fields[6]),
    lastUsedAt: integer(fields[7]),
  };
}

function browser(value: unknown): KnownBrowser {
  const fields = list(value, 7);
  return {
    id: string(fields[0]),
    formerId: null,
    name: string(fields[1]),
    firstUsedAt: integer(fields[2]),
    lastUsedAt: integer(fields[3]),
    rememberedUntil: integer(fields[4]),
    failures: integer(fields[5]),
    lockedUntil: integer(fields[6]),
  };
}
