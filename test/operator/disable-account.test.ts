import { expect } from 'chai';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, loggedIn, phoneWith } from '../support/people.js';

/** The panel keeps in its own table who has a second factor. */
describe('operator/disable-account', () => {
  let flags: Record<string, boolean>;
  /** What happens, once, before the panel says what its table has, and before it writes there that there is none. */
  let beforeAccount: (() => unknown) | undefined;
  let beforeClear: (() => unknown) | undefined;
  let panel: Panel;

  beforeEach(async () => {
    flags = {};
    beforeAccount = beforeClear = undefined;
    panel = await startPanel({
      options: {
        async account({ id, login, passwordChangedAt: securityStamp }) {
          const act = beforeAccount;
          beforeAccount = undefined;
          await act?.();
          return { id, name: login, securityStamp, enrolled: flags[id] ?? false };
        },
        async setEnrolled(id, has) {
          const act = has ? undefined : beforeClear;
          if (!has) beforeClear = undefined;
          await act?.();
          flags[id] = has;
        },
      },
    });
  });
  afterEach(stopPanels);

  const disable = (): Promise<boolean> => panel.secondFactor.admin.disable('alice', { by: 'operator' });
  const timesTold = (): number => panel.told().filter((name) => name === 'disabled').length;
  /** Calls a function of the store once something else was done; the next calls do not wait. */
  function onceBeforeStore(name: 'get' | 'compareAndSet', act: () => unknown): void {
    const { [name]: original } = panel.store;
    const held = async (...args: unknown[]): Promise<unknown> => {
      Object.assign(panel.store, { [name]: original });
      await act();
      return (original as (...given: unknown[]) => unknown).apply(panel.store, args);
    };
    Object.assign(panel.store, { [name]: held });
  }
  const MOMENTS: [string, (act: () => unknown) => void][] = [
    ['before they read the record', (act) => onceBeforeStore('get', act)],
    ['before they read the flag', (act) => (beforeAccount = act)],
    ['before they clear the flag', (act) => (beforeClear = act)],
    ['before they delete the record', (act) => onceBeforeStore('compareAndSet', act)],
  ];

  for (const [moment, once] of MOMENTS) {
    it(`tells nothing and says no where another one did so ${moment}`, async () => {
      await enrolled(panel);
      once(async () => expect(await disable()).to.equal(true));
      expect(await disable()).to.equal(false);
      expect(timesTold()).to.equal(1);
      expect(flags).to.deep.equal({ alice: false });
    });

    it(`tells nothing and says no where its owner did so ${moment}`, async () => {
      const { client, phone } = await enrolled(panel);
      const code = phone.nextCode();
      once(async () => expect((await client.post('/two-step/disable', { code })).status).to.equal(200));
      expect(await disable()).to.equal(false);
      expect(timesTold()).to.equal(1);
      expect(flags).to.deep.equal({ alice: false });
    });
  }

  it('tells of what was enabled while they looked, once', async () => {
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const code = phoneWith(panel, String(body.key)).code();
    beforeAccount = async () =>
      expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(200);
    expect(await disable()).to.equal(true);
    expect(timesTold()).to.equal(1);
    expect(flags).to.deep.equal({ alice: false });
  });

  it('tells of a lost record whose flag they clear, and of one that does not open', async () => {
    flags.alice = true;
    expect(await disable()).to.equal(true);
    expect(await disable()).to.equal(false);
    expect(timesTold()).to.equal(1);

    await panel.store.compareAndSet('alice', null, 'not sealed');
    flags.alice = true;
    expect(await disable()).to.equal(true);
    expect(panel.told()).to.deep.equal(['disabled']);
    expect(flags).to.deep.equal({ alice: false });
  });

  it('changes nothing while the store does not answer', async () => {
    await enrolled(panel);
    onceBeforeStore('get', () => Promise.reject(new Error('away')));
    expect(await disable().catch((error: unknown) => error)).to.include({ code: 'store-unavailable' });
    expect(flags).to.deep.equal({ alice: true });
    expect(panel.told()).to.include('store-unavailable').and.not.include('disabled');
  });
});
