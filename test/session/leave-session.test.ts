import { expect } from 'chai';
import session from 'express-session';
import { startLevelPanel } from '../support/level-panel.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn, pending } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';
import type { Panel, PanelParts } from '../support/panel.js';

type Act = () => Promise<unknown>;

/** Delivers the answer of one look-up of a session late: after something else was done. */
function overtake(store: session.Store, id: string, lookUp: number, act: Act): { readonly done: boolean } {
  const overtaken = { done: false };
  const get = store.get.bind(store);
  let looks = 0;
  store.get = (wanted, done) => {
    get(wanted, (error, found) => {
      if (wanted !== id || ++looks !== lookUp) {
        done(error, found);
        return;
      }
      overtaken.done = true;
      void act().then(() => {
        done(error, found);
      });
    });
  };
  return overtaken;
}

/** The serialized users of all sessions of a store. */
async function usersIn(store: session.Store): Promise<unknown[]> {
  const all = await new Promise<object>((done) => store.all!((_error, found) => done(found ?? {})));
  return Object.values(all)
    .map(({ passport }: { passport?: { user?: unknown } }) => passport?.user)
    .filter((found) => found !== undefined);
}

describe('session: one request goes on from a session, and none from one that was ended', () => {
  afterEach(stopPanels);

  const ways: Record<string, (thief: Client, cookie: string) => Promise<{ status: number }>> = {
    'a set-up': (thief, cookie) => thief.post('/two-step/setup', {}, { cookie }),
    'a set-up that adds': (thief, cookie) => thief.post('/two-step/setup', { add: true }, { cookie }),
    'req.logIn(req.user)': (thief, cookie) => thief.post('/profile', {}, { cookie }),
  };
  const parts: PanelParts = {
    routes({ app }) {
      app.post('/profile', (req, res, next) => {
        req.logIn(req.user!, (error) => (error ? next(error) : res.json({})));
      });
    },
  };
  /** Signed in with a code, or on a browser that is remembered. */
  async function verified(panel: Panel, who: 'with one' | 'on a remembered browser'): Promise<Client> {
    const { client, phone } = await enrolled(panel);
    if (who === 'with one') return client;
    await client.post('/logout');
    await client.login('alice');
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await client.post('/logout');
    await client.login('alice');
    return client;
  }

  const signIns: Record<string, (panel: Panel) => Promise<Client>> = {
    'without a second factor': (panel) => loggedIn(panel),
    'with one': async (panel) => (await enrolled(panel)).client,
  };

  for (const [has, signIn] of Object.entries(signIns)) {
    for (const [way, act] of Object.entries(ways)) {
      it(`lets nobody outlive a sign-out by ${way}, ${has}, whichever look-up it overtakes`, async () => {
        let lookUp = 1;
        for (; ; lookUp++) {
          const panel = await startPanel(parts);
          const owner = await signIn(panel);
          const { cookie } = owner;
          const thief = new Client(panel);
          const overtaken = overtake(panel.sessionStore, sessionId(owner), lookUp, async () => {
            expect((await owner.post('/logout')).status).to.equal(200);
          });
          const answer = await act(thief, cookie);
          if (!overtaken.done) break;
          expect(answer.status, `look-up ${lookUp}`).to.equal(401);
          expect(await thief.me(), `look-up ${lookUp}`).to.equal(null);
          expect((await thief.get('/secret')).status, `look-up ${lookUp}`).to.equal(401);
          expect((await thief.get('/two-step')).body.state, `look-up ${lookUp}`).to.equal('anonymous');
        }
        expect(lookUp, 'the request looks at least twice').to.be.greaterThan(2);
      });
    }
  }

  for (const who of ['without a second factor', 'with one', 'on a remembered browser'] as const) {
    it(`lets nobody outlive a sign-out while req.logIn(req.user) waits for something else, ${who}`, async () => {
      let place = 1;
      for (; ; place++) {
        let meanwhile: Act | undefined;
        let asked = 0;
        const wait = async (): Promise<void> => {
          if (meanwhile && ++asked === place) await meanwhile();
        };
        let act: Act = () => Promise.resolve();
        const panel = await startPanel({
          routes({ app }) {
            app.post('/profile', (req, res, next) => {
              meanwhile = act;
              req.logIn(req.user!, (error) => (error ? next(error) : res.json({})));
            });
          },
          options: {
            rememberBrowsers: { days: 30 },
            policy: () => wait().then(() => 'optional' as const),
          },
        });
        const get = panel.store.get.bind(panel.store);
        Object.assign(panel.store, { get: (id: string) => wait().then(() => get(id)) });
        const owner = who === 'without a second factor' ? await loggedIn(panel) : await verified(panel, who);
        const { cookie } = owner;
        const thief = new Client(panel);
        act = () => owner.post('/logout');
        const answer = await thief.post('/profile', {}, { cookie });
        if (asked < place) break;
        expect(answer.status, `wait ${place}`).to.equal(401);
        expect((await thief.get('/two-step')).body.state, `wait ${place}`).to.equal('anonymous');
        expect((await thief.get('/secret')).status, `wait ${place}`).to.equal(401);
      }
      expect(place, 'it waits at least once').to.be.greaterThan(1);
    });
  }

  it('carries no code over to a password typed again while its session is signed out', async () => {
    let lookUp = 1;
    for (; ; lookUp++) {
      const panel = await startPanel();
      const { client: owner } = await enrolled(panel);
      const { cookie } = owner;
      const thief = new Client(panel);
      const overtaken = overtake(panel.sessionStore, sessionId(owner), lookUp, async () => {
        expect((await owner.post('/logout')).status).to.equal(200);
      });
      await thief.post('/login', { username: 'alice', password: 'password' }, { cookie });
      if (!overtaken.done) break;
      expect((await thief.get('/two-step')).body.state, `look-up ${lookUp}`).to.not.equal('verified');
      expect((await thief.get('/secret')).status, `look-up ${lookUp}`).to.equal(401);
    }
    expect(lookUp, 'it looks at least twice').to.be.greaterThan(2);
  });

  it('lets an actor who signed out go back to nobody', async () => {
    let lookUp = 1;
    for (let overtook = true; overtook; lookUp++) {
      const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
      const root = await loggedIn(panel, 'root');
      expect((await root.actAs('alice')).status).to.equal(200);
      const thief = root.copy();
      const [cookie = ''] = root.cookies.values();
      const overtaken = overtake(panel.sessionStore, sessionId(`connect.sid=${cookie}`), lookUp, async () => {
        expect((await root.post('/logout')).status).to.be.below(400);
      });
      const answer = await thief.leave();
      overtook = overtaken.done;
      if (overtook) {
        expect(answer.status, `look-up ${lookUp}`).to.be.oneOf([401, 409]);
        expect((await thief.get('/two-step')).body.state, `look-up ${lookUp}`).to.equal('anonymous');
      }
      await panel.close();
    }
    expect(lookUp).to.be.greaterThan(2);
  });

  /** What goes on from a session that the panel has already. */
  const goingOn: Record<string, (panel: Panel) => Promise<() => Promise<{ status: number }>>> = {
    'a step-up': async (panel) => {
      const { client, phone } = await enrolled(panel);
      return () => client.post('/two-step/step-up', { code: phone.nextCode() });
    },
    'a set-up': async (panel) => {
      const client = await loggedIn(panel);
      return () => client.post('/two-step/setup');
    },
    'the code of a sign-in': async (panel) => {
      const phone = await enroll(panel);
      const client = await pending(panel, 'alice');
      return () => client.post('/two-step/verify', { code: phone.nextCode() });
    },
    'req.logIn(req.user)': async (panel) => {
      const client = await loggedIn(panel);
      return () => client.post('/profile');
    },
  };
  for (const [way, from] of Object.entries(goingOn)) {
    it(`lets nobody outlive by ${way} that the application ended all sessions, also with the former one gone`, async () => {
      const panel = await startPanel(parts);
      const act = await from(panel);
      const { sessionStore } = panel;
      const destroy = sessionStore.destroy.bind(sessionStore);
      let cleared = 0;
      sessionStore.destroy = (id, done) => {
        destroy(id, (error) => {
          if (cleared++ > 0) done?.(error);
          else sessionStore.clear!(() => done?.(error));
        });
      };
      expect((await act()).status).to.equal(401);
      expect(cleared).to.be.greaterThan(0);
      expect(await usersIn(sessionStore)).to.deep.equal([]);
    });
  }

  it('signs in who ended all sessions at their own sign-in', async () => {
    const panel = await startPanel({
      beforeRouter({ app, users }) {
        app.post('/alone', (req, res, next) => {
          req.sessionStore.clear!(() => {
            req.logIn(users[0]!, (error) => (error ? next(error) : res.json({})));
          });
        });
      },
    });
    const client = await loggedIn(panel, 'bob');
    expect((await client.post('/alone')).status).to.equal(200);
    expect(await client.me()).to.equal('alice');
  });

  it('lets one of many requests with a copied cookie go on', async () => {
    const panel = await startPanel();
    const owner = await loggedIn(panel);
    const { cookie } = owner;
    const copies = Array.from({ length: 10 }, () => new Client(panel));
    const answers = await Promise.all(copies.map((copy) => copy.post('/two-step/setup', {}, { cookie })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const there = await Promise.all(copies.map((copy) => copy.me()));
    expect(there.filter((who) => who !== null)).to.deep.equal(['alice']);
  });

  it('leaves a session as it was when the session store cannot be told', async () => {
    const store = new session.MemoryStore();
    const destroy = store.destroy.bind(store);
    let down = false;
    store.destroy = (id, done) => (down ? done?.(new Error('the session store is down')) : destroy(id, done));
    const panel = await startPanel({ session: { store } });
    const { cookie } = await loggedIn(panel);
    down = true;
    expect((await new Client(panel).post('/two-step/setup', {}, { cookie })).status).to.equal(500);
    down = false;
    const client = new Client(panel);
    expect((await client.get('/me', { cookie })).body.user).to.equal('alice');
    expect((await client.post('/two-step/setup', {}, { cookie })).status).to.equal(200);
    expect(await client.me()).to.equal('alice');
  });
});
