// What a field of a record must be, read back from JSON. Anything else is a TypeError that does not quote it.

/** One of the values that are known. */
export function oneOf<Value>(known: readonly Value[], value: unknown): Value {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new TypeError('a field of the record has a value that is not known');
  return found;
}

/** A list, of so many items where that is said. */
export function list(value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw new TypeError('a part of the record is not the list it must be');
  }
  return value;
}

/** A text. */
export function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a field of the record is not a string');
  return value;
}

/** A text, or none. */
export function stringOrNull(value: unknown): string | null {
  return value === null ? null : string(value);
}

/** A whole number. */
export function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a field of the record is not a whole number');
  return value as number;
}

/** Yes or no. */
export function boolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('a field of the record is neither true nor false');
  return value;
}
