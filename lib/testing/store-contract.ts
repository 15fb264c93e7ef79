import { deepEqual, equal, fail, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { Store } from '../vault/store.js';

/** One behavior of a store, for any test runner. */
export interface StoreContractTest {
  /** What the store does, to be read after "it": `refuses a swap whose expectation is stale`. */
  readonly title: string;
  /** Rejects with an `AssertionError`, or with whatever the store rejected with. Takes a few seconds at most. */
  readonly run: () => Promise<void>;
}

/** What the suite may assume. */
export interface StoreContractOptions {
  /**
   * Two stores from `makeStore` are two views of one database, as two processes have them. Adds the tests
   * that swap through one and look through the other. Default `false`.
   */
  readonly sharedBackend?: boolean | undefined;
}

/** How many calls are made at once. */
const PARALLEL = 50;
/** Enough for {@link PARALLEL} workers that all get in each other's way. */
const MAXIMUM_SWAPS_TRIED = PARALLEL * 20;
const RACES = 20;
const LISTED_ACCOUNTS = 250;
const ID_MAXIMUM_BYTES = 255;

const COMPOSED = '\u00e9';
const DECOMPOSED = 'e\u0301';

/** Ends of ids that a key, a pattern, a query or a collation may take for something else. */
const ID_ENDINGS = [
  ...['', ' ', '  ', '\t', '\n', '.', '/', '..', '0', '00', '1', '1.0', '01', '-1', 'null', 'undefined'],
  ...['a', 'a:b', 'a::b', 'a:', ':a', '{a}', '{a}b', '{b}a', 'a%3Ab', 'a%253Ab', 'a+b', 'a b', 'a&b', 'a#b'],
  ...['%', '%%', '_', '*', '?', '[a]', '[^a]', '\\', '\\\\', '"', '`', "'", "''", '$1', ':name', '@name'],
  ...["'; DROP TABLE totp; --", 'Bob', 'bob', 'BOB', 'ＢＯＢ', 'straße', 'strasse', 'I', 'i', 'ı', 'İ'],
  ...[COMPOSED, DECOMPOSED, 'e', '😀', '😁', '\u200b', '\u202e', 'ﷺ', '日本', '\u{10ffff}'],
];
/** What every object has. Such names cannot be made unique: an account that has one is left alone. */
const OBJECT_NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];

/** Pairs of values that a careless comparison takes for equal. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['a', 'A'],
  ['a', 'a '],
  ['', ' '],
  ['1', '1.0'],
  ['1', '01'],
  ['0', ''],
  ['null', ''],
  [COMPOSED, DECOMPOSED],
  ['\u{1f600}', '\u{1f601}'],
];

/** Values that must come back byte for byte. */
const VALUES = [
  ...['', ' ', '0', 'null', 'false', 'a'.repeat(8192), '😀é日'.repeat(1000), 'a\nb\r\nc\td\n', '  a  '],
  ...['{"v":1,"a":["\\u0000",{"b":null}]}', `'; DROP TABLE totp; -- " \\ % _ $1 ? :a`, '\\0\\n', '=', '=a'],
];

/**
 * The suite that every store must pass: {@link Store} as tests. Needs no test runner.
 *
 * It may run on a database that is in use: its accounts have random names and are deleted after each test,
 * and no others are changed. (One test uses ids such as `__proto__`, unless there is an account of that name.)
 *
 * @param makeStore called once or twice per test. Every store it made is closed at the end of that test.
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`
 *
 * @example
 * import { storeContract } from 'passport-second-factor/store-contract';
 * describe('my store', () => {
 *   for (const { title, run } of storeContract(() => myStore(pool), { sharedBackend: true })) it(title, run);
 * });
 */
