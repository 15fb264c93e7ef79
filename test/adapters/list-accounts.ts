import type { Store } from '../../lib/vault/store.js';

/** All that a store lists, in its order. */
export async function listAccounts(store: Pick<Store, 'list'>): Promise<string[]> {
  const ids: string[] = [];
  for await (const accountId of store.list()) ids.push(accountId);
  return ids;
}
