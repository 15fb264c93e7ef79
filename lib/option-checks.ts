import { inspect, types } from 'node:util';
import { parseOrigin } from './answer/same-origin.js';
import { SecondFactorError } from './errors.js';

/**
 * Checks one option and gives what it counts for, its default where it is `undefined`.
 *
 * @param name as messages name it
 * @throws {SecondFactorError} `option-invalid`; the message names the option, what it must be and the type it got
 */
export type Check<Value> = (given: unknown, name: string) => Value;

/** Whole numbers in a range. */
export function whole(fallback: number, least: number, most: number): Check<number> {
  return (given = fallback, name) => {
    if (Number.isInteger(given) && (given as number) >= least && (given as number) <= most)
      return given as number;
    throw invalid(
      `${name} must be a whole number from ${String(least)} to ${String(most)}, got ${kindOf(given)}`,
    );
  };
}

/** `true` or `false`; default: `false`. */
export const flag: Check<boolean> = (given = false, name) => {
  if (typeof given === 'boolean') return given;
  throw invalid(`${name} must be a boolean, got ${kindOf(given)}`);
};

/** One of several words; default: the first. */
export function oneOf<Word extends string>(...words: readonly [Word, ...Word[]]): Check<Word> {
  return (given = words[0], name) => {
    if (words.includes(given as Word)) return given as Word;
    throw invalid(`${name} must be one of ${words.join(', ')}, got ${kindOf(given)}`);
  };
}

/**
 * Functions, which answer at once or by a promise: whatever `await` would wait for becomes one. Defaults are our own, and
 * stay as they are.
 *
 * @param example of one that has no default
 */
export function fn<Fn extends (...args: never[]) => unknown>(fallback?: Fn, example?: string): Check<Fn> {
  return (given, name) => {
    if (given === undefined && fallback) return fallback;
    const asked = functionOf(given, name, example);
    const ask = (...args: never[]): unknown => {
      const said = askedOf(asked, args, name);
      if (!(said instanceof Promise)) return said;
      return said.catch((thrown: unknown) => {
        throw thrownBy(name, thrown);
      });
    };
    return ask as Fn;
  };
}

type Asked = (...args: never[]) => unknown;

function functionOf(given: unknown, name: string, example?: string): Asked {
  if (typeof given === 'function') return given as Asked;
  const such = example === undefined ? '' : ` such as ${example}`;
  throw invalid(`${name} must be a function${such}, got ${kindOf(given)}`);
}

function askedOf(asked: Asked, args: never[], name: string): unknown {
  try {
    const said = asked(...args);
    return isThenable(said) ? Promise.resolve(said) : said;
  } catch (thrown) {
    throw thrownBy(name, thrown);
  }
}

/** What Express takes for an order to go on elsewhere, rather than for an error. */
const ORDERS: readonly unknown[] = ['route', 'router'];

/** What the application threw, as it is: but an error where the callbacks of Express and Passport would take it for none. */
function thrownBy(name: string, thrown: unknown): Error {
  if (thrown && !ORDERS.includes(thrown)) return thrown as Error;
  return new Error(`${name} threw ${inspect(thrown)}`, { cause: thrown });
}

/** Functions whose answer is used at once: a promise would be taken for the answer, and may reject unheard. */
export function atOnce<Fn extends (...args: never[]) => unknown>(fallback?: Fn): Check<Fn> {
  return (given, name) => {
    if (given === undefined && fallback) return fallback;
    const asked = functionOf(given, name);
    const promised = (): SecondFactorError => invalid(`${name} must answer at once, got a promise`);
    if (types.isAsyncFunction(asked)) throw promised();
    const ask = (...args: never[]): unknown => {
      const said = askedOf(asked, args, name);
      if (!(said instanceof Promise)) return said;
      said.catch(() => undefined);
      throw promised();
    };
    return ask as Fn;
  };
}

/** Whether `await` would wait for a value: a promise, also one of a library's own, or a query that runs when it is awaited. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof Reflect.get(value, 'then') === 'function';
}

/** What may be left out. */
export function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (given, name) => (given === undefined ? undefined : check(given, name));
}

/** Paths of the application. */
export function path(fallback: string): Check<string> {
  return (given = fallback, name) => {
    if (typeof given === 'string' && /^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/.test(given) && !hasDots(given))
      return given;
    throw invalid(`${name} must be a path such as ${fallback}, got ${kindOf(given)}`);
  };
}

/** Paths of places below which there are others. */
export function place(fallback: string): Check<string> {
  return (given, name) => {
    const found = path(fallback)(given, name);
    if (!found.endsWith('/')) return found;
    throw invalid(`${name} must not be the root, and not end in a slash`);
  };
}

function hasDots(value: string): boolean {
  return value.split('/').some((part) => part === '.' || part === '..');
}

/** Lists of origins; default: none. */
export const origins: Check<ReadonlySet<string>> = (given = [], name) => {
  if (!Array.isArray(given)) throw invalid(`${name} must be an array, got ${kindOf(given)}`);
  return new Set(
    Array.from(given, (entry: unknown) => {
      const origin = typeof entry === 'string' ? parseOrigin(entry) : null;
      if (origin !== null) return origin;
      throw invalid(`${name} must hold origins such as https://app.example, without a path`);
    }),
  );
};

/** What a value is, for messages: never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return value === '' ? 'an empty string' : typeof value;
}

/** The error of an option that is not as it must be. */
export function invalid(message: string): SecondFactorError {
  return new SecondFactorError('option-invalid', message);
}