export function storeContract(
  makeStore: () => Promise<Store> | Store,
  options: StoreContractOptions = {},
): readonly StoreContractTest[] {
  const { sharedBackend = false } = knownOnly(options, ['sharedBackend'], 'store contract option');
  if (typeof sharedBackend !== 'boolean') {
    throw new SecondFactorError('option-invalid', 'sharedBackend must be true or false');
  }
  const tests = sharedBackend ? { ...TESTS, ...SHARED_BACKEND_TESTS } : TESTS;
  return Object.entries(tests).map(([title, test]) => ({
    title,
    run: () => runTest(test, makeStore),
  }));
}

/** What a test works with. */
interface Bench {
  readonly store: Store;
  /** An account id of this test's own; the ending may be anything. */
  readonly id: (ending?: string) => string;
  /** Cleans up an id that did not come from `id()`. */
  readonly own: (accountId: string) => void;
  /** The listed accounts of this test, sorted. */
  readonly listed: () => Promise<string[]>;
  /** A second store, from the same `makeStore`. */
  readonly another: () => Promise<Store>;
}

type Test = (bench: Bench) => Promise<void>;

async function runTest(test: Test, makeStore: () => Promise<Store> | Store): Promise<void> {
  const made: Store[] = [];
  const make = async (): Promise<Store> => {
    const store = await makeStore();
    made.push(store);
    return store;
  };
  const store = await make();
  const prefix = randomUUID();
  const owned = new Set<string>();
  const own = (accountId: string): string => {
    owned.add(accountId);
    return accountId;
  };
  try {
    await test({
      store,
      id: (ending = '') => own(prefix + ending),
      own,
      listed: async () => (await listAll(store)).filter((id) => id.startsWith(prefix)).sort(),
      another: make,
    });
  } finally {
    for (const accountId of owned) await remove(store, accountId).catch(() => undefined);
    for (const each of new Set(made)) await each.close?.();
  }
}

