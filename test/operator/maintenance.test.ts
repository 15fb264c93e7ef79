import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';

const key = (): string => randomBytes(32).toString('base64');
const away = async (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

describe('operator/maintenance', () => {
  afterEach(stopPanels);

  it('reseals what an older key sealed, counts the rest, and names what no key opens', async () => {
    const [old, fresh] = [key(), key()];
    const store = memoryStore();
    const users = ['alice', 'bob', 'carol'].map((login) => user(login));
    const before = await startPanel({ store, users, options: { keys: [old] } });
    await enroll(before, 'alice');
    const after = await startPanel({ store, users, options: { keys: [fresh, old] } });
    await enroll(after, 'bob');
    await store.compareAndSet('carol', null, '1.nokey.AAAA');
    after.told();
    expect(await after.secondFactor.admin.rekey()).to.deep.equal({
      resealed: 1,
      current: 1,
      unreadable: ['carol'],
    });
    expect(
      after.events.filter(({ name }) => name === 'resealed').map(({ accountId }) => accountId),
    ).to.deep.equal(['alice']);
    expect(await after.secondFactor.admin.rekey()).to.deep.equal({
      resealed: 0,
      current: 2,
      unreadable: ['carol'],
    });
    expect((await after.secondFactor.admin.check()).records).to.deep.equal({
      firstKey: 2,
      oldKey: 0,
      unreadable: 1,
    });
  });

  it('reseals no faster than listeners follow, one record after the other', async () => {
    const [old, fresh] = [key(), key()];
    const store = memoryStore();
    const users = Array.from({ length: 300 }, (_, place) => user(`user${String(place)}`));
    const before = await startPanel({ store, users, options: { keys: [old] } });
    for (const { id } of users) {
      await before.secondFactor.admin.import(id, { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', by: 'test' });
    }
    const after = await startPanel({ store, users, options: { keys: [fresh, old] } });
    let [begun, heard, most] = [0, 0, 0];
    let queue = Promise.resolve();
    after.secondFactor.events.on('resealed', async () => {
      most = Math.max(most, ++begun - heard);
      queue = queue.then(async () => {
        for (let turns = 0; turns < 20; turns++) await turn();
        heard += 1;
      });
      await queue;
    });
    expect(await after.secondFactor.admin.rekey()).to.include({ resealed: 300 });
    await after.secondFactor.close();
    expect(heard).to.equal(300);
    expect(most).to.be.below(200);
  });

  it('names whose records no key opens, and tells who looks on how many are done', async () => {
    const store = memoryStore();
    const users = ['alice', 'bob'].map((login) => user(login));
    const panel = await startPanel({ store, users });
    await enroll(panel, 'alice');
    await store.compareAndSet('bob', null, '1.nokey.AAAA');
    for (const look of [panel.secondFactor.admin.check, panel.secondFactor.admin.rekey]) {
      const told: number[] = [];
      await look((records) => told.push(records));
      expect(told).to.deep.equal([1, 2]);
    }
    expect((await panel.secondFactor.admin.check()).unreadableAccounts).to.deep.equal(['bob']);
  });

  it('tells how far the clock of the store is ahead of the middle of asking, and what it warns of', async () => {
    const store = memoryStore();
    const panel = await startPanel({ store });
    expect(await panel.secondFactor.admin.check()).to.include({ storeClockAheadMs: null });
    store.inspect = async () => {
      panel.now += 100;
      const serverTime = panel.now + 7000;
      panel.now += 100;
      return { serverTime, warnings: ['it may lose records'] };
    };
    const { storeClockAheadMs, warnings } = await panel.secondFactor.admin.check();
    expect(storeClockAheadMs).to.equal(7000);
    expect(warnings).to.deep.equal(['it may lose records']);
  });

  it('takes what is no time of the store for a problem, not for a clock that is right', async () => {
    const store = memoryStore();
    const panel = await startPanel({ store });
    for (const serverTime of [NaN, '1', undefined, new Date()]) {
      store.inspect = () => Promise.resolve({ serverTime: serverTime as never, warnings: [] });
      const { storeClockAheadMs, warnings } = await panel.secondFactor.admin.check();
      expect(storeClockAheadMs).to.equal(null);
      expect(warnings.join()).to.match(/^The store tells no time/);
    }
  });

  it('rejects when the store does not answer', async () => {
    const broken = new Error('down');
    const panel = await startPanel();
    panel.store.inspect = () => Promise.reject(broken);
    expect(await away(panel.secondFactor.admin.check())).to.include({
      code: 'store-unavailable',
      cause: broken,
    });
    panel.store.list = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }) });
    expect(await away(panel.secondFactor.admin.rekey())).to.include({
      code: 'store-unavailable',
      cause: broken,
    });
    await enroll(panel);
    panel.store.list = async function* () {
      yield await Promise.resolve('alice');
    };
    panel.store.get = () => Promise.reject(broken);
    expect(await away(panel.secondFactor.admin.rekey())).to.include({ code: 'store-unavailable' });
    expect(await away(panel.secondFactor.status('alice'))).to.include({ code: 'store-unavailable' });
  });
});
