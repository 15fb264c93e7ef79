import { parseAccountId } from '../account/account.js';
import { parseImported } from '../account/imported-authenticator.js';
import { unknownName } from '../known-only.js';
import { messageOf } from './load-default-export.js';
import { printableLine } from './printable.js';

/** One line of a file that has something in it. */
export interface FileLine {
  /** The first is 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** What a line says: an account, and its authenticator of another system. */
export interface ImportLine {
  readonly account: string;
  readonly given: Readonly<Record<string, unknown>>;
}

const PROPERTIES = ['account', 'secret', 'uri', 'encoding', 'digits', 'algorithm', 'period', 'name'];
const LINE_FEED = 0x0a;
/** Longer names of properties are not repeated: they may be a secret in the wrong place. */
const NAME_MAXIMUM_CHARACTERS = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The lines of a file (JSON Lines), one at a time; those of white space alone are passed over. */
export function* linesOf(file: Uint8Array): Generator<FileLine, void> {
  for (let start = 0, line = 1; start < file.length; line++) {
    const found = file.indexOf(LINE_FEED, start);
    const end = found === -1 ? file.length : found;
    const bytes = file.subarray(start, end);
    if (bytes.some((byte) => byte > 0x20)) yield { line, bytes };
    start = end + 1;
  }
}

/** What is wrong with a line; `null`: nothing. Never holds its secret. */
export type LineCheck = (line: FileLine) => string | null;

/**
 * Makes the check of one file, which is to be given its lines in their order: no account may be in two of them.
 *
 * @param dangerouslyAllowShortSecret whether secrets of 80 to 127 bits are taken as well
 */
export function createLineCheck(dangerouslyAllowShortSecret: boolean): LineCheck {
  const places = new Map<string, number>();
  return ({ line, bytes }) => {
    try {
      const { account, given } = parseLine(bytes);
      parseImported({ ...given, dangerouslyAllowShortSecret });
      const earlier = places.get(account);
      if (earlier !== undefined) return `the account is in line ${String(earlier)} already`;
      places.set(account, line);
      return null;
    } catch (error) {
      return asWritten(messageOf(error));
    }
  };
}

/**
 * Reads a line. Its authenticator is not looked at.
 *
 * @throws {Error} with a reason that holds no secret
 */
export function parseLine(bytes: Uint8Array): ImportLine {
  const value = parsed(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('the line must be a JSON object');
  }
  const { account, ...given } = value as Record<string, unknown>;
  const unknown = Object.keys(value).find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined) throw new TypeError(unknownProperty(unknown));
  if (typeof account !== 'string' && typeof account !== 'number') {
    throw new TypeError('account must be a string that is not empty');
  }
  return { account: parseAccountId(account), given };
}

/** What JSON holds. The parser's own message would quote the line. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new TypeError('the line is not JSON in UTF-8');
  }
}

function unknownProperty(name: string): string {
  if (name.length > NAME_MAXIMUM_CHARACTERS) return `unknown property; known are: ${PROPERTIES.join(', ')}`;
  return `unknown property ${printableLine(unknownName({ [name]: null }, PROPERTIES) ?? '')}`;
}

/** What a program is told to write, as a line and the command line have it. */
function asWritten(message: string): string {
  return message
    .replace('dangerouslyAllowShortSecret: true', '--allow-short')
    .replace("encoding: 'hex'", '"encoding":"hex"');
}
