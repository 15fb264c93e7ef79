import { expect } from 'chai';
import { createPace, createSharedPace } from '../../lib/operator/pace.js';
import type { Pace } from '../../lib/operator/pace.js';

/** The pace after some that each waited for so many connections, with this time for one alone. */
function paceWith(connections: number, milliseconds: number, times = 500): Pace {
  const pace = createPace();
  for (let done = 0; done < times; done++) {
    pace.took(milliseconds * Math.max(1, pace.atOnce() / connections));
  }
  return pace;
}

describe('operator/pace', () => {
  it('begins with one, and has 64 at once where nobody waits, however far away the store is', () => {
    expect(createPace().atOnce()).to.equal(1);
    for (const milliseconds of [0.1, 5, 100, 900]) {
      expect(paceWith(100, milliseconds).atOnce()).to.equal(64);
    }
  });

  it('has no more at once than a few for each connection of a slow store, and keeps all of them busy', () => {
    for (const connections of [1, 2, 10]) {
      for (const milliseconds of [70, 240, 900]) {
        const atOnce = paceWith(connections, milliseconds).atOnce();
        expect(atOnce).to.be.within(connections, 2 * connections + 2);
      }
    }
  });

  it('never stops', () => {
    const pace = createPace();
    pace.took(1);
    for (let done = 0; done < 100; done++) pace.took(1000);
    expect(pace.atOnce()).to.equal(1);
    pace.took(1);
    expect(pace.atOnce()).to.equal(2);
  });

  it('is shared by lists that are read at the same time, and begins anew once none is', async () => {
    const sharing = createSharedPace();
    const grown = (pace: Pace): void => {
      for (let done = 0; done < 100; done++) pace.took(1);
    };
    await sharing(async (first) => {
      grown(first);
      expect(first.atOnce()).to.equal(64);
      await sharing(async (second) => {
        expect([first.atOnce(), second.atOnce()]).to.deep.equal([32, 32]);
        await Promise.resolve();
      });
      expect(first.atOnce()).to.equal(64);
    });
    await sharing(async (next) => {
      expect(next.atOnce()).to.equal(1);
      await sharing(async (beside) => {
        expect(beside.atOnce()).to.equal(1);
        await Promise.reject(new Error('the store is down'));
      }).catch(() => undefined);
      grown(next);
      expect(next.atOnce()).to.equal(64);
    });
  });
});
