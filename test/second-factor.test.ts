import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { CHANGES, KEY } from './settings/changes.js';
import { KEYS } from './support/key-panel.js';
import { holdSwap } from './support/late-swap.js';
import { NOW } from './support/records.js';
import { startPanel, stopPanels } from './support/panel.js';
import type { Panel, PanelParts } from './support/panel.js';
import { enrolled, loggedIn } from './support/people.js';
import { timeLimit } from './support/time-limit.js';

/** Changes of the instance that closes: this one is made by another. */
const { 'sealing with a new key': _resealing, ...OWN } = CHANGES;

describe('an instance that closes while a request is under way', () => {
  const limit = timeLimit();
  /** Events, notices and the end of the store, in order. */
  let order: string[];

  beforeEach(() => (order = []));
  afterEach(stopPanels);

  async function start(options: PanelParts['options'] = {}): Promise<Panel> {
    const panel = await startPanel({
      store: { ...memoryStore(), close: async () => void order.push('closed') },
      options: {
        keys: [KEY],
        storeTimeoutMs: limit.ms,
        webauthn: KEYS,
        rememberBrowsers: { days: 30 },
        notify: async (_account, { name }) => void (await turn(), order.push(`mail ${name}`)),
        ...options,
      },
    });
    panel.now = NOW;
    return panel;
  }

  /** Begins to listen: what was told before is no part of it. */
  async function listen({ secondFactor }: Panel): Promise<void> {
    await secondFactor.admin.settled();
    order.length = 0;
    secondFactor.events.on('*', ({ name }) => order.push(name));
  }

  for (const [name, { prepare, place, told, notices = [] }] of Object.entries(OWN)) {
    it(`waits until the change is told, before it releases the store: ${name}`, async () => {
      const panel = await start();
      const act = await prepare(panel, limit.ms);
      await listen(panel);
      const answer = holdSwap(panel.store, null, place);
      const acting = act();
      await answer.held;
      order.length = 0;
      const closing = panel.secondFactor.close();
      await turn();
      expect(order).to.deep.equal([]);
      answer.come();
      await closing;
      expect(order.at(-1)).to.equal('closed');
      expect(order).to.include.members([...told, ...notices.map((notice) => `mail ${notice}`)]);
      await acting;
    });
  }

  for (const [step, place] of Object.entries({ 'the code is spent': 1, 'the record is deleted': 2 })) {
    it(`waits for every step of disabling, from when ${step}`, async () => {
      const flags: boolean[] = [];
      const panel = await start({ setEnrolled: async (_id, on) => void (await turn(), flags.push(on)) });
      const { client, phone } = await enrolled(panel);
      await listen(panel);
      const answer = holdSwap(panel.store, null, place);
      const acting = client.post('/two-step/disable', { code: phone.nextCode() });
      await answer.held;
      const closing = panel.secondFactor.close();
      answer.come();
      await closing;
      expect(order).to.deep.equal(['code-accepted', 'disabled', 'mail disabled', 'closed']);
      expect(flags.at(-1)).to.equal(false);
      expect(await panel.store.get('alice')).to.equal(null);
      await acting;
    });
  }

  it('waits until a sign-in is complete whose code was spent, and its browser remembered', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const client = await loggedIn(panel);
    await listen(panel);
    const answer = holdSwap(panel.store, null);
    const code = phone.nextCode();
    const acting = client.post('/two-step/verify', { code, rememberBrowser: true });
    await answer.held;
    const closing = panel.secondFactor.close();
    answer.come();
    await closing;
    expect(order).to.deep.equal([
      'code-accepted',
      'signed-in',
      'browser-remembered',
      'mail browser-remembered',
      'closed',
    ]);
    await acting;
  });

  it('counts no change among what was left untold, since its caller hears of it', async () => {
    const panel = await start();
    const act = await CHANGES.enabling!.prepare(panel, limit.ms);
    const answer = holdSwap(panel.store, null);
    const acting = act();
    await answer.held;
    expect(await panel.secondFactor.admin.settled()).to.deep.equal({ failed: 0, unfinished: 0 });
    answer.come();
    await acting;
  });
});
