import { SecondFactorError } from './errors.js';

/**
 * The properties of an object that holds no others: a mistyped name must not pass for a choice.
 *
 * @param what what the properties are, in the singular: `guard option`
 * @throws {SecondFactorError} `option-invalid` when it is no object, `option-unknown` with the fix; never a value
 */
export function knownOnly(value: unknown, known: readonly string[], what: string): Record<string, unknown> {
  const fields = fieldsOf(value, what);
  const unknown = unknownName(fields, known);
  if (unknown !== null) throw new SecondFactorError('option-unknown', `unknown ${what} ${unknown}`);
  return fields;
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  return reading(`the ${what}s`, () => {
    if (hasFields(value)) return { ...value };
    const type = value === null ? 'null' : typeof value;
    const got = type === 'object' ? `an ${kindOfObject(value)}` : type;
    throw new SecondFactorError('option-invalid', `the ${what}s must be an object, got ${got}`);
  });
}

/** Whether a value has what it holds in its properties: that of a `Map`, an array or a promise would be passed over. */
export function hasFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && /^object (Object|Module)$/.test(kindOfObject(value));
}

function kindOfObject(value: unknown): string {
  return Object.prototype.toString.call(value).slice(1, -1);
}

/**
 * Reads what the application handed in; what a getter or a proxy of it throws is told as the fault of the option.
 *
 * @param name of what is read
 * @throws {SecondFactorError} `option-invalid`, and what is one already
 */
export function reading<Read>(name: string, read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SecondFactorError) throw cause;
    throw new SecondFactorError('option-invalid', `${name} could not be read`, { cause });
  }
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

/**
 * Refuses a request where options belong: those who mount a guard without calling it hear of it at the first request.
 *
 * @param call as it is to be written
 * @throws {SecondFactorError} `option-invalid`
 */
export function takesNoRequest(call: string, given: unknown): void {
  if (typeof given !== 'object' || given === null || !('headers' in given)) return;
  throw new SecondFactorError(
    'option-invalid',
    `${call} was mounted without being called; write app.use(${call})`,
  );
}
