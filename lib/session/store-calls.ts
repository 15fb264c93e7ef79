/** A function of a session store. */
export type Bare = (args: readonly unknown[]) => unknown;

/** A callback as session stores use it. */
export type Told = (...said: unknown[]) => unknown;

/** What is done around it. The array of the arguments is its own. */
export type Around = (bare: Bare, args: unknown[]) => unknown;

/** Makes a call after something else. What it throws goes to its callback, because nobody else would catch it. */
export async function callAfter(
  before: Promise<unknown>,
  act: Around,
  bare: Bare,
  args: unknown[],
): Promise<unknown> {
  await before;
  try {
    return act(bare, args);
  } catch (error) {
    const done = args.at(-1);
    if (typeof done !== 'function') throw error;
    return Reflect.apply(done, undefined, [error]) as unknown;
  }
}

/** Wraps a function of a session store, if the store has it. */
export function wrapCall(
  store: object,
  name: 'get' | 'set' | 'destroy' | 'clear' | 'touch' | 'createSession',
  around: Around,
): void {
  const bare: unknown = Reflect.get(store, name);
  if (typeof bare !== 'function') return;
  Object.defineProperty(store, name, {
    configurable: true,
    enumerable: Object.prototype.propertyIsEnumerable.call(store, name),
    writable: true,
    value: function (this: unknown, ...args: unknown[]): unknown {
      return around((given) => Reflect.apply(bare, this, given) as unknown, args);
    },
  });
}

/**
 * Calls a function of a session store, and tells when it is over and whether it failed. Arguments, result, rejection
 * and exception stay the same. A call without a callback or a promise is over at once.
 */
export function observed(bare: Bare, args: readonly unknown[], over: (failed: boolean) => void): unknown {
  let told = false;
  const tell = (failed: boolean): void => {
    if (!told) over(failed);
    told = true;
  };
  const place = args.findIndex((arg) => typeof arg === 'function');
  let result: unknown;
  try {
    result = bare(place < 0 ? args : args.with(place, heard(args[place] as Said, tell)));
  } catch (error) {
    tell(true);
    throw error;
  }
  if (result instanceof Promise) {
    // Returns the promise that waits for it. A rejection is seen here, but still counts as unhandled if nobody else
    // handles it.
    return result.then(
      (value: unknown) => {
        tell(false);
        return value;
      },
      (error: unknown) => {
        tell(true);
        throw error;
      },
    );
  }
  if (place < 0) tell(false);
  return result;
}

type Said = (this: unknown, ...said: unknown[]) => unknown;

function heard(callback: Said, tell: (failed: boolean) => void): Said {
  return function (...said) {
    tell(Boolean(said[0]));
    return callback.apply(this, said);
  };
}
