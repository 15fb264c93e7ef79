import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';

const key = (): string => randomBytes(32).toString('base64');
const TOKEN = { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', by: 'test' };
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

  it('reseals through two slow connections, and people get their turn meanwhile', async () => {
    const [old, fresh] = [key(), key()];
    const users = Array.from({ length: 80 }, (_, place) => user(`user-${String(place)}`));
    const store = memoryStore();
    const before = await startPanel({ store, users, options: { keys: [old] } });
    for (const { id } of users) await before.secondFactor.admin.import(id, TOKEN);
    const through = connections(2, 30);
    const after = await startPanel({
      users,
      store: {
        get: (id) => through(() => store.get(id)),
        compareAndSet: (id, expected, next) => through(() => store.compareAndSet(id, expected, next)),
        list: () => store.list(),
      },
      options: { keys: [fresh, old], storeTimeoutMs: 1000 },
    });
    const rekeyed = after.secondFactor.admin.rekey();
    for (let times = 0; times < 5; times++) {
      await sleep(50);
      const asked = performance.now();
      await after.secondFactor.status('user-3');
      expect(performance.now() - asked).to.be.below(500);
    }
    expect(await rekeyed).to.include({ resealed: 80 });
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

/** Calls that wait for one of some connections, and for so many milliseconds there. */
function connections(count: number, milliseconds: number) {
  const waiting: (() => void)[] = [];
  let free = count;
  return async <T>(call: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    await sleep(milliseconds);
    const next = waiting.shift();
    if (next) next();
    else free++;
    return call();
  };
}
