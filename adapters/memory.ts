import type { Store } from '../lib/vault/store.js';

/**
 * A store in the memory of this process: for tests and demonstrations. A restart forgets every record,
 * and with it every second factor; a second process knows nothing of them. Atomic and strongly
 * consistent within the process. Every call makes a new, empty store.
 *
 * Warns once per store, with the code `SECOND_FACTOR_MEMORY_STORE`, when `NODE_ENV` is `production`.
 *
 * @example
 * import { memoryStore } from 'passport-second-factor/memory';
 * const store = memoryStore();
 */
export function memoryStore(): Store {
  if (process.env.NODE_ENV === 'production') {
    process.emitWarning(
      'memoryStore() forgets every second factor when the process ends, and passwords alone then open ' +
        "the accounts. Use redisStore(client) from 'passport-second-factor/redis', for example.",
      { code: 'SECOND_FACTOR_MEMORY_STORE' },
    );
  }
  const values = new Map<string, string>();

  return {
    get: (accountId) => Promise.resolve(values.get(accountId) ?? null),

    compareAndSet(accountId, expected, next) {
      if ((values.get(accountId) ?? null) !== expected) return Promise.resolve(false);
      if (next === null) values.delete(accountId);
      else values.set(accountId, next);
      return Promise.resolve(true);
    },

    async *list() {
      for (const accountId of [...values.keys()]) yield await Promise.resolve(accountId);
    },
  };
}
