import { SecondFactorError } from '../errors.js';

/** A cause longer than this says no more to an operator: some drivers quote a whole call. */
const LONGEST_CHARACTERS = 400;
/** No more of one message is read: finding what looks random takes time. */
const READ_CHARACTERS = 10 * LONGEST_CHARACTERS;
/** An error may name itself as its cause. */
const DEEPEST_CAUSE = 5;

/**
 * The error for a store that failed. Its message says what the store said, for the operator who reads it on the
 * console or in a log, without anything secret; `cause` is what the store rejected with, as it is.
 *
 * @param what what is not possible now
 */
export function storeUnavailable(
  cause: unknown,
  what = 'The second factor cannot be checked right now',
): SecondFactorError {
  if (cause instanceof SecondFactorError) return cause;
  return new SecondFactorError('store-unavailable', `${what}: ${describeFailure(cause)}`, { cause });
}

/**
 * What an error and its causes say, in one line of at most 400 characters, without what may be secret: passwords
 * in addresses, values in statements and commands, and whatever looks random.
 */
export function describeFailure(error: unknown): string {
  const messages = messagesOf(error, DEEPEST_CAUSE).map(withoutSecrets);
  // A message that was built on that of its cause has it already.
  const told = messages.filter(
    (message, place) => !messages.slice(0, place).some((m) => m.includes(message)),
  );
  const [first = 'unknown error', ...causes] = told;
  const text = causes.length === 0 ? first : `${first} (${causes.join('; ')})`;
  return text.length > LONGEST_CHARACTERS ? `${text.slice(0, LONGEST_CHARACTERS - 1)}…` : text;
}

function messagesOf(error: unknown, depth: number): string[] {
  if (error === undefined || error === null || depth === 0) return [];
  if (typeof error === 'string') return [error];
  const { message, code, cause, errors, lastNodeError } = error as Record<string, unknown>;
  // A name with two addresses fails with an AggregateError, whose own message is empty.
  const own = [message, code].filter((part) => typeof part === 'string' && part !== '').slice(0, 1);
  const behind: unknown[] = [...(Array.isArray(errors) ? (errors as unknown[]) : []), lastNodeError, cause];
  return [...(own as string[]), ...behind.flatMap((each) => messagesOf(each, depth - 1))];
}

/** What drivers and servers quote that is not theirs to tell, and what stands there instead. */
const SECRETS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // Redis: a command that it does not know, which may be AUTH
  [/(args beginning with).*/is, '$1 …'],
  // MySQL and MariaDB: the statement, a key, a value
  [/\bnear '.*/is, 'near …'],
  [/\b(entry|value):? '.*/is, '$1 …'],
  // an address: up to the last @, for passwords that were not encoded
  [/\/\/.*@/gs, '//…@'],
  [/((?:pass(?:word|wd|phrase)?|pwd|secret|token)\w*["']?\s*[=:]\s*)(?!YES\b|NO\b)(["']).*?\2/gis, '$1…'],
  [/((?:pass(?:word|wd|phrase)?|pwd|secret|token)\w*["']?\s*[=:]\s*)(?!YES\b|NO\b)[^\s&;,)]+/gi, '$1…'],
  // keys, sealed records: base64 and base64url; TOTP secrets: base32; and hex
  [/(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?:(?=[\w+/=-]*\d)[\w+/=-]{16,}|[\w+/=-]{32,})/g, '…'],
  [/\b[A-Z2-7]{16,}\b/g, '…'],
  [/\b(?:0x|x')?[\da-f]{32,}\b/gi, '…'],
];

function withoutSecrets(message: string): string {
  const read = message.slice(0, READ_CHARACTERS);
  const stripped = SECRETS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), read);
  return stripped.replace(/[\s\p{C}]+/gu, ' ').trim();
}
