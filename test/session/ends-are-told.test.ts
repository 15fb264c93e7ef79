import { expect } from 'chai';
import type session from 'express-session';
import { Client } from '../support/client.js';
import { enroll, enrolled, pending, signedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

/** Ends the next session, and does not take the one after it. */
function full(store: session.Store): void {
  const { destroy, set } = store;
  store.destroy = (id, done) => {
    store.set = (_id, _session, told) => {
      store.set = set;
      told?.(new Error('full'));
    };
    destroy.call(store, id, done);
  };
}

type Told = readonly [name: string, accountId: string, reason: string];

describe('session: the end of a session is told also where the store takes no other one in its place', () => {
  afterEach(stopPanels);

  const ways: Record<string, (panel: Panel) => Promise<{ ask: () => Promise<unknown>; told: Told }>> = {
    async 'a sign-in that is cancelled'(panel) {
      await enroll(panel);
      const client = await pending(panel);
      return {
        ask: () => client.post('/two-step/cancel'),
        told: ['sign-in-ended', 'alice', 'cancelled'],
      };
    },
    async 'a sign-in to an account that changed'(panel) {
      const phone = await enroll(panel);
      const client = await pending(panel);
      userOf(panel).passwordChangedAt++;
      return {
        ask: () => client.post('/two-step/verify', { code: phone.nextCode() }),
        told: ['sign-in-ended', 'alice', 'account-changed'],
      };
    },
    async 'one whose password was changed'(panel) {
      const client = await signedIn(panel);
      userOf(panel).passwordChangedAt++;
      return { ask: () => client.get('/me'), told: ['session-demoted', 'alice', 'password-changed'] };
    },
    async 'one of an account that has a second factor now'(panel) {
      const client = await signedIn(panel);
      await enroll(panel, 'alice', new Client(panel));
      return { ask: () => client.get('/me'), told: ['session-demoted', 'alice', 'enrolled-elsewhere'] };
    },
    async 'one whose second factor is gone'(panel) {
      const { client } = await enrolled(panel);
      await panel.secondFactor.admin.disable('alice', { by: 'test' });
      return { ask: () => client.get('/me'), told: ['session-demoted', 'alice', 'factor-gone'] };
    },
  };

  for (const [way, arrange] of Object.entries(ways)) {
    it(way, async () => {
      const panel = await startPanel();
      const { ask, told } = await arrange(panel);
      panel.events.length = 0;
      full(panel.sessionStore);
      await ask();
      expect(panel.errors).to.have.lengthOf(1);
      const ends = panel.events.map((event) => [
        event.name,
        event.accountId,
        'reason' in event && event.reason,
      ]);
      expect(ends).to.deep.equal([told]);
    });
  }

  it('one that is signed out of, where the store is away once the user was taken out of it', async () => {
    const panel = await startPanel();
    const client = await signedIn(panel);
    panel.events.length = 0;
    const store = panel.sessionStore;
    const { get, destroy } = store;
    store.destroy = (_id, done) => {
      store.get = (_other, told) => {
        told(new Error('away'));
      };
      done?.(new Error('away'));
    };
    await client.post('/logout');
    Object.assign(store, { get, destroy });
    expect(await client.me()).to.equal(null);
    expect(panel.told()).to.deep.equal(['signed-out']);
  });

  it('one of an account that is gone', async () => {
    let isGone = false;
    const panel = await startPanel({
      options: { findUser: (id) => (isGone ? null : (panel.users.find((known) => known.id === id) ?? null)) },
    });
    const client = await signedIn(panel);
    panel.events.length = 0;
    isGone = true;
    full(panel.sessionStore);
    await client.get('/me');
    expect(panel.events).to.have.lengthOf(1);
    expect(panel.events[0]).to.include({
      name: 'session-demoted',
      accountId: 'alice',
      reason: 'account-gone',
    });
  });

  it('one that was to be renewed for another password than the last', async () => {
    const panel = await startPanel({
      routes: ({ app }) => {
        app.post('/renew', (req, res, next) => {
          userOf(panel).passwordChangedAt++;
          req.secondFactor!.renew('another').then(() => res.json({}), next);
        });
      },
    });
    const client = await signedIn(panel);
    panel.events.length = 0;
    full(panel.sessionStore);
    await client.post('/renew');
    expect(panel.events).to.have.lengthOf(1);
    expect(panel.events[0]).to.include({ name: 'session-demoted', reason: 'password-changed' });
  });
});
