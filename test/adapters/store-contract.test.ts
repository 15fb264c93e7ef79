import { AssertionError } from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { listAccounts } from './list-accounts.js';

describe('lib/testing/store-contract', () => {
  it('gives every behavior a title of its own', () => {
    const titles = storeContract(memoryStore, { sharedBackend: true }).map(({ title }) => title);
    expect(new Set(titles).size).to.equal(titles.length);
    expect(titles).to.include('refuses a swap whose expectation is stale');
  });

  it('asks for a shared backend only when it was told that there is one', async () => {
    expect(await failures(memoryStore)).to.deep.equal([]);
    expect(await failures(memoryStore, true)).to.include('shows one store at once what another one swapped');
  });

  it('refuses to be told of a shared backend by anything but true or false', () => {
    for (const sharedBackend of ['yes', 1, null]) {
      const make = (): unknown =>
        storeContract(memoryStore, { sharedBackend } as unknown as { sharedBackend: boolean });
      expect(make)
        .to.throw(/sharedBackend must be true or false/)
        .with.property('code', 'option-invalid');
    }
  });

  it('leaves nothing behind, and other accounts as they are', async () => {
    const store = memoryStore();
    await store.compareAndSet('alice', null, 'a');
    await store.compareAndSet('__proto__', null, 'b');
    expect(await failures(() => store, true)).to.deep.equal([]);
    expect((await listAccounts(store)).sort()).to.deep.equal(['__proto__', 'alice']);
    expect(await store.get('__proto__')).to.equal('b');
  });

  it('closes every store it was given', async () => {
    let made = 0;
    let closed = 0;
    await failures(() => {
      made += 1;
      return {
        ...memoryStore(),
        close: async () => {
          closed += 1;
        },
      };
    });
    expect(made).to.be.greaterThan(10);
    expect(closed).to.equal(made);
  });

  const broken: Record<string, { make: () => Store; failing: string }> = {
    'compares and then sets': {
      failing: 'lets exactly one of many creators win',
      make: () => {
        const store = memoryStore();
        return {
          ...store,
          async compareAndSet(accountId, expected, next) {
            const present = await store.get(accountId);
            await turn();
            if (present !== expected) return false;
            return store.compareAndSet(accountId, await store.get(accountId), next);
          },
        };
      },
    },
    'swaps without comparing': {
      failing: 'refuses a swap whose expectation is stale',
      make: () =>
        changed((store) => ({
          compareAndSet: async (accountId, _expected, next) =>
            store.compareAndSet(accountId, await store.get(accountId), next),
        })),
    },
    'takes upper and lower case for the same': {
      failing: 'keeps accounts apart whose ids look alike or mean something elsewhere',
      make: () => renaming((accountId) => accountId.toLowerCase()),
    },
    'drops spaces at the end of ids': {
      failing: 'keeps accounts apart whose ids look alike or mean something elsewhere',
      make: () => renaming((accountId) => accountId.trimEnd()),
    },
    'normalizes ids': {
      failing: 'keeps accounts apart whose ids look alike or mean something elsewhere',
      make: () => renaming((accountId) => accountId.normalize('NFKC')),
    },
    'cuts long ids': {
      failing: 'keeps accounts apart whose ids look alike or mean something elsewhere',
      make: () => renaming((accountId) => accountId.slice(0, 200)),
    },
    'keeps values in a plain object': {
      failing: 'takes ids that are the names of what every object has',
      make: () => plainObjectStore(),
    },
    'lists an account twice': {
      failing: 'lists every account that has a value, each once',
      make: () =>
        changed((store) => ({
          async *list() {
            yield* store.list();
            yield* store.list();
          },
        })),
    },
    'lists one page': {
      failing: 'lists every account that has a value, each once',
      make: () =>
        changed((store) => ({
          async *list() {
            yield* (await listAccounts(store)).slice(0, 100);
          },
        })),
    },
    'lists accounts that were deleted': {
      failing: 'lists every account that has a value, each once',
      make: () => {
        const seen = new Set<string>();
        return changed((store) => ({
          async *list() {
            for (const accountId of await listAccounts(store)) seen.add(accountId);
            yield* seen;
          },
        }));
      },
    },
    'reads an older value': {
      failing: 'swaps a value for the next one',
      make: () => {
        const cache = new Map<string, string | null>();
        return changed((store) => ({
          async get(accountId) {
            const older = cache.get(accountId);
            cache.set(accountId, await store.get(accountId));
            return older === undefined ? store.get(accountId) : older;
          },
          async compareAndSet(accountId, expected, next) {
            if (!cache.has(accountId)) cache.set(accountId, await store.get(accountId));
            return store.compareAndSet(accountId, expected, next);
          },
        }));
      },
    },
    'takes the empty string for no value': {
      failing: 'keeps values byte for byte',
      make: () =>
        changed((store) => ({
          compareAndSet: (accountId, expected, next) =>
            store.compareAndSet(accountId, expected === '' ? null : expected, next === '' ? null : next),
        })),
    },
    'cuts long values': {
      failing: 'keeps values byte for byte',
      make: () =>
        changed((store) => ({
          get: async (accountId) => (await store.get(accountId))?.slice(0, 4096) ?? null,
        })),
    },
    'compares values without their case': {
      failing: 'compares values byte for byte',
      make: () => loose((value) => value.toLowerCase()),
    },
    'compares values without spaces at their end': {
      failing: 'compares values byte for byte',
      make: () => loose((value) => value.trimEnd()),
    },
    'says that a swap for the same value changed nothing': {
      failing: 'swaps a value for itself',
      make: () =>
        changed((store) => ({
          compareAndSet: async (accountId, expected, next) =>
            expected !== next && store.compareAndSet(accountId, expected, next),
        })),
    },
    'overwrites on creation': {
      failing: 'refuses to create where there is a value',
      make: () =>
        changed((store) => ({
          compareAndSet: async (accountId, expected, next) =>
            store.compareAndSet(accountId, expected ?? (await store.get(accountId)), next),
        })),
    },
    'deletes whatever is there': {
      failing: 'refuses to delete when the expectation is stale',
      make: () =>
        changed((store) => ({
          compareAndSet: async (accountId, expected, next) =>
            store.compareAndSet(accountId, next === null ? await store.get(accountId) : expected, next),
        })),
    },
    'always refuses': {
      failing: 'loses none of many increments',
      make: () => changed(() => ({ compareAndSet: async () => false })),
    },
  };

  for (const [name, { make, failing }] of Object.entries(broken)) {
    it(`finds a store that ${name}`, async () => {
      expect(await failures(make)).to.include(failing);
    });
  }

  it('finds two stores of which one keeps a copy', async () => {
    const backend = memoryStore();
    const make = (): Store => {
      const copies = new Map<string, string | null>();
      return {
        ...backend,
        async get(accountId) {
          if (!copies.has(accountId)) copies.set(accountId, await backend.get(accountId));
          return copies.get(accountId) ?? null;
        },
        async compareAndSet(accountId, expected, next) {
          copies.delete(accountId);
          return backend.compareAndSet(accountId, expected, next);
        },
      };
    };
    expect(await failures(make, true)).to.deep.equal(['shows one store at once what another one swapped']);
  });

  it('passes on what a store rejects with', async () => {
    const make = (): Store => changed(() => ({ get: () => Promise.reject(new Error('down')) }));
    const [first] = storeContract(make);
    const error: unknown = await first?.run().catch((reason: unknown) => reason);
    expect(error).to.be.an('error').with.property('message', 'down');
  });
});

