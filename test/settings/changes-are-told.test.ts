import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enrolled, loggedIn, phoneWith } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

/** What changes a record, and the event that its owner is told by. */
const CHANGES = {
  enabling: 'enrolled',
  adding: 'authenticator-added',
  replacing: 'authenticator-replaced',
  removing: 'authenticator-removed',
  disabling: 'disabled',
} as const;

describe('a change of the second factor is told, whatever becomes of the session that made it (D5)', () => {
  let notices: string[];
  let panel: Panel;

  beforeEach(async () => {
    notices = [];
    panel = await startPanel({
      options: {
        notify: (_account, { name }) => {
          notices.push(name);
        },
      },
    });
  });
  afterEach(stopPanels);

  async function confirm(client: Client, wish: object): Promise<() => Promise<unknown>> {
    const { body } = await client.post('/two-step/setup', wish);
    panel.now += 30_000;
    const code = phoneWith(panel, String(body.key)).code();
    return () => client.post('/two-step/setup/confirm', { code });
  }

  /** Everything up to the request that makes the change, and that request. */
  async function prepare(
    change: keyof typeof CHANGES,
  ): Promise<{ client: Client; act: () => Promise<unknown> }> {
    if (change === 'enabling') {
      const client = await loggedIn(panel);
      return { client, act: await confirm(client, {}) };
    }
    const { client, phone } = await enrolled(panel);
    if (change === 'adding') return { client, act: await confirm(client, { add: true }) };
    if (change === 'replacing') return { client, act: await confirm(client, {}) };
    if (change === 'disabling') {
      const code = phone.nextCode();
      return { client, act: () => client.post('/two-step/disable', { code }) };
    }
    await (
      await confirm(client, { add: true })
    )();
    const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
    const { id } = authenticators[0]!;
    return { client, act: () => client.post('/two-step/authenticators/remove', { id }) };
  }

  for (const change of Object.keys(CHANGES) as (keyof typeof CHANGES)[]) {
    for (const trouble of ['is signed out at that moment', 'cannot be written'] as const) {
      it(`${change}, and the session ${trouble}`, async () => {
        const { client, act } = await prepare(change);
        const copy = new Client(panel);
        const { cookie } = client;
        panel.told();
        notices.length = 0;
        const before = await panel.store.get('alice');
        const swap = panel.store.compareAndSet.bind(panel.store);
        const destroy = panel.sessionStore.destroy.bind(panel.sessionStore);
        // Disabling spends the code first; the change is the last swap.
        let swaps = change === 'disabling' ? 2 : 1;
        panel.store.compareAndSet = async (...given) => {
          if (--swaps === 0 && trouble === 'cannot be written') {
            panel.sessionStore.destroy = (_id, done) => done?.(new Error('the session store is down'));
          } else if (swaps === 0) await copy.post('/logout', {}, { cookie });
          return swap(...given);
        };
        await act();
        await new Promise((resolve) => setImmediate(resolve));
        panel.sessionStore.destroy = destroy;
        expect(await panel.store.get('alice')).not.to.equal(before);
        expect(panel.told().filter((name) => name === CHANGES[change])).to.deep.equal([CHANGES[change]]);
        expect(notices).to.have.length(1);
        expect(await client.me()).to.equal(null);
      });
    }
  }

  it('sends to the settings, and shows no error, where another tab took the session on while it was disabled', async () => {
    const { client, phone } = await enrolled(panel);
    const otherTab = client.copy();
    const code = phone.nextCode();
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (account, expected, next) => {
      const swapped = await swap(account, expected, next);
      if (next === null) await otherTab.get('/me');
      return swapped;
    };
    const answer = await client.submit('/two-step/disable', { code });
    expect([answer.status, answer.location]).to.deep.equal([303, '/two-step']);
    expect(await otherTab.me()).to.equal('alice');
    expect(await panel.store.get('alice')).to.equal(null);
  });
});
