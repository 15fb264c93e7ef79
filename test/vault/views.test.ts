import { inspect } from 'node:util';
import { expect } from 'chai';
import { createViews } from '../../lib/vault/views.js';
import { factorOf } from '../../lib/session/core.js';
import { encodeRecord } from '../../lib/account/record.js';
import { createUnderWay } from '../../lib/vault/under-way.js';
import { createVault } from '../../lib/vault/vault.js';
import { memoryStore } from '../../adapters/memory.js';
import { aRecord, anAuthenticator } from '../support/records.js';
import { aKey, counting, sealerOf } from '../support/vaults.js';

describe('lib/vault/views', () => {
  describe('in front of a store', () => {
    const secret = Buffer.from('a secret of 20 bytes');
    const record = aRecord({
      authenticators: [anAuthenticator({ secret })],
      recoveryDigests: ['b'.repeat(22), 'c'.repeat(22)],
    });
    let now: number;
    let opened: number;

    function start() {
      now = 0;
      opened = 0;
      const store = counting(memoryStore());
      const sealer = sealerOf(aKey());
      const kept: unknown[] = [];
      const vault = createVault(
        store,
        sealer,
        60_000,
        createUnderWay(),
        (found) => {
          opened += 1;
          const view = factorOf(found);
          kept.push(view);
          return view;
        },
        () => now,
      );
      const put = (id: string, sealed: string) => store.compareAndSet(id, null, sealed);
      return { store, sealer, vault, kept, put };
    }

    it('opens a record once while the store gives the same text, and asks the store each time', async () => {
      const { store, sealer, vault, put } = start();
      await put('alice', sealer.seal('record', 'alice', encodeRecord(record)));
      const first = await vault.view('alice');
      expect(await vault.view('alice')).to.equal(first);
      expect(await vault.glance('alice', 0)).to.equal(first);
      expect(opened).to.equal(1);
      expect(store.calls.get).to.equal(3);
      await vault.reseal('alice');
      await vault.update('alice', (found) => ({ outcome: true, next: { ...found!, failures: 3 } }));
      await vault.view('alice');
      expect(opened, 'another text').to.equal(2);
      await vault.remove('alice');
      expect(await vault.view('alice')).to.equal(null);
    });

    it('keeps nothing secret of what it opened', async () => {
      const { sealer, vault, kept, put } = start();
      await put('alice', sealer.seal('record', 'alice', encodeRecord(record)));
      await vault.view('alice');
      const shown = inspect(kept, { depth: Infinity, maxStringLength: Infinity, showHidden: true });
      const spellings = ['base64url', 'hex', 'latin1'] as const;
      for (const spelling of spellings) expect(shown).to.not.include(secret.toString(spelling));
      for (const digest of record.recoveryDigests) expect(shown).to.not.include(digest);
      expect(shown).to.not.include(record.recoveryKey);
      expect(shown).to.include(record.enrollment);
    });

    it('opens no record for another account, though its text is known', async () => {
      const { sealer, vault, put } = start();
      const sealed = sealer.seal('record', 'alice', encodeRecord(record));
      await put('alice', sealed);
      await vault.view('alice');
      await put('bob', sealed);
      for (const read of [() => vault.view('bob'), async () => vault.glance('bob', 60_000)]) {
        const error: unknown = await read().catch((thrown: unknown) => thrown);
        expect(error).to.include({ code: 'record-unreadable' });
      }
    });

    it('is recent for as long as was said, and not with a clock that was set back', async () => {
      const { store, sealer, vault, put } = start();
      await put('alice', sealer.seal('record', 'alice', encodeRecord(record)));
      await vault.glance('alice', 1000);
      now = 999;
      expect(vault.glance('alice', 1000)).to.not.be.a('promise');
      expect(vault.glance('nobody', 1000)).to.be.a('promise');
      expect(store.calls.get).to.equal(2);
      for (const moment of [1000, -1]) {
        now = moment;
        expect(vault.glance('alice', 1000), String(moment)).to.be.a('promise');
        now = 0;
      }
    });

    it('is never recent after a change of this process, or a read that one overtook', async () => {
      const { store, sealer, vault, put } = start();
      await put('alice', sealer.seal('record', 'alice', encodeRecord(record)));
      await vault.view('alice');
      const changing = vault.update('alice', (found) => ({ outcome: 1, next: { ...found!, failures: 1 } }));
      expect(vault.glance('alice', 60_000), 'while it is made').to.be.a('promise');
      await changing;
      expect(vault.glance('alice', 60_000), 'once it is made').to.be.a('promise');

      await vault.view('alice');
      let answer = (): void => undefined;
      const { get } = store;
      store.get = async (id) => {
        const sealed = await get.call(store, id);
        await new Promise<void>((resolve) => (answer = resolve));
        return sealed;
      };
      const slow = vault.view('alice');
      await new Promise(setImmediate);
      store.get = get;
      await vault.update('alice', (found) => ({ outcome: 1, next: { ...found!, failures: 2 } }));
      answer();
      await slow;
      expect(vault.glance('alice', 60_000), 'read before, answered after').to.be.a('promise');
    });

    it('counts from when the store was asked, however late it answered', async () => {
      const { store, sealer, vault, put } = start();
      await put('alice', sealer.seal('record', 'alice', encodeRecord(record)));
      const { get } = store;
      let answer = (): void => undefined;
      store.get = async (id) => {
        const sealed = await get.call(store, id);
        await new Promise<void>((resolve) => (answer = resolve));
        return sealed;
      };
      const slow = vault.glance('alice', 1000);
      await new Promise(setImmediate);
      store.get = get;
      now = 900;
      answer();
      await slow;
      expect(vault.glance('alice', 1000)).to.not.be.a('promise');
      now = 1000;
      expect(vault.glance('alice', 1000)).to.be.a('promise');
    });

    it('is recent for who is not enrolled as well', async () => {
      const { store, vault } = start();
      await vault.glance('bob', 1000);
      expect(vault.glance('bob', 1000)).to.equal(null);
      expect(store.calls.get).to.equal(1);
    });
  });

  it('keeps ten thousand accounts, and forgets the oldest first', () => {
    let opened = 0;
    const views = createViews(
      () => 0,
      (id) => {
        opened += 1;
        return id;
      },
    );
    const read = (id: string): unknown => views.of(id, `sealed ${id}`, views.begin(), true);
    for (let place = 0; place <= 10_000; place++) read(String(place));
    read('10000');
    read('1');
    expect(opened).to.equal(10_001);
    read('0');
    expect(opened).to.equal(10_002);
  });
});
