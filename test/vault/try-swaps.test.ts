import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import { parseAccountId } from '../../lib/account/account.js';
import type { Store } from '../../lib/vault/store.js';
import type { Vault } from '../../lib/vault/vault.js';
import { listAccounts } from '../adapters/list-accounts.js';
import { vaultOf } from '../support/vaults.js';

type Swap = [accountId: string, expected: string | null, next: string | null];

/** A memory store that notes swaps, and refuses some of them. */
function noting(refuses: (swap: Swap) => boolean = () => false): {
  store: Store;
  swaps: Swap[];
  vault: Vault;
} {
  const inner = memoryStore();
  const swaps: Swap[] = [];
  const store: Store = {
    ...inner,
    async compareAndSet(...[accountId, expected, next]) {
      swaps.push([accountId, expected, next]);
      if (refuses([accountId, expected, next])) throw new Error('not allowed');
      return inner.compareAndSet(accountId, expected, next);
    },
  };
  return { store, swaps, vault: vaultOf(store) };
}

async function refusal(vault: Vault): Promise<string> {
  return vault.trySwaps().then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );
}

describe('lib/vault/vault: trySwaps', () => {
  it('creates, deletes and tries to change, and leaves nothing', async () => {
    const { store, swaps, vault } = noting();
    await vault.trySwaps();
    const kinds = swaps.map(([, expected, next]) => `${String(expected)} ${String(next)}`);
    expect(kinds).to.deep.equal(['- null', '- =', 'null null', 'null -', '- null']);
    expect(await listAccounts(store)).to.deep.equal([]);
  });

  it('takes an id that no account can have, another one each time', async () => {
    const { swaps, vault } = noting();
    await Promise.all([vault.trySwaps(), vault.trySwaps()]);
    const ids = new Set(swaps.map(([id]) => id));
    expect(ids.size).to.equal(2);
    for (const id of ids) expect(() => parseAccountId(id)).to.throw('second-factor-check:');
  });

  it('is not listed while it goes on, also of another process', async () => {
    const { store, vault } = noting();
    const seen: string[][] = [];
    const looking = vaultOf({
      ...store,
      async compareAndSet(...swap) {
        const held = await store.compareAndSet(...swap);
        seen.push(await listAccounts(store), await listAccounts(vault));
        return held;
      },
    });
    await store.compareAndSet('alice', null, 'a');
    await looking.trySwaps();
    expect(
      seen.filter((ids) => ids.length === 2),
      'it was there',
    ).to.have.length(1);
    expect(seen.filter((_, place) => place % 2 === 1)).to.deep.equal(Array(5).fill(['alice']));
  });

  for (const [right, refuses] of Object.entries<(swap: Swap) => boolean>({
    create: ([, expected, next]) => expected === null && next !== null,
    change: ([, expected, next]) => expected !== null && next !== null,
    delete: ([, , next]) => next === null,
  })) {
    it(`tells that the store may not ${right}, and leaves nothing`, async () => {
      const { store, vault } = noting(refuses);
      expect(await refusal(vault)).to.contain('not allowed');
      expect(await listAccounts(store)).to.deep.equal([]);
    });
  }

  it('removes what was made though the answer was lost', async () => {
    const { store } = noting();
    const unsure = vaultOf({
      ...store,
      async compareAndSet(...swap) {
        const held = await store.compareAndSet(...swap);
        if (swap[1] === null && swap[2] !== null) throw new Error('connection lost');
        return held;
      },
    });
    expect(await refusal(unsure)).to.contain('connection lost');
    expect(await listAccounts(store)).to.deep.equal([]);
  });

  it('tells that a swap was lost', async () => {
    const forgetting = vaultOf({
      ...memoryStore(),
      compareAndSet: (_, expected, next) => Promise.resolve(expected === null && next !== null),
    });
    expect(await refusal(forgetting)).to.contain('lost a swap');
  });

  it('takes a store that only keeps what it knows, such as a column of the users table', async () => {
    const none = vaultOf({ ...memoryStore(), compareAndSet: () => Promise.resolve(false) });
    expect(await refusal(none)).to.equal('none');
  });

  it('finds a store that answers a swap with what a driver gives', async () => {
    for (const answer of [0, 1, undefined, { rowCount: 1 }]) {
      const careless = vaultOf({ ...memoryStore(), compareAndSet: () => Promise.resolve(answer as never) });
      expect(await refusal(careless)).to.include('must answer a swap with true or false');
    }
    const unsure = vaultOf({ ...memoryStore(), compareAndSet: () => Promise.resolve(null) });
    expect(await refusal(unsure)).to.equal('none');
  });
});
