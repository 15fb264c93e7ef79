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

  it('is over when it fails, and is counted', async () => {
    const underWay = createUnderWay(limit.ms);
    underWay.add('alice', Promise.reject(new Error('no mailer')));
    underWay.add('bob', Promise.resolve());
    await underWay.over();
    await underWay.over('alice');
    expect(underWay.untold()).to.deep.equal({ failed: 1, unfinished: 0 });
  });
});
