import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { minutesOf, seenBy, sessionId } from '../support/sessions.js';
import { SlowSessions } from '../support/slow-sessions.js';
import type { Panel, PanelParts } from '../support/panel.js';

const start = (parts: PanelParts = {}): Promise<Panel> =>
  startPanel({
    ...parts,
    routes({ app }) {
      app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: ['book'] })));
      app.get('/cart', (req, res) => res.json({ cart: (req.session as { cart?: string[] }).cart ?? null }));
      app.post('/leave', (req, res, next) => {
        req.logout({ keepSessionInfo: true }, (error) => {
          if (error) next(error);
          else res.json({ user: req.user ?? null, state: req.secondFactor?.state });
        });
      });
    },
  });

for (const passport of [0.6, 0.7] as const) {
  describe(`session/log-out with Passport ${passport}`, () => {
    afterEach(stopPanels);

    it('ends a verified session, and the id it had is dead in the store (G2)', async () => {
      const panel = await start({ passport });
      const { client } = await enrolled(panel);
      panel.told();
      const cookie = client.cookie;
      expect((await client.post('/logout')).status).to.equal(200);
      expect(await client.me()).to.equal(null);
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect(await panel.stored(cookie)).to.equal(null);
      expect(sessionId(client)).not.to.equal(sessionId(cookie));
      expect(panel.told()).to.deep.equal(['signed-out']);
    });

    it('ends a parked sign-in: the code comes too late (G5, L3)', async () => {
      for (const path of ['/logout', '/leave']) {
        const panel = await start({ passport });
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        const cookie = client.cookie;
        await client.post(path);
        const code = phone.nextCode();
        for (const headers of [{}, { cookie }]) {
          const answer = await client.post('/two-step/verify', { code }, headers);
          expect(answer.status, path).to.equal(401);
        }
        expect(await client.me(), path).to.equal(null);
        const again = await loggedIn(panel);
        expect((await again.post('/two-step/verify', { code })).status, 'the code was not spent').to.equal(
          200,
        );
      }
    });

    it('keeps only what the application owns with keepSessionInfo', async () => {
      const panel = await start({ passport });
      const { client } = await enrolled(panel);
      await client.post('/cart');
      const cookie = client.cookie;
      expect((await client.post('/leave')).body).to.deep.equal({ user: null, state: 'anonymous' });
      expect((await client.get('/cart')).body.cart).to.deep.equal(['book']);
      const stored = await panel.stored(client);
      expect(stored).to.not.have.property('passportSecondFactor');
      expect(stored?.passport, 'as Passport leaves it').to.deep.equal({});
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect((await client.get('/secret')).body.code).to.equal('login-required');
    });

    it('keeps nothing without it', async () => {
      const panel = await start({ passport });
      const { client } = await enrolled(panel);
      await client.post('/cart');
      await client.post('/logout');
      expect((await client.get('/cart')).body.cart).to.equal(null);
    });
  });
}

describe('sign-in/log-out', () => {
  afterEach(stopPanels);

  it('gives the session after a parked sign-in a life of its own', async () => {
    const panel = await start({ session: { cookie: { maxAge: 86_400_000 } } });
    await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/leave');
    await client.post('/cart');
    expect(minutesOf(await panel.stored(client))).to.equal(24 * 60);
  });

  it('tells nothing when nobody was there', async () => {
    const panel = await start();
    const client = new Client(panel);
    expect((await client.post('/logout')).status).to.equal(200);
    expect(panel.told()).to.deep.equal([]);
  });

  it('throws without a callback function', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/silent', (req) => {
          (req.logout as unknown as () => void)();
        });
      },
    });
    const answer = await new Client(panel).post('/silent');
    expect(answer.status).to.equal(500);
    expect(answer.body.code).to.match(/callback function/);
  });

  it('lets somebody else sign in within the same request', async () => {
    const panel = await startPanel({
      routes({ app, users }) {
        app.post('/swap', (req, res, next) => {
          req.logout((error) => {
            if (error) next(error);
            else req.logIn(users[1] as Express.User, (problem) => (problem ? next(problem) : res.json({})));
          });
        });
      },
    });
    const { client } = await enrolled(panel);
    await client.post('/swap');
    expect(await client.me()).to.equal('bob');
    expect((await client.get('/secret')).body.code).to.equal('enrollment-required');
  });

  it('is told once, however many requests ask for it at the same moment', async () => {
    const panel = await startPanel({ session: { store: new SlowSessions() } });
    const { client } = await enrolled(panel);
    for (const out of [client, await loggedIn(panel)]) {
      panel.told();
      const copies = [out.copy(), out.copy(), out.copy()];
      await Promise.all(copies.map((copy) => copy.post('/logout')));
      expect(panel.told()).to.deep.equal(['signed-out']);
    }
  });

  it('hands the error of a session store to the callback, and nobody is there', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/out', (req, res) => {
          const { destroy } = panel.sessionStore;
          panel.sessionStore.destroy = (_id, done) => {
            done?.(new Error('the session store is down'));
          };
          req.logout((error: unknown) => {
            panel.sessionStore.destroy = destroy;
            res.json({ error: String(error), user: req.user ?? null });
          });
        });
      },
    });
    const client = await loggedIn(panel);
    const { body } = await client.post('/out');
    expect(body).to.deep.equal({ error: 'Error: the session store is down', user: null });
  });
});
