import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { createUnderWay } from '../../lib/vault/under-way.js';
import { timeLimit } from '../support/time-limit.js';

const limit = timeLimit();
const never = (): Promise<void> => new Promise(() => undefined);

describe('vault: what is under way', () => {
  it('of one account is waited for, with what it began, and nothing of others', async () => {
    const underWay = createUnderWay(limit.ms);
    const order: string[] = [];
    underWay.add('bob', never());
    const begun = async (): Promise<void> => {
      await turn();
      order.push('begun by the first');
    };
    const first = async (): Promise<void> => {
      await turn();
      order.push('first');
      underWay.add('alice', begun());
    };
    underWay.add('alice', first());
    await underWay.over('alice');
    expect(order).to.deep.equal(['first', 'begun by the first']);
    expect(underWay.untold()).to.deep.equal({ failed: 0, unfinished: 1 });
  });

  it('is given up when it never ends, and is told as not over', async () => {
    for (const accountId of ['alice', undefined]) {
      const underWay = createUnderWay(limit.ms);
      underWay.add('alice', never());
      const over = underWay.over(accountId);
      await turn();
      await limit.passOnce();
      await over;
      expect(underWay.untold()).to.deep.equal({ failed: 0, unfinished: 1 });
    }
  });

  it('is waited for at the end, with what callers wait for and begin next, and without counting that', async () => {
    const underWay = createUnderWay(limit.ms);
    const order: string[] = [];
    const step = async (name: string): Promise<void> => {
      await turn();
      order.push(name);
      if (name === 'fails') throw new Error('refused');
    };
    const calling = (async () => {
      await underWay.during(step('first'));
      await underWay.during(step('fails')).catch(() => undefined);
      underWay.add('alice', step('mail'));
    })();
    await underWay.over();
    expect(order).to.deep.equal([]);
    expect(underWay.untold()).to.deep.equal({ failed: 0, unfinished: 0 });
    await underWay.end();
    expect(order).to.deep.equal(['first', 'fails', 'mail']);
    expect(underWay.untold()).to.deep.equal({ failed: 0, unfinished: 0 });
    await calling;
  });

  it('is given up at the end where a caller waits for what never ends', async () => {
    const underWay = createUnderWay(limit.ms);
    void underWay.during(never());
    const ending = underWay.end();
    await turn();
    await limit.passOnce();
    await ending;
  });

  it('is over when it fails, and is counted', async () => {
    const underWay = createUnderWay(limit.ms);
    underWay.add('alice', Promise.reject(new Error('no mailer')));
    underWay.add('bob', Promise.resolve());
    await underWay.over();
    await underWay.over('alice');
    expect(underWay.untold()).to.deep.equal({ failed: 1, unfinished: 0 });
  });
});
