import { expect } from 'chai';
import { forEachAtOnce } from '../../lib/operator/for-each-at-once.js';

/** A list that tells how far it was read, and whether it was ended. */
function listOf(count: number) {
  const list = { read: 0, isEnded: false };
  async function* items(): AsyncGenerator<number> {
    try {
      for (; list.read < count; list.read++) yield await Promise.resolve(list.read);
    } finally {
      list.isEnded = true;
    }
  }
  return { list, items: items() };
}

describe('operator/for-each-at-once', () => {
  it('does something for every item, for as many at once as its pace says at each moment', async () => {
    const { items } = listOf(200);
    const done: number[] = [];
    const most = new Map<number, number>();
    let [underWay, atOnce] = [0, 64];
    const pace = {
      atOnce: () => atOnce,
      took: () => void (atOnce = done.length < 100 ? 64 : 3),
    };
    await forEachAtOnce(
      items,
      async (item) => {
        underWay++;
        most.set(atOnce, Math.max(most.get(atOnce) ?? 0, underWay));
        await new Promise(setImmediate);
        done.push(item);
        underWay--;
      },
      pace,
    );
    expect(done.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 200 }, (_, item) => item));
    expect(Object.fromEntries(most)).to.deep.equal({ 64: 64, 3: 3 });
  });

  it('reads the list as it is needed', async () => {
    const { list, items } = listOf(1000);
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const done = forEachAtOnce(items, () => gate, { atOnce: () => 64, took: () => undefined });
    await new Promise(setImmediate);
    expect(list.read).to.be.at.most(65);
    go();
    await done;
    expect(list.read).to.equal(1000);
  });

  it('goes on to the end where many are done in one turn, and all of them have waited', async () => {
    const { list, items } = listOf(200);
    let atOnce = 64;
    const pace = {
      atOnce: () => atOnce,
      took: () => void (atOnce = Math.max(1, atOnce - 1)),
    };
    let turn: Promise<unknown> | undefined;
    await forEachAtOnce(
      items,
      async () => {
        turn ??= new Promise(setImmediate).then(() => (turn = undefined));
        await turn;
      },
      pace,
    );
    expect(list.read).to.equal(200);
  });

  it('begins nothing further once one has failed, and waits for those under way', async () => {
    const { list, items } = listOf(1000);
    const finished: number[] = [];
    const error = await forEachAtOnce(items, async (item) => {
      if (item === 3) throw new Error('the fourth');
      await new Promise(setImmediate);
      finished.push(item);
    }).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the fourth');
    expect(finished.length).to.be.within(3, 66);
    expect(list.read).to.be.below(1000);
    expect(list.isEnded).to.equal(true);
  });

  it('begins nothing further once one has failed, also where others wait for the list', async () => {
    const log: string[] = [];
    async function* slow(): AsyncGenerator<number> {
      for (let item = 0; item < 100; item++) {
        await new Promise(setImmediate);
        yield item;
      }
    }
    const act = async (item: number): Promise<void> => {
      log.push('begun');
      await Promise.resolve();
      if (item < 3) return;
      log.push('failed');
      throw new Error('the fourth');
    };
    const pace = { atOnce: () => 64, took: () => undefined };
    const error = await forEachAtOnce(slow(), act, pace).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the fourth');
    expect(log).to.deep.equal(['begun', 'begun', 'begun', 'begun', 'failed']);
  });

  it('rejects with what failed first, also where the list cannot be ended after that', async () => {
    async function* unending(): AsyncGenerator<number> {
      try {
        yield await Promise.resolve(1);
        yield 2;
      } finally {
        await Promise.reject(new Error('no end'));
      }
    }
    const act = () => Promise.reject(new Error('the first'));
    const error = await forEachAtOnce(unending(), act).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'the first');
  });

  it('rejects with what the list throws', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error('no list');
    }
    const error = await forEachAtOnce(broken(), () => Promise.resolve()).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'no list');
  });
});
