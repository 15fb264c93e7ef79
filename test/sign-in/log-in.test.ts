import { expect } from 'chai';
import expressNow from 'express';
import type { RequestHandler } from 'express';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { seenBy, sessionId } from '../support/sessions.js';

/** A route that calls `req.logIn` for who the body names, and answers who is there then. */
function logInRoute({ app, users }: Panel, path = '/log-in', options: object = {}): void {
  app.post(path, (req, res, next) => {
    const login = req.get('x-login');
    const found = users.find((known) => known.login === login);
    req.logIn(found as Express.User, options as never, (error) => {
      if (error) next(error);
      else
        res.json({
          user: (req.user as { id?: string } | undefined)?.id ?? null,
          state: req.secondFactor?.state,
        });
    });
  });
}

for (const [passport, express] of [
  [0.6, 4],
  [0.6, 5],
  [0.7, 4],
  [0.7, 5],
] as const) {
  describe(`session/log-in with Passport ${passport} and Express ${express}`, () => {
    afterEach(stopPanels);

    it('signs in an account without a second factor with the password alone (M1)', async () => {
      const panel = await startPanel({ passport, express });
      const client = new Client(panel);
      const answer = await client.login('alice');
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({ user: 'alice' });
      expect(await client.me()).to.equal('alice');
      const stored = await panel.stored(client);
      expect(stored?.passportSecondFactor).to.include({
        state: 'signed-in',
        account: 'alice',
        passwordAt: panel.now,
      });
      expect(stored?.passport).to.deep.equal({ user: 'alice' });
      expect(panel.told()).to.deep.equal(['signed-in']);
    });

    it('parks an account with a second factor: nobody is signed in until the code (M2)', async () => {
      const panel = await startPanel({ passport, express });
      const phone = await enroll(panel);
      panel.told();
      const client = new Client(panel);
      const answer = await client.login('alice');
      expect(answer.status).to.equal(401);
      expect(answer.headers['content-type']).to.match(/^application\/problem\+json/);
      expect(answer.headers['www-authenticate']).to.equal('Session error="code-required"');
      expect(answer.body).to.include({ code: 'code-required', verify: '/two-step/verify', status: 401 });
      expect(answer.body.methods).to.deep.equal(['otp', 'recovery-code']);
      expect(answer.body.until).to.equal(new Date(panel.now + 600_000).toISOString());
      expect(await client.me()).to.equal(null);
      expect((await client.get('/secret')).body.code).to.equal('code-required');
      expect(panel.told()).to.deep.equal(['code-required']);

      const parked = await panel.stored(client);
      expect(parked).not.to.have.property('passport');
      expect(parked?.passportSecondFactor).to.include({ state: 'pending', account: 'alice', user: 'alice' });
      expect(JSON.stringify(parked)).not.to.include('"password"');

      const verified = await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(verified.body).to.deep.equal({ state: 'verified', returnTo: '/' });
      expect(await client.me()).to.equal('alice');
      expect((await client.get('/secret')).body).to.deep.equal({ secret: true });
      expect(panel.told()).to.deep.equal(['code-accepted', 'signed-in']);
    });

    it('sends a browser to the code form with 303', async () => {
      const panel = await startPanel({ passport, express });
      await enroll(panel);
      const body = { username: 'alice', password: 'password' };
      const answer = await new Client(panel).post('/login', body, {
        accept: 'text/html',
        'content-type': 'application/json',
      });
      expect(answer.status, 'who sends JSON gets JSON').to.equal(401);

      const form = await startPanel({
        passport,
        express,
        routes: (made) => logInRoute(made),
      });
      await enroll(form);
      const sent = await new Client(form).post('/log-in', new URLSearchParams(), {
        accept: 'text/html',
        'x-login': 'alice',
      });
      expect(sent.status).to.equal(303);
      expect(sent.headers.location).to.equal('/two-step/verify');
    });

    it('refuses a session-less sign-in of an account with a second factor, whatever it was called with (L5)', async () => {
      const panel = await startPanel({
        passport,
        express,
        routes(made) {
          logInRoute(made, '/basic', { session: false });
          logInRoute(made, '/basic-error', { session: false, whenCodeRequired: 'error' });
          logInRoute(made, '/bearer', { session: false, secondFactor: 'not-required' });
          logInRoute(made, '/waived-with-session', { secondFactor: 'not-required' });
        },
      });
      await enroll(panel);
      panel.told();
      const client = new Client(panel);
      const as = { 'x-login': 'alice' };
      for (const path of ['/basic', '/basic-error']) {
        const refused = await client.post(path, {}, as);
        expect(refused.status, path).to.equal(401);
        expect(refused.body.code, path).to.equal('code-required');
      }
      expect(panel.told()).to.deep.equal(['sign-in-refused', 'sign-in-refused']);
      expect((await client.post('/bearer', {}, as)).body.user).to.equal('alice');
      expect(await client.me(), 'no session came of it').to.equal(null);
      expect(client.cookie).to.equal('');
      const waived = await client.post('/waived-with-session', {}, as);
      expect(waived.body.code, 'only together with session: false').to.equal('code-required');
      const bob = await client.post('/basic', {}, { 'x-login': 'bob' });
      expect(bob.body.user).to.equal('bob');
    });

    it('keeps the age of the mark when a verified account calls logIn again', async () => {
      const panel = await startPanel({ passport, express, routes: (made) => logInRoute(made) });
      const { client } = await enrolled(panel);
      const before = (await panel.stored(client))?.passportSecondFactor;
      const cookie = client.cookie;
      panel.now += 60_000;
      const again = await client.post('/log-in', {}, { 'x-login': 'alice' });
      expect(again.body).to.deep.equal({ user: 'alice', state: 'verified' });
      expect((await panel.stored(client))?.passportSecondFactor).to.deep.equal(before);
      expect(sessionId(client)).not.to.equal(sessionId(cookie));
      expect(await seenBy(panel, cookie)).to.equal(null);
    });

    it('parks somebody else who signs in over a verified session, and the verified one is gone (A5)', async () => {
      const panel = await startPanel({ passport, express });
      await enroll(panel, 'bob');
      const { client } = await enrolled(panel);
      const cookie = client.cookie;
      expect((await client.login('bob')).body.code).to.equal('code-required');
      expect(await client.me()).to.equal(null);
      expect(await seenBy(panel, cookie)).to.equal(null);
      expect(await panel.stored(cookie)).to.equal(null);
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'pending',
        account: 'bob',
      });
    });
  });
}

