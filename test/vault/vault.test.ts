import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { encodeRecord } from '../../lib/account/record.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../../lib/account/recovery-codes.js';
import type { Store } from '../../lib/vault/store.js';
import type { Vault } from '../../lib/vault/vault.js';
import { NOW, STEP, aRecord, anAuthenticator, codeAt, wrongCode } from '../support/records.js';
import { aKey, counting, sealerOf, vaultOf } from '../support/vaults.js';

describe('lib/vault/vault', () => {
  it('gives back the record that was put in, to its own account only', async () => {
    const store = memoryStore();
    const vault = vaultOf(store);
    const record = aRecord();
    expect(await vault.read('alice')).to.equal(null);
    await put(vault, 'alice', record);
    expect(await vault.read('alice')).to.deep.equal(record);
    expect(await vault.read('Alice')).to.equal(null);
  });

  it('keeps nothing that can be read', async () => {
    const store = memoryStore();
    const record = aRecord();
    await put(vaultOf(store), 'alice', record);
    const sealed = await store.get('alice');
    for (const readable of [record.enrollment, codeSecret(record), 'alice'])
      expect(sealed).to.not.include(readable);
  });

  it('reads with one call to the store', async () => {
    const store = counting(memoryStore());
    await vaultOf(store).read('alice');
    expect(store.calls).to.deep.equal({ get: 1, compareAndSet: 0 });
  });

  it('evaluates a code with one read and one swap', async () => {
    const store = counting(memoryStore());
    const vault = vaultOf(store);
    const record = aRecord();
    await put(vault, 'alice', record);
    for (const code of [wrongCode(record, NOW), codeAt(record.authenticators[0]!, STEP)]) {
      store.calls.get = store.calls.compareAndSet = 0;
      await vault.update('alice', (present) => decideAttempt(present!, code, NOW, DEFAULT_LIMITS));
      expect(store.calls).to.deep.equal({ get: 1, compareAndSet: 1 });
    }
  });

  for (const [what, given, typed] of [
    ['while locked', { failures: 5, lockedUntil: NOW + 1 }, 'right'],
    ['at the hard limit', { failures: 100 }, 'right'],
    ['a code that was used before', { authenticators: [anAuthenticator({ lastStep: STEP + 5 })] }, 'right'],
    ['a wrong recovery code', {}, '0000-0000-0000-0000-0000-0000'],
    ['what is not a code', {}, 'nonsense'],
  ] as const) {
    it(`writes nothing for ${what}`, async () => {
      const store = counting(memoryStore());
      const vault = vaultOf(store);
      const record = aRecord(given);
      await put(vault, 'alice', record);
      const before = await store.get('alice');
      store.calls.get = store.calls.compareAndSet = 0;
      const code = typed === 'right' ? codeAt(record.authenticators[0]!, STEP) : typed;
      const outcome = await vault.update('alice', (present) =>
        decideAttempt(present!, code, NOW, DEFAULT_LIMITS),
      );
      expect(outcome.ok).to.equal(false);
      expect(store.calls).to.deep.equal({ get: 1, compareAndSet: 0 });
      expect(await store.get('alice')).to.equal(before);
    });
  }

  it('keeps a record with ten recovery codes below 1024 bytes', async () => {
    const store = memoryStore();
    const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
    const full = aRecord({
      ...recoverySet(randomBytes(16).toString('base64url'), codes),
      ...{ enrolledAt: NOW, failures: 99, lockedUntil: NOW + 3_600_000 },
      authenticators: [
        anAuthenticator({ secret: randomBytes(20), addedAt: NOW, lastStep: STEP, clockOffset: -10 }),
      ],
    });
    await put(vaultOf(store), 'alice', full);
    expect(Buffer.byteLength((await store.get('alice'))!)).to.be.lessThan(1024);
  });

  it('tells the outcome of the decision on no record, and writes nothing', async () => {
    const store = counting(memoryStore());
    const seen: (AccountRecord | null)[] = [];
    const outcome = await vaultOf(store).update('alice', (record) => {
      seen.push(record);
      return { outcome: 'nobody', next: 'unchanged' };
    });
    expect([outcome, ...seen]).to.deep.equal(['nobody', null]);
    expect(store.calls).to.deep.equal({ get: 1, compareAndSet: 0 });
  });

  it('deletes a record by a decision, and needs no swap when there was none', async () => {
    const store = counting(memoryStore());
    const vault = vaultOf(store);
    await put(vault, 'alice', aRecord());
    expect(await vault.update('alice', () => ({ outcome: 1, next: null }))).to.equal(1);
    expect(await store.get('alice')).to.equal(null);
    store.calls.compareAndSet = 0;
    expect(await vault.update('alice', () => ({ outcome: 2, next: null }))).to.equal(2);
    expect(store.calls.compareAndSet).to.equal(0);
  });

  it('decides again on what somebody else swapped in, and tells the second outcome', async () => {
    const store = memoryStore();
    const sealer = sealerOf(aKey());
    const vault = vaultOf(store, sealer);
    const record = aRecord();
    await put(vault, 'alice', record);
    const seen: number[] = [];
    let interfered = false;
    const outcome = await vaultOf(interfering(store), sealer).update('alice', (present) => {
      seen.push(present!.failures);
      return { outcome: present!.failures, next: { ...present!, failures: present!.failures + 1 } };
    });
    expect([seen, outcome]).to.deep.equal([[0, 10], 10]);
    expect((await vault.read('alice'))?.failures).to.equal(11);

    function interfering(inner: Store): Store {
      return {
        ...inner,
        async compareAndSet(accountId, expected, next) {
          if (!interfered) {
            interfered = true;
            await vault.update('alice', (present) => ({ outcome: 0, next: { ...present!, failures: 10 } }));
          }
          return inner.compareAndSet(accountId, expected, next);
        },
      };
    }
  });

  it('gives up after 16 lost rounds: nothing was told and nothing written', async () => {
    const store = memoryStore();
    const sealer = sealerOf(aKey());
    await put(vaultOf(store, sealer), 'alice', aRecord());
    const before = await store.get('alice');
    const losing = counting({ ...store, compareAndSet: async () => false });
    let decided = 0;
    const update = vaultOf(losing, sealer).update('alice', (record) => {
      decided += 1;
      return { outcome: 'told', next: { ...record!, failures: 1 } };
    });
    expect(await codeOf(update)).to.equal('store-unavailable');
    expect([decided, losing.calls]).to.deep.equal([16, { get: 16, compareAndSet: 16 }]);
    expect(await store.get('alice')).to.equal(before);
  });

  it('makes room for others between lost rounds', async () => {
    let turn = 0;
    let going = true;
    const count = (): void => {
      turn += 1;
      if (going) setImmediate(count);
    };
    count();
    const turns: number[] = [];
    const losing: Store = {
      ...memoryStore(),
      compareAndSet: async () => {
        turns.push(turn);
        return false;
      },
    };
    await codeOf(put(vaultOf(losing), 'alice', aRecord()));
    going = false;
    expect(turns).to.have.length(16);
    expect(new Set(turns).size).to.be.greaterThan(1);
  });

  it('holds with the sixteenth round', async () => {
    const store = memoryStore();
    let lost = 0;
    const slow: Store = {
      ...store,
      compareAndSet: async (...swap) => (lost < 15 ? (lost++, false) : store.compareAndSet(...swap)),
    };
    await put(vaultOf(slow), 'alice', aRecord());
    expect(await store.get('alice')).to.be.a('string');
  });

  describe('a record that does not open', () => {
    const record = aRecord();
    const unreadable: Record<string, (store: Store) => Promise<unknown>> = {
      'was sealed by another key': (store) => put(vaultOf(store), 'alice', record),
      'is no sealed value': (store) => store.compareAndSet('alice', null, 'nonsense'),
      'is empty': (store) => store.compareAndSet('alice', null, ''),
    };
    for (const [what, damage] of Object.entries(unreadable)) {
      it(`because it ${what} is never "not enrolled", and stays as it is (A8)`, async () => {
        const store = counting(memoryStore());
        await damage(store);
        const before = await store.get('alice');
        const vault = vaultOf(store);
        store.calls.compareAndSet = 0;
        let decided = 0;
        const decide = (): { outcome: string; next: null } => {
          decided += 1;
          return { outcome: 'told', next: null };
        };
        expect(await codeOf(vault.read('alice'))).to.equal('record-unreadable');
        expect(await codeOf(vault.update('alice', decide))).to.equal('record-unreadable');
        expect(await codeOf(vault.reseal('alice'))).to.equal('record-unreadable');
        expect(await vault.examine('alice')).to.include({ sealedWith: 'unreadable' });
        expect([decided, store.calls.compareAndSet]).to.deep.equal([0, 0]);
        expect(await store.get('alice')).to.equal(before);
      });
    }

    it('because it was moved from another account, holds something else, or was written by a later version', async () => {
      const store = memoryStore();
      const sealer = sealerOf(aKey());
      const vault = vaultOf(store, sealer);
      await put(vault, 'bob', record);
      await store.compareAndSet('alice', null, await store.get('bob'));
      await store.compareAndSet('carol', null, sealer.seal('record', 'carol', '[1]'));
      await store.compareAndSet('dave', null, sealer.seal('setup', 'dave', 'secret'));
      const later = encodeRecord(aRecord({ recoveryConfirmed: true })).replace('{', '{"later":1,');
      await store.compareAndSet('erin', null, sealer.seal('record', 'erin', later));
      for (const account of ['alice', 'carol', 'dave', 'erin']) {
        expect(await codeOf(vault.read(account)), account).to.equal('record-unreadable');
      }
    });

    it('tells the operator what is wrong with it', async () => {
      const store = memoryStore();
      const sealer = sealerOf(aKey());
      await store.compareAndSet('alice', null, sealer.seal('record', 'alice', '[1]'));
      const error: unknown = await vaultOf(store, sealer)
        .read('alice')
        .catch((thrown: unknown) => thrown);
      expect((error as Error).cause).to.be.instanceOf(TypeError);
    });

    it('can be removed', async () => {
      const store = memoryStore();
      await store.compareAndSet('alice', null, 'nonsense');
      expect(await vaultOf(store).remove('alice')).to.equal(true);
      expect(await store.get('alice')).to.equal(null);
    });
  });

  describe('remove', () => {
    it('refuses as unknown when the store cannot tell whether this call deleted it', async () => {
      const store = memoryStore();
      const unsure = vaultOf({ ...store, compareAndSet: () => Promise.resolve(null) });
      await put(vaultOf(store), 'alice', aRecord());
      const refused: unknown = await unsure.remove('alice').catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'store-unavailable');
      expect(refused)
        .to.have.nested.property('cause.message')
        .that.contains('by this call, whose answer was lost');
    });

    for (const answer of [{ modifiedCount: 0 }, undefined, 1, 'OK']) {
      it(`refuses as unknown when the store answers ${JSON.stringify(answer)} to a swap`, async () => {
        const store = memoryStore();
        const odd = vaultOf({ ...store, compareAndSet: () => Promise.resolve(answer as unknown as boolean) });
        await put(vaultOf(store), 'alice', aRecord());
        const refused: unknown = await odd.remove('alice').catch((error: unknown) => error);
        expect(refused).to.have.property('code', 'store-unavailable');
        expect(refused).to.have.nested.property('cause.message').that.contains('true or false');
      });
    }

    it('deletes the record of one account and tells whether there was one', async () => {
      const store = counting(memoryStore());
      const vault = vaultOf(store);
      await put(vault, 'alice', aRecord());
      await put(vault, 'bob', aRecord());
      expect(await vault.remove('alice')).to.equal(true);
      store.calls.compareAndSet = 0;
      expect(await vault.remove('alice')).to.equal(false);
      expect(store.calls.compareAndSet).to.equal(0);
      expect(await accounts(vault)).to.deep.equal(['bob']);
    });
  });

  describe('keys that rotate', () => {
    const [old, fresh] = [aKey(), aKey()];

    it('are told, and reseal moves a record to the first one without changing it', async () => {
      const store = counting(memoryStore());
      const record = aRecord();
      await put(vaultOf(store, sealerOf(old)), 'alice', record);
      const vault = vaultOf(store, sealerOf(fresh, old));
      expect(await vault.examine('alice')).to.include({ sealedWith: 'old-key' });
      expect(await vault.read('alice')).to.deep.equal(record);
      expect(await vault.reseal('alice')).to.equal('resealed');
      expect(await vault.examine('alice')).to.include({ sealedWith: 'first-key' });
      store.calls.compareAndSet = 0;
      expect(await vault.reseal('alice')).to.equal('current');
      expect(store.calls.compareAndSet).to.equal(0);
      expect(await vaultOf(store, sealerOf(fresh)).read('alice')).to.deep.equal(record);
      expect(await vaultOf(store, sealerOf(old)).examine('alice')).to.include({ sealedWith: 'unreadable' });
    });

    it('move what lies there, also where a cheaper read gives what lay there before', async () => {
      const behind = memoryStore();
      await put(vaultOf(behind, sealerOf(old)), 'alice', aRecord());
      const stale = await behind.get('alice');
      const record = { ...aRecord(), failures: 3 };
      await vaultOf(behind, sealerOf(old)).update('alice', () => ({ outcome: 0, next: record }));
      const store: Store = { ...behind, peek: () => Promise.resolve(stale) };
      expect(await vaultOf(store, sealerOf(fresh, old)).reseal('alice')).to.equal('resealed');
      expect(await vaultOf(behind, sealerOf(fresh)).read('alice')).to.deep.equal(record);
    });

    it('seal anew with any write', async () => {
      const store = memoryStore();
      await put(vaultOf(store, sealerOf(old)), 'alice', aRecord());
      const vault = vaultOf(store, sealerOf(fresh, old));
      await vault.update('alice', (record) => ({ outcome: 0, next: { ...record!, failures: 1 } }));
      expect(await vault.examine('alice')).to.include({ sealedWith: 'first-key' });
    });

    it('have nothing to do for an account without a record', async () => {
      const store = counting(memoryStore());
      const vault = vaultOf(store);
      expect(await vault.examine('alice')).to.include({ sealedWith: 'gone' });
      expect(await vault.reseal('alice')).to.equal('gone');
      expect(store.calls.compareAndSet).to.equal(0);
    });
  });
});

async function put(vault: Vault, accountId: string, record: AccountRecord): Promise<void> {
  await vault.update(accountId, () => ({ outcome: undefined, next: record }));
}

async function accounts(vault: Vault): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of vault.list()) ids.push(id);
  return ids;
}

function codeSecret({ authenticators }: AccountRecord): string {
  return Buffer.from(authenticators[0]!.secret).toString('base64url');
}

async function codeOf(operation: Promise<unknown>): Promise<unknown> {
  try {
    return { told: await operation };
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
