import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { Client } from '../support/client.js';
import type { Panel, User } from '../support/panel.js';
import { knows, startPanel, stopPanels, userOf } from '../support/panel.js';
import { phoneWith, said } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { sessionId } from '../support/sessions.js';

const PASSWORD = { username: 'alice', password: 'password' };
const TOKEN = /token of alice/;

const token: RequestHandler = (_req, res) => void res.json({ token: 'token of alice' });

/** A login route of an application's own that issues a token once `req.logIn` calls back without an error. */
const issues =
  ({ passport }: Panel, strategy: string, options: object = {}): RequestHandler =>
  (req, res, next) => {
    const done = (error: unknown, user?: User | false): void => {
      if (error || !user) {
        next(error ?? new Error('refused'));
        return;
      }
      req.logIn(user as Express.User, options as never, (failed: unknown) => {
        if (failed) next(failed);
        else res.json({ token: `token of ${user.login}` });
      });
    };
    (passport.authenticate(strategy, done) as RequestHandler)(req, res, next);
  };

const LOGINS: Record<string, (panel: Panel) => RequestHandler> = {
  'a callback': (panel) => issues(panel, 'local'),
  "a callback, with whenCodeRequired: 'error'": (panel) =>
    issues(panel, 'local', { whenCodeRequired: 'error' }),
  'passport.authenticate': ({ passport }) => passport.authenticate('local') as RequestHandler,
  'the callback of a provider': ({ passport }) => passport.authenticate('provider') as RequestHandler,
  'the own callback of a provider': (panel) => issues(panel, 'provider'),
};

describe('The first step once more while the sign-in waits, below basePath (A4)', () => {
  afterEach(stopPanels);

  /** Everything below `/auth`; `early`: what comes before the router. */
  const below = (path: string, early: boolean, login: (panel: Panel) => RequestHandler[]): Promise<Panel> =>
    startPanel({
      bare: true,
      options: { basePath: '/auth', loginPath: '/auth/login' },
      routes(made) {
        const { app, secondFactor } = made;
        knows(made, 'provider', ({ query }) => (query.as ?? query.now) as string);
        const mount = (): unknown => app.all(path, express.json(), ...login(made), token);
        app.use(secondFactor.session());
        app.get('/auth/first', made.passport.authenticate('provider'), token);
        if (early) mount();
        app.use('/auth', secondFactor.router());
        if (!early) mount();
      },
    });
  const owner = async (panel: Panel): Promise<Phone> => {
    const client = new Client(panel);
    await client.get('/auth/first?as=alice');
    const { body } = await client.post('/auth/setup');
    const phone = phoneWith(panel, String(body.key));
    await client.post('/auth/setup/confirm', { code: phone.code() });
    return phone;
  };

  for (const [how, login] of Object.entries(LOGINS)) {
    it(`waits for the code again, and issues nothing, on a login route with ${how}`, async () => {
      const panel = await below('/auth/login', false, (made) => [login(made)]);
      const phone = await owner(panel);
      const thief = new Client(panel);
      let until = 0;
      for (const time of ['first', 'second', 'third']) {
        const answer = await thief.post('/auth/login?as=alice', PASSWORD);
        expect(said(answer), time).to.equal('code-required');
        expect(answer.text, time).not.to.match(TOKEN);
        expect(await thief.me(), time).to.equal(null);
        const waits = (await panel.stored(thief))?.passportSecondFactor?.until as number;
        expect(waits, time).to.be.above(until);
        until = waits;
        panel.now += 1000;
      }
      expect(said(await thief.post('/auth/verify', { code: phone.nextCode() }))).to.equal('verified');
    });

    for (const method of ['GET', 'POST'] as const)
      it(`issues nothing by ${method} on the path of the code form, before the router, with ${how}`, async () => {
        const panel = await below('/auth/verify', true, (made) => [
          (req, _res, next) => next(req.query.now ? undefined : 'route'),
          login(made),
        ]);
        await owner(panel);
        const thief = new Client(panel);
        await thief.get('/auth/first?as=alice');
        for (let time = 0; time < 3; time++) {
          const path = '/auth/verify?now=alice&username=alice&password=password';
          const answer = await (method === 'GET' ? thief.get(path) : thief.post(path, PASSWORD));
          expect(answer.text).not.to.match(TOKEN);
          expect(await thief.me()).to.equal(null);
        }
        expect((await panel.stored(thief))?.passportSecondFactor?.state).to.equal('pending');
      });
  }

  it('leads the owner who pressed Back to the code form again', async () => {
    const panel = await below('/auth/login', false, ({ passport }) => [
      express.urlencoded(),
      passport.authenticate('local', { successRedirect: '/' }) as RequestHandler,
    ]);
    await owner(panel);
    const browser = new Client(panel);
    for (let time = 0; time < 3; time++) {
      expect((await browser.submit('/auth/login', PASSWORD)).location).to.equal('/auth/verify');
      expect((await browser.open('/auth/verify')).status).to.equal(200);
    }
  });

  it('issues nothing where a factor is required and there is none, nor behind a path with parameters', async () => {
    const panel = await startPanel({
      options: { policy: () => 'required' },
      routes: (made) => made.app.post('/:language/login', express.json(), issues(made, 'local')),
    });
    const thief = new Client(panel);
    for (let time = 0; time < 3; time++) {
      const answer = await thief.post('/two-step/login', PASSWORD);
      expect(said(answer)).to.equal('enrollment-required');
      expect(await thief.me()).to.equal(null);
    }
  });

  it('issues nothing where a middleware has led a request for the code form to the login route', async () => {
    const panel = await startPanel({
      beforeRouter({ app }) {
        app.use((req, _res, next) => {
          if (req.query.leads) req.url = '/sign-in';
          next();
        });
      },
      routes: (made) => made.app.all('/sign-in', express.json(), issues(made, 'local')),
    });
    const setUp = new Client(panel);
    await setUp.login('alice');
    const { body } = await setUp.post('/two-step/setup');
    await setUp.post('/two-step/setup/confirm', { code: phoneWith(panel, String(body.key)).code() });
    const thief = new Client(panel);
    for (let time = 0; time < 3; time++) {
      expect(said(await thief.post('/two-step/verify?leads=1', PASSWORD))).to.equal('code-required');
    }
  });

  it('begins anew once the password has changed, also for a strategy that fires before the router', async () => {
    const panel = await startPanel({
      beforeRouter(made) {
        knows(made, 'remember-me', (req) => req.get('x-remember'));
        made.app.use(made.passport.authenticate('remember-me') as RequestHandler);
      },
    });
    const setUp = new Client(panel);
    await setUp.login('alice');
    const { body } = await setUp.post('/two-step/setup');
    const phone = phoneWith(panel, String(body.key));
    await setUp.post('/two-step/setup/confirm', { code: phone.code() });
    const client = new Client(panel);
    const headers = { 'x-remember': 'alice' };
    await client.get('/me', headers);
    const before = sessionId(client);
    userOf(panel).passwordChangedAt++;
    expect(said(await client.get('/two-step/verify', headers))).to.equal('code-required');
    expect(sessionId(client)).not.to.equal(before);
    const { status } = await client.post('/two-step/verify', { code: phone.nextCode() }, headers);
    expect(status).to.equal(200);
  });
});