describe('sign-in/log-in', () => {
  afterEach(stopPanels);

  for (const [who, hand] of Object.entries({
    'loaded anew': (user: User) => ({ ...user }),
    'with an id alone': ({ id }: User) => ({ id }),
  })) {
    it(`asks for the code when the password changed while a request was held open that signs in a user ${who} (A12)`, async () => {
      const panel = await startPanel({
        routes({ app, users }) {
          app.post('/profile', (req, res, next) => {
            Object.assign(users[0]!, { passwordChangedAt: 2 });
            req.logIn(hand(users[0]!), (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      const { client } = await enrolled(panel);
      const { cookie } = client;
      expect((await client.post('/profile')).body.code).to.equal('code-required');
      expect(await client.me()).to.equal(null);
      expect(await seenBy(panel, cookie)).to.equal(null);
    });
  }

  it('makes no password fresh that changed while a request was held open, of an account without a factor', async () => {
    const panel = await startPanel({
      routes({ app, users }) {
        app.post('/profile', (req, res, next) => {
          Object.assign(users[0]!, { passwordChangedAt: 2 });
          req.logIn({ ...users[0]! }, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const client = await loggedIn(panel);
    const before = (await panel.stored(client))?.passportSecondFactor;
    panel.now += 3_600_000;
    expect((await client.post('/profile')).status).to.equal(200);
    expect((await panel.stored(client))?.passportSecondFactor?.passwordAt).to.equal(before?.passwordAt);
    expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
  });

  it('starts the parked sign-in anew on every login route, also under basePath', async () => {
    const panel = await startPanel({
      routes(made) {
        logInRoute(made, '/two-step/inside');
        logInRoute(made, '/two-steps');
      },
    });
    await enroll(panel);
    const client = await loggedIn(panel);
    for (const path of ['/two-step/inside', '/two-steps', '/login']) {
      const before = client.cookie;
      const body = { username: 'alice', password: 'password' };
      expect((await client.post(path, body, { 'x-login': 'alice' })).body.code, path).to.equal(
        'code-required',
      );
      expect(sessionId(client), path).not.to.equal(sessionId(before));
      expect(await panel.stored(before), path).to.equal(null);
      expect((await panel.stored(client))?.passportSecondFactor?.since, path).to.equal(panel.now);
    }
  });

  it('parks somebody else also under basePath', async () => {
    const panel = await startPanel({ routes: (made) => logInRoute(made, '/two-step/inside') });
    await enroll(panel);
    await enroll(panel, 'bob');
    const client = await loggedIn(panel);
    const inside = await client.post('/two-step/inside', {}, { 'x-login': 'bob' });
    expect(inside.body.code).to.equal('code-required');
    expect((await panel.stored(client))?.passportSecondFactor).to.include({
      state: 'pending',
      account: 'bob',
    });
  });

  it('lets nothing of ours survive from the session before', async () => {
    const panel = await startPanel({
      routes(made) {
        logInRoute(made, '/keeping', { keepSessionInfo: true });
        made.app.post('/planted', (req, res) => {
          Object.assign(req.session, {
            note: 'mine',
            passportSecondFactor: { state: 'verified', account: 'alice', note: 'planted' },
          });
          res.json({});
        });
      },
    });
    await enroll(panel);
    const client = new Client(panel);
    await client.post('/planted');
    await client.post('/keeping', {}, { 'x-login': 'alice' });
    const parked = await panel.stored(client);
    expect(parked).to.include({ note: 'mine' });
    expect(parked?.passportSecondFactor).to.include({ state: 'pending' }).and.not.have.property('note');
    expect(parked).not.to.have.property('passport');
  });

  it('keeps the own keys of the application through both steps with keepSessionInfo, else none', async () => {
    for (const keepSessionInfo of [true, false]) {
      const panel = await startPanel({
        routes(made) {
          logInRoute(made, '/log-in', { keepSessionInfo });
          made.app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: ['book'] })));
          made.app.get('/cart', (req, res) =>
            res.json({ cart: (req.session as { cart?: string[] }).cart ?? null }),
          );
        },
      });
      const phone = await enroll(panel);
      const client = new Client(panel);
      await client.post('/cart');
      const cart = keepSessionInfo ? ['book'] : null;
      await client.post('/log-in', {}, { 'x-login': 'alice' });
      expect((await client.get('/cart')).body.cart, 'parked').to.deep.equal(cart);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect((await client.get('/cart')).body.cart, 'verified').to.deep.equal(cart);

      const bob = new Client(panel);
      await bob.post('/cart');
      await bob.post('/log-in', {}, { 'x-login': 'bob' });
      expect((await bob.get('/cart')).body.cart, 'without a factor').to.deep.equal(cart);
    }
  });

  it('does not carry the user before into a sign-in that keeps session info', async () => {
    const panel = await startPanel({
      routes: (made) => logInRoute(made, '/keep', { keepSessionInfo: true }),
    });
    await enroll(panel);
    const client = await loggedIn(panel, 'bob');
    await client.post('/keep', {}, { 'x-login': 'alice' });
    expect(await client.me()).to.equal(null);
    expect(await panel.stored(client)).not.to.have.property('passport');
  });

  it('refuses a user that is not there any more', async () => {
    const panel = await startPanel({ options: { findUser: () => null } });
    const answer = await new Client(panel).login('bob');
    expect(answer.status).to.equal(401);
    expect(answer.body.code).to.equal('account-unknown');
  });

  it('refuses a user whose account is another one after a look-up', async () => {
    const panel = await startPanel({ options: { findUser: () => user('mallory') } });
    const client = new Client(panel);
    expect((await client.login('bob')).body.code).to.equal('account-unstable');
    expect(await client.me()).to.equal(null);
  });

  it('evaluates the account that findUser returns, not the object of the strategy', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/profile', (req, res, next) => {
          const profile = { ...userOf(panel), login: 'ALICE', password: '' };
          req.logIn(profile, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    await enroll(panel);
    const client = new Client(panel);
    expect((await client.post('/profile')).body.code).to.equal('code-required');
    expect((await panel.stored(client))?.passportSecondFactor).to.include({ account: 'alice' });
  });

  it('has one account for an id as a number and as a string', async () => {
    const panel = await startPanel({
      options: {
        account: ({ id, login }) => ({ id: id === 'alice' ? 7 : 8n, name: login }),
        findUser: (id) => (id === '7' ? userOf(panel) : userOf(panel, 'bob')),
      },
    });
    await enroll(panel);
    expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
    expect(await panel.secondFactor.status([7, '7', 8])).to.have.nested.property('[1].enrolled', true);
    expect((await new Client(panel).login('bob')).body).to.deep.equal({ user: 'bob' });
  });

  it('throws without a callback function, and nobody is there', async () => {
    const panel = await startPanel({
      routes({ app, users }) {
        app.post('/no-callback', (req) => {
          (req.logIn as unknown as (...given: unknown[]) => void)(users[0], req.body);
        });
      },
      beforeRouter: ({ app }) => app.use('/no-callback', expressNow.json()),
    });
    const said = async (options: object): Promise<unknown> => {
      const answer = await new Client(panel).post('/no-callback', options);
      expect(answer.status).to.equal(500);
      return answer.body.code;
    };
    expect(await said({}), "Passport's own words").to.equal('req#login requires a callback function');
    expect(await said({ session: false })).to.equal('login-callback-missing');
  });

  it('takes over req.login as it does req.logIn', async () => {
    const same: boolean[] = [];
    const look: RequestHandler = (req, res) => {
      same.push(req.login === req.logIn, req.logout === (req as unknown as { logOut: unknown }).logOut);
      res.json({});
    };
    const panel = await startPanel({ routes: ({ app }) => app.get('/look', look) });
    await new Client(panel).get('/look');
    expect(same).to.deep.equal([true, true]);
  });
});