const TESTS: Record<string, Test> = {
  'has no value for an account that was never there': async ({ store, id }) => {
    equal(await store.get(id()), null);
  },

  'creates a value where there is none': async ({ store, id }) => {
    equal(await store.compareAndSet(id(), null, 'a'), true);
    equal(await store.get(id()), 'a');
  },

  'refuses to create where there is a value': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), null, 'b'), false);
    equal(await store.get(id()), 'a');
  },

  'swaps a value for the next one': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), 'a', 'b'), true);
    equal(await store.get(id()), 'b');
  },

  'swaps a value for itself': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), 'a', 'a'), true);
    equal(await store.get(id()), 'a');
  },

  'refuses a swap whose expectation is stale': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), 'a', 'b'), true);
    equal(await store.compareAndSet(id(), 'a', 'c'), false);
    equal(await store.get(id()), 'b');
  },

  'refuses a swap where there is no value': async ({ store, id }) => {
    equal(await store.compareAndSet(id(), 'a', 'b'), false);
    equal(await store.compareAndSet(id(), '', 'b'), false);
    equal(await store.get(id()), null);
    equal((await listAll(store)).includes(id()), false);
  },

  'deletes a value': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), 'a', null), true);
    equal(await store.get(id()), null);
    equal(await store.compareAndSet(id(), null, 'b'), true);
    equal(await store.get(id()), 'b');
  },

  'refuses to delete when the expectation is stale': async ({ store, id }) => {
    await create(store, id(), 'a');
    equal(await store.compareAndSet(id(), 'b', null), false);
    equal(await store.compareAndSet(id(), null, null), false);
    equal(await store.get(id()), 'a');
  },

  'refuses to delete a value that is not there': async ({ store, id }) => {
    ok(!(await store.compareAndSet(id(), 'a', null)));
    equal(await store.get(id()), null);
  },

  'agrees that there is nothing where nothing is expected and nothing wanted': async ({ store, id }) => {
    equal(await store.compareAndSet(id(), null, null), true);
    equal(await store.get(id()), null);
  },

  'keeps values byte for byte': async ({ store, id }) => {
    let kept: string | null = null;
    for (const value of VALUES) {
      equal(await store.compareAndSet(id(), kept, value), true, `did not swap in ${show(value)}`);
      equal(await store.get(id()), value);
      kept = value;
    }
  },

  'compares values byte for byte': async ({ store, id }) => {
    for (const [index, [value, lookalike]] of LOOKALIKES.entries()) {
      const accountId = id(String(index));
      await create(store, accountId, value);
      const message = `took ${show(lookalike)} for ${show(value)}`;
      equal(await store.compareAndSet(accountId, lookalike, 'b'), false, message);
      equal(await store.compareAndSet(accountId, value, lookalike), true, message);
      equal(await store.get(accountId), lookalike);
    }
  },

  'keeps accounts apart whose ids look alike or mean something elsewhere': async ({ store, id, listed }) => {
    const ids = [...ID_ENDINGS.map((ending) => id(ending)), ...longIds(id)];
    for (const accountId of ids) await create(store, accountId, `of ${accountId}`);
    for (const accountId of ids) equal(await store.get(accountId), `of ${accountId}`);
    deepEqual(await listed(), [...ids].sort());

    const gone = ids.filter((_, index) => index % 2 === 0);
    const left = ids.filter((_, index) => index % 2 === 1);
    for (const accountId of gone) {
      equal(await store.compareAndSet(accountId, `of ${accountId}`, null), true, show(accountId));
    }
    for (const accountId of gone) equal(await store.get(accountId), null, show(accountId));
    for (const accountId of left) equal(await store.get(accountId), `of ${accountId}`);
    deepEqual(await listed(), left.sort());
  },

  'takes ids that are the names of what every object has': async ({ store, own }) => {
    for (const accountId of OBJECT_NAMES) {
      const found = await store.get(accountId);
      if (typeof found === 'string') continue;
      equal(found, null, accountId);
      equal(await store.compareAndSet(accountId, 'a', 'b'), false, accountId);
      own(accountId);
      await create(store, accountId, 'a');
      equal(await store.get(accountId), 'a', accountId);
      ok((await listAll(store)).includes(accountId), `did not list ${accountId}`);
      equal(await store.compareAndSet(accountId, 'a', null), true, accountId);
    }
  },

  'lists every account that has a value, each once': async ({ store, id, listed }) => {
    const ids = Array.from({ length: LISTED_ACCOUNTS }, (_, index) => id(`-${String(index)}`));
    await Promise.all(ids.map((accountId) => create(store, accountId, 'a')));
    deepEqual(await listed(), [...ids].sort());

    const gone = ids.filter((_, index) => index % 5 === 0);
    await Promise.all(gone.map((accountId) => remove(store, accountId)));
    const left = ids.filter((_, index) => index % 5 !== 0);
    await Promise.all(left.map((accountId) => store.compareAndSet(accountId, 'a', 'b')));
    deepEqual(await listed(), left.sort());
  },

  'lets a list be left half way': async ({ store, id }) => {
    await create(store, id('a'), 'a');
    await create(store, id('b'), 'b');
    for await (const accountId of store.list()) {
      equal(typeof accountId, 'string');
      break;
    }
    equal(await store.get(id('a')), 'a');
  },

  'lets exactly one of many creators win': async ({ store, id }) => {
    const values = Array.from({ length: PARALLEL }, (_, index) => `creator ${String(index)}`);
    const won = await Promise.all(values.map((value) => store.compareAndSet(id(), null, value)));
    equal(won.filter(Boolean).length, 1);
    equal(await store.get(id()), values[won.indexOf(true)]);
  },

  'lets exactly one of many swaps win': async ({ store, id }) => {
    await create(store, id(), 'a');
    const values = Array.from({ length: PARALLEL }, (_, index) => `swap ${String(index)}`);
    const won = await Promise.all(values.map((value) => store.compareAndSet(id(), 'a', value)));
    equal(won.filter(Boolean).length, 1);
    equal(await store.get(id()), values[won.indexOf(true)]);
  },

  'loses none of many increments': async ({ store, id }) => {
    await create(store, id(), '0');
    await Promise.all(Array.from({ length: PARALLEL }, () => increment(store, id())));
    equal(countIn(await store.get(id())), PARALLEL);
  },

  'lets either a swap or a deletion win, never both': async ({ store, id }) => {
    for (let race = 0; race < RACES; race++) {
      const accountId = id(String(race));
      await create(store, accountId, 'a');
      const [swapped, deleted] = await Promise.all([
        store.compareAndSet(accountId, 'a', 'b'),
        store.compareAndSet(accountId, 'a', null),
      ]);
      equal(Number(swapped) + Number(deleted), 1, 'both won, or neither');
      equal(await store.get(accountId), swapped ? 'b' : null);
    }
  },
};

