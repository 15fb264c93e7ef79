import { randomBytes } from 'node:crypto';
import { parseKeyRing } from '../../lib/vault/key-ring.js';
import { createSealer } from '../../lib/vault/seal.js';
import type { Sealer } from '../../lib/vault/seal.js';
import type { Store } from '../../lib/vault/store.js';
import { createUnderWay } from '../../lib/vault/under-way.js';
import { createVault } from '../../lib/vault/vault.js';
import type { Vault } from '../../lib/vault/vault.js';

/** A fresh master key, as it is given to the package. */
export function aKey(): string {
  return randomBytes(32).toString('base64');
}

/** Seals with the first of some keys, opens with all of them. */
export function sealerOf(...keys: string[]): Sealer {
  return createSealer(parseKeyRing(keys));
}

/** The vault over a store, patient unless told otherwise. */
export function vaultOf(store: Store, sealer = sealerOf(aKey()), timeoutMs = 60_000): Vault<string> {
  return createVault(store, sealer, timeoutMs, createUnderWay(), ({ enrollment }) => enrollment);
}

/** A store in front of another one that counts the calls. */
export interface CountingStore extends Store {
  readonly calls: { get: number; compareAndSet: number };
}

/** Counts the calls of a store. */
export function counting(store: Store): CountingStore {
  const calls = { get: 0, compareAndSet: 0 };
  return {
    ...store,
    calls,
    get(accountId) {
      calls.get += 1;
      return store.get(accountId);
    },
    compareAndSet(accountId, expected, next) {
      calls.compareAndSet += 1;
      return store.compareAndSet(accountId, expected, next);
    },
  };
}
