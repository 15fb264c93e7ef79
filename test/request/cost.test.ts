import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { SecondFactorOptions, Store } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

interface Cost {
  reads: number;
  swaps: number;
}

/** A panel, and what something costs its store. */
async function startCounting(options: Partial<SecondFactorOptions<User>> = {}): Promise<{
  panel: Panel;
  costOf: (act: () => Promise<unknown>) => Promise<Cost>;
}> {
  const store: Store = memoryStore();
  const { get, compareAndSet } = store;
  const cost: Cost = { reads: 0, swaps: 0 };
  store.get = (id) => {
    cost.reads++;
    return get.call(store, id);
  };
  store.compareAndSet = (id, expected, next) => {
    cost.swaps++;
    return compareAndSet.call(store, id, expected, next);
  };
  const panel = await startPanel({ store, options });
  return {
    panel,
    async costOf(act) {
      Object.assign(cost, { reads: 0, swaps: 0 });
      await act();
      return { ...cost };
    },
  };
}

const ONE_READ = { reads: 1, swaps: 0 };
const NOTHING = { reads: 0, swaps: 0 };

describe('what the store is asked', () => {
  afterEach(stopPanels);

  it('costs exactly one read per request of a signed-in user, guarded or not', async () => {
    const { panel, costOf } = await startCounting();
    const { client } = await enrolled(panel);
    for (const path of ['/me', '/secret', '/two-step', '/nowhere']) {
      expect(await costOf(() => client.get(path)), path).to.deep.equal(ONE_READ);
    }
    const bob = await loggedIn(panel, 'bob');
    for (const path of ['/me', '/secret']) {
      expect(await costOf(() => bob.get(path)), path).to.deep.equal(ONE_READ);
    }
  });

  it('costs no more with a policy, several authenticators and remembered browsers', async () => {
    const { panel, costOf } = await startCounting({
      policy: () => ({ requiredFrom: new Date(0) }),
      rememberBrowsers: { days: 30 },
    });
    const { client, phone } = await enrolled(panel);
    await client.post('/two-step/setup', { add: true });
    await client.post('/logout');
    await client.login('alice');
    const code = phone.nextCode();
    const ticked = () => client.post('/two-step/verify', { code, rememberBrowser: true });
    expect(await costOf(ticked)).to.deep.equal({ reads: 1, swaps: 1 });
    await client.post('/logout');
    expect(await costOf(() => client.login('alice'))).to.deep.equal(ONE_READ);
    for (const path of ['/me', '/secret', '/two-step', '/two-step/browsers']) {
      expect(await costOf(() => client.get(path)), path).to.deep.equal(ONE_READ);
    }
  });

  it('costs nothing for strangers and for parked sign-ins', async () => {
    const { panel, costOf } = await startCounting();
    await enroll(panel);
    const parked = await loggedIn(panel);
    for (const path of ['/me', '/secret', '/two-step', '/two-step/verify']) {
      expect(await costOf(() => new Client(panel).get(path)), path).to.deep.equal(NOTHING);
      expect(await costOf(() => parked.get(path)), path).to.deep.equal(NOTHING);
    }
  });

  it('costs one read at the first step', async () => {
    const { panel, costOf } = await startCounting();
    await enroll(panel);
    expect(await costOf(() => new Client(panel).login('alice'))).to.deep.equal(ONE_READ);
    expect(await costOf(() => new Client(panel).login('bob'))).to.deep.equal(ONE_READ);
    expect(await costOf(() => new Client(panel).login('alice', 'wrong'))).to.deep.equal(NOTHING);
  });

  it('costs at most one read and one swap to evaluate a code, right or wrong', async () => {
    const { panel, costOf } = await startCounting();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const evaluate = (code: unknown) => costOf(() => client.post('/two-step/verify', { code }));
    expect(await evaluate('12345'), 'malformed').to.deep.equal(ONE_READ);
    expect(await evaluate('AAAA-AAAA-AAAA-AAAA-AAAA-AAAA'), 'a wrong recovery code').to.deep.equal(ONE_READ);
    const code = phone.nextCode();
    const wrong = code === '000000' ? '111111' : '000000';
    expect(await evaluate(wrong), 'wrong').to.deep.equal({ reads: 1, swaps: 1 });
    expect(await evaluate(code), 'right').to.deep.equal({ reads: 1, swaps: 1 });

    const again = await loggedIn(panel);
    expect(await costOf(() => again.post('/two-step/verify', { code })), 'used').to.deep.equal(ONE_READ);
    expect(
      await costOf(() => panel.secondFactor.verify('alice', phone.nextCode())),
      'headless',
    ).to.deep.equal({
      reads: 1,
      swaps: 1,
    });
  });

  it('costs a locked account one read and no swap, however many guesses come', async () => {
    const { panel, costOf } = await startCounting();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const right = phone.nextCode();
    const wrong = right === '000000' ? '111111' : '000000';
    for (let guess = 0; guess < 5; guess++) await client.post('/two-step/verify', { code: wrong });
    for (const code of [wrong, right]) {
      const cost = await costOf(async () => {
        const answer = await client.post('/two-step/verify', { code });
        expect(answer.status).to.equal(429);
        expect(Number(answer.headers['retry-after'])).to.be.within(1, 30);
      });
      expect(cost).to.deep.equal(ONE_READ);
    }
  });

  it('costs step-up and new recovery codes the read of the request, and one read and one swap for the code', async () => {
    const { panel, costOf } = await startCounting();
    const { client, phone } = await enrolled(panel);
    for (const path of ['/two-step/step-up', '/two-step/recovery-codes']) {
      const code = phone.nextCode();
      expect(await costOf(() => client.post(path, { code })), path).to.deep.equal({ reads: 2, swaps: 1 });
    }
  });

  it('writes nothing while a set-up is unfinished', async () => {
    const { panel, costOf } = await startCounting();
    const client = await loggedIn(panel);
    for (const path of ['/two-step/setup', '/two-step/setup', '/two-step/setup/cancel']) {
      expect(await costOf(() => client.post(path)), path).to.deep.equal(ONE_READ);
    }
  });

  it('keeps a record with ten recovery codes under 1 KB', async () => {
    const { panel } = await startCounting();
    await enroll(panel);
    expect(Buffer.byteLength((await panel.store.get('alice'))!)).to.be.below(1024);
    expect((await panel.secondFactor.status('alice')).recoveryCodesLeft).to.equal(10);
  });
});
