import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import cookieSession from 'cookie-session';
import { expect } from 'chai';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import session from 'express-session';
import { Passport } from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import type { SecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import supertest from 'supertest';
import { Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, PanelParts, User } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';
import { warningsOf } from '../support/warnings.js';
import type { Warning } from '../support/warnings.js';

/** What one request to an application that is mounted wrongly is answered, with the message for the operator. */
async function answered(app: Express, cookie = '', path = '/me') {
  app.get('/me', (req, res) => res.json({ user: req.user ?? null }));
  let message = '';
  let userThen: unknown = 'not reached';
  app.use(((error: Error & { status?: number; code?: string }, req, res, _next) => {
    message = error.message;
    userThen = req.user;
    res.status(error.status ?? 500).json({ code: error.code });
  }) satisfies express.ErrorRequestHandler);
  const { status, body } = await supertest(app).get(path).set('Cookie', cookie);
  return { status, code: (body as { code?: string }).code, message, user: userThen };
}

function parts(): {
  passport: InstanceType<typeof Passport>;
  secondFactor: SecondFactor;
  sessions: RequestHandler;
} {
  const passport = new Passport();
  passport.serializeUser((given, done) => done(null, (given as User).id));
  passport.deserializeUser((id: string, done) => done(null, user(id)));
  const secondFactor = createSecondFactor<User>({
    passport,
    issuer: 'Mounts',
    account: ({ id, login }) => ({ id, name: login }),
    findUser: (id) => user(id),
    store: memoryStore(),
    keys: [randomBytes(32).toString('base64')],
  });
  return {
    passport,
    secondFactor,
    sessions: session({ secret: 'x', resave: false, saveUninitialized: false }),
  };
}

describe('request/take-over when something is mounted wrongly', () => {
  afterEach(stopPanels);

  it('refuses to work without express-session', async () => {
    const { passport, secondFactor } = parts();
    const app = express().use(passport.initialize(), secondFactor.session());
    const answer = await answered(app);
    expect(answer).to.include({ status: 503, code: 'session-missing', user: null });
    expect(answer.message).to.include('mount express-session before secondFactor.session()');
  });

  it('refuses to work with sessions in a cookie, which their owner can put back (G6)', async () => {
    const { passport, secondFactor } = parts();
    const app = express().use(
      cookieSession({ secret: 'x' }),
      passport.session() as RequestHandler,
      secondFactor.session(),
    );
    const answer = await answered(app);
    expect(answer).to.include({ status: 500, code: 'session-not-on-server', user: null });
    expect(answer.message).to.include('use express-session with a server-side store');
  });

  it('refuses them also where the application gives them the functions that Passport needs (G6)', async () => {
    const { passport, secondFactor } = parts();
    const app = express().use(cookieSession({ secret: 'x' }));
    app.use((req, _res, next) => {
      const done = (then: () => void): void => then();
      Object.assign(req.session, { regenerate: done, save: done });
      next();
    });
    app.use(passport.session() as RequestHandler, secondFactor.session());
    expect(await answered(app)).to.include({ status: 500, code: 'session-not-on-server', user: null });
  });

  it('refuses to work before passport.session()', async () => {
    const { passport, secondFactor, sessions } = parts();
    const app = express().use(sessions, secondFactor.session(), passport.session() as RequestHandler);
    const answer = await answered(app);
    expect(answer).to.include({ status: 500, code: 'passport-session-missing', user: null });
    expect(answer.message).to.include('app.use(passport.session()) before app.use(secondFactor.session())');
  });

  it('refuses signed-in requests where only passport.initialize() came before', async () => {
    const { passport, secondFactor, sessions } = parts();
    const app = express();
    app.use(sessions);
    app.get('/in', (req, res) => res.json(Object.assign(req.session, { passport: { user: 'alice' } })));
    app.use(passport.initialize(), secondFactor.session());
    const agent = supertest.agent(app);
    await agent.get('/in');
    let code: unknown;
    app.use(((error: { code?: string }, _req, res, _next) => {
      code = error.code;
      res.status(500).end();
    }) satisfies express.ErrorRequestHandler);
    await agent.get('/me');
    expect(code).to.equal('passport-session-missing');
  });

  it('refuses the session of another Passport instance (L7)', async () => {
    const { secondFactor, sessions } = parts();
    const other = parts().passport;
    const app = express().use(sessions, other.session() as RequestHandler, secondFactor.session());
    const answer = await answered(app);
    expect(answer).to.include({ status: 500, code: 'passport-instance', user: null });
    expect(answer.message).to.include('another Passport instance');
  });

  it('refuses req.logIn by another Passport instance, and the account of the same name is untouched (L7)', async () => {
    const customers = new Passport();
    customers.use('customer', {
      authenticate(this: { success(given: object): void }) {
        this.success({ id: 'alice' });
      },
    } as never);
    customers.serializeUser((given, done) => done(null, (given as User).id));
    const panel = await startPanel({
      routes({ app }) {
        app.post('/customer', customers.authenticate('customer'), (_req, res) => res.json({ in: true }));
      },
    });
    await enroll(panel);
    const client = await loggedIn(panel, 'bob');
    const before = await panel.store.get('alice');
    const answer = await client.post('/customer');
    expect(answer.status).to.equal(500);
    expect(answer.body.code).to.equal('passport-instance');
    expect(await client.me()).to.equal('bob');
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('answers with a coded error from the router and the strategy where session() is missing', async () => {
    const { passport, secondFactor, sessions } = parts();
    passport.use(secondFactor.strategy);
    const app = express().use(sessions, passport.session() as RequestHandler);
    app.use('/two-step', secondFactor.router());
    app.get('/code', passport.authenticate('second-factor'));
    const codes: unknown[] = [];
    app.use(((error: { code?: string; message: string }, _req, res, _next) => {
      codes.push(error.code);
      expect(error.message).to.include('app.use(secondFactor.session()) before it');
      res.status(500).end();
    }) satisfies express.ErrorRequestHandler);
    for (const path of ['/two-step', '/two-step/verify', '/code']) await supertest(app).get(path).expect(500);
    await supertest(app).post('/two-step/verify').send({ code: '123456' }).expect(500);
    expect(codes).to.deep.equal(Array(4).fill('session-not-mounted'));
  });

  it('reports a session store that is disconnected as an outage, unless Passport does', async () => {
    for (const [first, status] of [
      ['initialize', 503],
      ['session', 500],
    ] as const) {
      const { passport, secondFactor } = parts();
      const store = new session.MemoryStore();
      const app = express().use(
        session({ secret: 'x', resave: false, saveUninitialized: false, store }),
        passport[first]() as RequestHandler,
        secondFactor.session(),
      );
      store.emit('disconnect');
      const answer = await answered(app);
      expect(answer).to.include({ status });
      expect(answer.user ?? null).to.equal(null);
    }
  });
});

describe('request/take-over', () => {
  afterEach(stopPanels);

  it('is harmless when it is mounted twice', async () => {
    let reads = 0;
    const store = memoryStore();
    const get = store.get.bind(store);
    store.get = (id) => {
      reads++;
      return get(id);
    };
    const panel = await startPanel({
      store,
      beforeRouter({ app, secondFactor }) {
        app.use(secondFactor.session());
        app.use(secondFactor.session());
      },
    });
    const { client, phone } = await enrolled(panel);
    reads = 0;
    expect((await client.get('/secret')).status).to.equal(200);
    expect(reads).to.equal(1);
    await client.post('/logout');
    expect((await client.login('alice')).body.code).to.equal('code-required');
    await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(await client.me()).to.equal('alice');
  });

  it('honours a userProperty of its own', async () => {
    const panel = await startPanel({
      first: ({ app, passport }) => app.use(passport.initialize({ userProperty: 'account' })),
      routes({ app }) {
        app.get('/account', (req, res) => {
          const { account } = req as unknown as { account?: User | null };
          res.json({ account: account?.id ?? null, user: req.user ?? null, state: req.secondFactor?.state });
        });
        app.post('/in', (req, res, next) => {
          req.logIn(panel.users[0] as Express.User, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const see = async (client: Client) => (await client.get('/account')).body as Record<string, unknown>;
    const client = new Client(panel);
    await client.post('/in');
    expect(await see(client)).to.deep.equal({ account: 'alice', user: null, state: 'signed-in' });
    const phone = await enroll(panel, 'alice', client);
    expect((await client.get('/secret')).status).to.equal(200);

    const parked = new Client(panel);
    expect((await parked.post('/in')).body.code).to.equal('code-required');
    expect(await see(parked)).to.deep.equal({ account: null, user: null, state: 'pending' });
    await parked.post('/two-step/verify', { code: phone.nextCode() });
    expect(await see(parked)).to.deep.equal({ account: 'alice', user: null, state: 'verified' });
    await parked.post('/logout');
    expect(await see(parked)).to.deep.equal({ account: null, user: null, state: 'anonymous' });
  });

  for (const sessionKey of ['twoStep', 'a.b:c', 'user']) {
    it(`keeps its state under the sessionKey ${sessionKey}`, async () => {
      const panel = await startPanel({ options: { sessionKey } });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const parked = await panel.stored(client);
      expect(parked).to.have.all.keys('cookie', sessionKey);
      expect(parked?.[sessionKey]).to.include({ state: 'pending' });
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(await panel.stored(client)).to.have.all.keys('cookie', 'passport', sessionKey);
      expect(await client.me()).to.equal('alice');
      await client.post('/logout');
      expect(await client.me()).to.equal(null);
    });
  }

  it('works with a session key of Passport of its own', async () => {
    const authenticator = new Passport();
    Object.assign(authenticator, { _key: 'panelUser' });
    (authenticator as unknown as { init(): void }).init();
    const panel = await startPanel({ authenticator });
    const { client } = await enrolled(panel);
    expect(await panel.stored(client))
      .to.include.keys('panelUser', 'passportSecondFactor')
      .and.not.have.property('passport');
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('keeps two panels on one session store apart by their sessionKey', async () => {
    const sessions = new session.MemoryStore();
    const shop = await startPanel({ session: { store: sessions }, options: { sessionKey: 'shop' } });
    const panel = await startPanel({ session: { store: sessions } });
    await enroll(panel);
    const client = await loggedIn(shop);
    const { cookie } = client;
    expect(sessionId(cookie)).to.match(/./);
    const seen = new Client(panel);
    expect((await seen.get('/me', { cookie })).body.user, 'a mark of the other panel is none here').to.equal(
      null,
    );
  });

  it('tells once that a sign-in expired, also to requests that come before the session is saved', async () => {
    const sessions = new session.MemoryStore();
    const panel = await startPanel({ session: { store: sessions } });
    await enroll(panel);
    const client = await loggedIn(panel);
    panel.told();
    panel.now += 600_000;
    const set = sessions.set.bind(sessions);
    const saves: (() => void)[] = [];
    sessions.set = (...given) => void saves.push(() => set(...given));
    const answers: Promise<unknown>[] = [];
    for (const nth of [1, 2, 3]) {
      answers.push(client.copy().get('/me'));
      await until('the save', () => saves.length === nth);
    }
    for (const save of saves) save();
    await Promise.all(answers);
    expect(panel.told()).to.deep.equal(['sign-in-ended']);
  });
});

describe("request/take-over: forms without the application's token", () => {
  afterEach(stopPanels);

  /** A protection as csurf, csrf-sync and others have it: before the router, with `req.csrfToken()`. */
  const beforeRouter = ({ app }: Panel): void => {
    app.use((req, res, next) => {
      Reflect.set(req, 'csrfToken', () => 'the token');
      if (req.method !== 'POST' || req.path === '/login') next();
      else res.status(403).json({ code: 'token-missing' });
    });
  };
  /** What is told while a user opens the settings twice, with a token on the request. */
  async function told(options: PanelParts['options'], accept = 'text/html'): Promise<readonly Warning[]> {
    const panel = await startPanel({ beforeRouter, ...(options && { options }) });
    const client = await loggedIn(panel);
    return warningsOf(async () => {
      for (let i = 0; i < 2; i++) {
        expect((await client.get('/two-step', { accept })).status).to.equal(200);
      }
    });
  }

  it('are told of once, with the option that adds it, before anybody sends one', async () => {
    const warnings = await told(undefined);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['SECOND_FACTOR_FORM_FIELDS']);
    expect(warnings[0]?.message).to.include('formFields: (req) => ({ _csrf: req.csrfToken() })');
  });

  it('are not told of where the option is set, nor to programs, nor where there is no such token', async () => {
    expect(await told({ formFields: () => ({ _csrf: 'the token' }) })).to.deep.equal([]);
    expect(await told(undefined, 'application/json')).to.deep.equal([]);
    const render = (_req: unknown, res: ServerResponse): void => {
      res.setHeader('content-type', 'text/html');
      res.end('<form>a view of the application, with its token</form>');
    };
    expect(await told({ render })).to.deep.equal([]);
    const client = await loggedIn(await startPanel());
    expect(await warningsOf(() => client.get('/two-step', { accept: 'text/html' }))).to.deep.equal([]);
  });

  it('are not told of where a script is sent on to another page', async () => {
    const panel = await startPanel({
      first: ({ app }) =>
        app.use((req, _res, next) => {
          next(void Object.assign(req, { csrfToken: () => 'the token' }));
        }),
    });
    const warnings = await warningsOf(() => new Client(panel).open('/two-step', { 'hx-request': 'true' }));
    expect(warnings).to.deep.equal([]);
  });
});
