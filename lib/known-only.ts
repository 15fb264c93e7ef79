import { SecondFactorError } from './errors.js';

/**
 * The properties of an object that holds no others: a mistyped name must not pass for a choice.
 *
 * @param what what the properties are, in the singular: `guard option`
 * @throws {SecondFactorError} `option-invalid` when it is no object, `option-unknown` with the fix; never a value
 */
export function knownOnly(value: unknown, known: readonly string[], what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    const got = value === null ? 'null' : typeof value;
    throw new SecondFactorError('option-invalid', `the ${what}s must be an object, got ${got}`);
  }
  const unknown = unknownName(value, known);
  if (unknown !== null) throw new SecondFactorError('option-unknown', `unknown ${what} ${unknown}`);
  return { ...value };
}

/** The first name of an object that is not known, with the fix; `null` when all are. */
export function unknownName(value: object, known: readonly string[]): string | null {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  const near = known.find((name) => isSpelledLike(unknown, name));
  return `${unknown}; ${near === undefined ? `known are: ${known.join(', ')}` : `did you mean ${near}?`}`;
}

/** Whether two names differ in nothing but case, hyphens and underscores. */
export function isSpelledLike(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/[-_]/g, '').toLowerCase();
  return plain(a) === plain(b);
}

/**
 * Refuses arguments where there are none to give: those who mount `secondFactor.session` without calling it
 * hears of it at the first request, which would hang otherwise.
 *
 * @param call as it is to be written
 * @throws {SecondFactorError} `option-invalid`
 */
export function takesNothing(call: string, given: readonly unknown[]): void {
  if (given.every((argument) => argument === undefined)) return;
  throw new SecondFactorError('option-invalid', `${call} takes no arguments; mount it as app.use(${call})`);
}
