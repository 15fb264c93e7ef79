import { SecondFactorError } from '../errors.js';
import { withoutUnprintable } from './clean-text.js';
import { unknownName } from '../known-only.js';

/** How the application describes one of its users; returned by the option `account`. Unknown properties are refused. */
export interface AccountDescription {
  /** It never changes and is never given to somebody else. As a string, it has 1 to 255 bytes of UTF-8 without NUL. */
  readonly id: string | number | bigint;
  /**
   * What the authenticator app shows for the account, a login for example. Shown as it is; a lone surrogate becomes
   * U+FFFD. In mails and on the console it is one line.
   */
  readonly name: string;
  /**
   * The level for impersonation and policy, compared exactly. Control, format and other unprintable characters become
   * U+FFFD, so such a level equals no configured one.
   */
  readonly level?: string | undefined;
  /**
   * Any value that changes when the password does, for example the password's hash. Sessions made with another stamp
   * end. Only a keyed digest of it is kept. `null`: the account has no password; setting one later ends its sessions.
   * Without this property, a changed password ends no session, and a warning (`SECOND_FACTOR_NO_STAMP`) says so. For
   * users from `findUser` it must not be `undefined` or empty; users from a strategy or `deserializeUser` may lack it.
   */
  readonly securityStamp?: string | number | bigint | Date | Uint8Array | null | undefined;
  /** For applications that keep this fact in their own table: `true` without a record is an error, never a way in. */
  readonly enrolled?: boolean | undefined;
  /**
   * For applications that move from a second factor of their own: `true` while the account still has that one. While
   * there is no record, nobody can enable a second factor here, `policy` counts as met, and the password alone is
   * never called enough. `import()` moves the account.
   */
  readonly otherFactor?: boolean | undefined;
}

/** An account description that was checked. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly level: string | null;
  /** `null`: there is no password, or the application gives no stamps. */
  readonly stamp: string | null;
  /** Whether the application gives stamps, were it to say that there is no password. */
  readonly givesStamp: boolean;
  /** `null`: the application does not say. */
  readonly enrolled: boolean | null;
  readonly otherFactor: boolean;
}

const PROPERTIES = ['id', 'name', 'level', 'securityStamp', 'enrolled', 'otherFactor'];
const ID_MAXIMUM_BYTES = 255;
/** Ids that begin so are no accounts: `check` tries the store on them. */
export const RESERVED_ID_PREFIX = 'second-factor-check:';

/**
 * Checks an account id and gives it as the string every store and every session knows it by.
 *
 * @throws {SecondFactorError} `account-invalid` with the fix
 */
export function parseAccountId(id: unknown): string {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) {
    throw invalid('the account id is a number that is not a safe whole number; use a string or bigint');
  }
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') {
    const fix = 'convert it in account(), for example with .toString() or .toHexString()';
    throw invalid(`the account id must be a string, number or bigint, got ${kindOf(id)}; ${fix}`);
  }
  const text = String(id);
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes === 0 || bytes > ID_MAXIMUM_BYTES || text.includes('\0') || !text.isWellFormed()) {
    throw invalid(
      `the account id must have 1 to ${String(ID_MAXIMUM_BYTES)} bytes of UTF-8 without NUL, has ${String(bytes)}`,
    );
  }
  if (text.startsWith(RESERVED_ID_PREFIX)) {
    throw invalid(`the account id must not begin with ${RESERVED_ID_PREFIX}, which is kept for checks`);
  }
  return text;
}

/**
 * Checks of what the `account` option returned the id alone.
 *
 * @throws {SecondFactorError} `account-invalid` with the fix
 */
export function parseDescribedId(description: unknown): string {
  return parseAccountId(fieldsOf(description).id);
}

/**
 * The stamp of a user that a strategy handed to `req.logIn`; `null` where it has none: such users may be partial.
 *
 * @throws {SecondFactorError} `account-invalid` when it has one that is no stamp
 */
export function parseGivenStamp(description: unknown): string | null {
  const { securityStamp } = fieldsOf(description);
  if (securityStamp === undefined || securityStamp === '' || isEmptyBytes(securityStamp)) return null;
  return parseStamp(securityStamp);
}

/**
 * Checks what the `account` option returned of a user that `findUser` gave.
 *
 * @throws {SecondFactorError} `account-invalid` with the fix
 */
export function parseAccount(description: unknown): Account {
  const fields = fieldsOf(description);
  const unknown = unknownName(fields, PROPERTIES);
  if (unknown !== null) throw invalid(`account() returned the unknown property ${unknown}`);
  const { id, name, level } = fields;
  const accountId = parseAccountId(id);
  const givesStamp = 'securityStamp' in fields;
  if (typeof name !== 'string' || name === '') {
    throw invalid(`account().name must be a string that is not empty, got ${kindOf(name)}`);
  }
  if (level !== undefined && typeof level !== 'string') {
    throw invalid(`account().level must be a string, got ${kindOf(level)}`);
  }
  return {
    id: accountId,
    name: name.toWellFormed(),
    level: level === undefined ? null : withoutUnprintable(level),
    stamp: givesStamp ? parseStamp(fields.securityStamp) : null,
    givesStamp,
    enrolled: parseFlag(fields, 'enrolled'),
    otherFactor: parseFlag(fields, 'otherFactor') ?? false,
  };
}

function parseFlag(
  fields: Readonly<Record<string, unknown>>,
  name: 'enrolled' | 'otherFactor',
): boolean | null {
  const flag = fields[name];
  if (flag === undefined || typeof flag === 'boolean') return flag ?? null;
  throw invalid(`account().${name} must be a boolean, got ${kindOf(flag)}`);
}

/**
 * Checks a security stamp and gives it as text; `null`, for an account without a password, stays.
 *
 * @throws {SecondFactorError} `account-invalid` with the fix
 */
export function parseStamp(stamp: unknown): string | null {
  if (stamp === null) return null;
  if (stamp instanceof Date && !Number.isNaN(stamp.getTime())) return `date ${stamp.toISOString()}`;
  if (typeof stamp === 'bigint' || (typeof stamp === 'number' && Number.isFinite(stamp)))
    return String(stamp);
  if (typeof stamp === 'string' && stamp !== '') return stamp;
  if (stamp instanceof Uint8Array && stamp.length > 0) return `bytes ${Buffer.from(stamp).toString('hex')}`;
  throw invalid(
    'a security stamp must be a string or Buffer that is not empty, a number, a bigint, a Date, or null for an ' +
      `account without a password, got ${kindOf(stamp)}. Name a property that the user has; where that may be ` +
      'missing, as without a password: securityStamp: user.hash ?? null',
  );
}

function fieldsOf(description: unknown): Readonly<Record<string, unknown>> {
  if (typeof description === 'object' && description !== null) return description as Record<string, unknown>;
  throw invalid(`account() must return an object, got ${kindOf(description)}`);
}

function isEmptyBytes(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 0;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (isEmptyBytes(value)) return 'an empty Buffer';
  return typeof value;
}

function invalid(message: string): SecondFactorError {
  return new SecondFactorError('account-invalid', message);
}
