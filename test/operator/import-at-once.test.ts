import { expect } from 'chai';
import { Secret } from 'otpauth';
import { until } from '../support/eventually.js';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

describe('operator: two imports at once, of which one cannot write the table of the panel', () => {
  const secret = new Secret({ size: 20 }).base32;
  let flag: boolean;
  /** What the next writes of `true` do first, in their order. */
  let beforeWrites: (() => Promise<void>)[];
  let panel: Panel;

  beforeEach(async () => {
    flag = false;
    beforeWrites = [];
    panel = await startPanel({
      options: {
        account: ({ id, login, passwordChangedAt: securityStamp }) => {
          return { id, name: login, securityStamp, enrolled: flag };
        },
        async setEnrolled(_id, enrolled) {
          if (enrolled) await beforeWrites.shift()?.();
          flag = enrolled;
        },
      },
    });
  });
  afterEach(stopPanels);

  const fails = (): Promise<void> => Promise.reject(new Error('the database is away'));
  const importIt = (): Promise<unknown> =>
    panel.secondFactor.admin
      .import('alice', { secret, by: 'operator' })
      .catch((error: unknown) => (error as { code?: string }).code);

  it('agrees with the table where the other one wrote it while the first was undone', async () => {
    beforeWrites = [fails];
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (id, expected, next) => {
      if (next === null) await importIt();
      return swap(id, expected, next);
    };
    expect(await importIt()).to.equal('store-unavailable');
    expect(await panel.store.get('alice')).to.equal(null);
    expect(flag).to.equal(false);
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ user: 'alice' });
  });

  it('does not tell the other one that the account has it already', async () => {
    let second: Promise<unknown> | undefined;
    const firstWrites = async (): Promise<void> => {
      second = importIt();
      await until('the second to write as well', () => beforeWrites.length === 0);
      return fails();
    };
    const secondWrites = (): Promise<void> =>
      until('the first to be undone', async () => (await panel.store.get('alice')) === null);
    beforeWrites = [firstWrites, secondWrites];
    expect(await importIt()).to.equal('store-unavailable');
    expect(await second).to.equal('store-unavailable');
    expect(flag).to.equal(false);
    expect(panel.told()).to.not.include('imported');
    expect(await importIt()).to.equal(true);
  });
});