/** The titles of the tests that a store fails; a rejection of another kind is an error of this test. */
async function failures(make: () => Store, sharedBackend = false): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of storeContract(make, { sharedBackend })) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      failed.push(title);
    }
  }
  return failed;
}

function changed(change: (store: Store) => Partial<Store>): Store {
  const store = memoryStore();
  return { ...store, ...change(store) };
}

/** Keeps accounts under another name than they have. */
function renaming(rename: (accountId: string) => string): Store {
  return changed((store) => ({
    get: (accountId) => store.get(rename(accountId)),
    compareAndSet: (accountId, expected, next) => store.compareAndSet(rename(accountId), expected, next),
  }));
}

/** Compares what is left of values. */
function loose(fold: (value: string) => string): Store {
  return changed((store) => ({
    async compareAndSet(accountId, expected, next) {
      const present = await store.get(accountId);
      const same = present !== null && expected !== null && fold(present) === fold(expected);
      return store.compareAndSet(accountId, same ? present : expected, next);
    },
  }));
}

function plainObjectStore(): Store {
  const values: Record<string, string | null | undefined> = {};
  return {
    get: async (accountId) => values[accountId] ?? null,
    async compareAndSet(accountId, expected, next) {
      if ((values[accountId] ?? null) !== expected) return false;
      values[accountId] = next;
      return true;
    },
    async *list() {
      yield* Object.keys(values).filter((accountId) => typeof values[accountId] === 'string');
    },
  };
}