const SHARED_BACKEND_TESTS: Record<string, Test> = {
  'shows one store at once what another one swapped': async ({ store, id, another }) => {
    const other = await another();
    equal(await other.get(id()), null);
    await create(store, id(), '0');
    for (let count = 0; count < RACES; count++) {
      const [writer, reader] = count % 2 === 0 ? [store, other] : [other, store];
      equal(await writer.compareAndSet(id(), String(count), String(count + 1)), true);
      equal(await reader.get(id()), String(count + 1));
      equal(await reader.compareAndSet(id(), String(count), 'stale'), false);
    }
    ok((await listAll(other)).includes(id()));
    await remove(other, id());
    equal(await store.get(id()), null);
  },

  'lets exactly one of two stores win': async ({ store, id, another }) => {
    const other = await another();
    for (let race = 0; race < RACES; race++) {
      const accountId = id(String(race));
      const won = await Promise.all([
        store.compareAndSet(accountId, null, 'a'),
        other.compareAndSet(accountId, null, 'b'),
      ]);
      equal(won.filter(Boolean).length, 1);
      equal(await store.get(accountId), won[0] ? 'a' : 'b');
    }
  },

  'loses no increments made through two stores': async ({ store, id, another }) => {
    const stores = [store, await another()];
    await create(store, id(), '0');
    const workers = Array.from({ length: PARALLEL }, (_, index) =>
      increment(stores[index % stores.length] ?? store, id()),
    );
    await Promise.all(workers);
    equal(countIn(await store.get(id())), PARALLEL);
  },
};

async function create(store: Store, accountId: string, value: string): Promise<void> {
  equal(await store.compareAndSet(accountId, null, value), true, `did not create ${show(accountId)}`);
}

function countIn(value: string | null): number {
  return Number(value?.split(' ')[0]);
}

async function remove(store: Store, accountId: string): Promise<void> {
  const value = await store.get(accountId);
  if (value !== null) equal(await store.compareAndSet(accountId, value, null), true);
}

/** Adds one to a count. What it writes is written by nobody else, as sealed records are. */
async function increment(store: Store, accountId: string): Promise<void> {
  for (let tried = 0; tried < MAXIMUM_SWAPS_TRIED; tried++) {
    const count = await store.get(accountId);
    if (await store.compareAndSet(accountId, count, `${String(countIn(count) + 1)} ${randomUUID()}`)) return;
  }
  fail(`${String(MAXIMUM_SWAPS_TRIED)} swaps were refused in a row`);
}

async function listAll(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for await (const accountId of store.list()) ids.push(accountId);
  return ids;
}

/** Ids of the greatest length that differ in their last character only, in one and in more bytes each. */
function longIds(id: Bench['id']): string[] {
  const filled = (unit: string, last: string): string => {
    const room = ID_MAXIMUM_BYTES - Buffer.byteLength(id() + last);
    const units = unit.repeat(Math.floor(room / Buffer.byteLength(unit)));
    return id(units + '-'.repeat(room - Buffer.byteLength(units)) + last);
  };
  return ['x', '😀'].flatMap((unit) => ['a', 'A', 'b'].map((last) => filled(unit, last)));
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
