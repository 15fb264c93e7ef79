import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import express from 'express';
import passport from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { warningsOf } from '../support/warnings.js';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';

const require = createRequire(import.meta.url);
const OLD_PASSPORT = require('passport05') as typeof passport;
const SIX_PASSPORT = require('passport06') as typeof passport;
const EXPRESS = { 4: require('express4') as typeof express, 5: express };

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const KEY = randomBytes(32).toString('base64');
const WARNING = 'SECOND_FACTOR_ROUTER';

/** What Express keeps of its routes. */
interface Layers {
  readonly stack: readonly {
    readonly handle: { readonly stack?: readonly { readonly route?: { readonly path: string } }[] };
  }[];
}

/** How an application mounts the router, and what becomes of it. */
interface Mounting {
  readonly name: string;
  readonly mount?: (panel: Panel, create: typeof express) => unknown;
  readonly options?: PanelParts['options'];
  /** Whether the first request warns. */
  readonly warns?: true;
  /** What the password of an account with a second factor is answered. */
  readonly login?: string;
  /** A page whose request warns later. */
  readonly later?: string;
}

const under = (path: string, inner: express.Application | express.Router) => (panel: Panel) => {
  panel.app.use(path, inner);
};
const at =
  (...paths: (string | RegExp)[]) =>
  ({ app, secondFactor }: Panel): void =>
    void app.use(paths as string[], secondFactor.router());
const inSubApp =
  (prefix: string, path: string, mountFirst = false) =>
  (panel: Panel, create: typeof express): void => {
    const inner = create();
    if (mountFirst) under(prefix, inner)(panel);
    inner.use(path, panel.secondFactor.router());
    if (!mountFirst) under(prefix, inner)(panel);
  };
const inRouter =
  (prefix: string, path: string) =>
  (panel: Panel, create: typeof express): void => {
    const inner = create.Router();
    inner.use(path, panel.secondFactor.router());
    under(prefix, inner)(panel);
  };
const PANEL = { basePath: '/panel/two-step' };

const MOUNTINGS: readonly Mounting[] = [
  { name: 'at basePath', mount: at('/two-step') },
  { name: 'at basePath, with a slash at its end', mount: at('/two-step/') },
  { name: 'at basePath, in capitals', mount: at('/Two-Step') },
  { name: 'at several places, one of which is basePath', mount: at('/zwei-schritte', '/two-step') },
  { name: 'at a pattern, which tells nothing', mount: at(/^\/two-step/) },
  { name: 'in a sub-application', mount: inSubApp('/panel', '/two-step'), options: PANEL },
  {
    name: 'in a sub-application that was mounted first',
    mount: inSubApp('/panel', '/two-step', true),
    options: PANEL,
  },
  { name: 'in a Router', mount: inRouter('/panel', '/two-step'), options: PANEL },
  { name: 'in a Router at the root', mount: inRouter('/', '/two-step') },
  { name: 'without the prefix that a proxy strips', mount: at('/two-step'), options: PANEL },
  { name: 'elsewhere', mount: at('/2fa'), warns: true, login: 'router-not-mounted' },
  {
    name: 'elsewhere in a sub-application',
    mount: inSubApp('/panel', '/2fa'),
    options: PANEL,
    warns: true,
    login: 'router-not-mounted',
  },
  { name: 'at the root', mount: ({ app, secondFactor }) => app.use(secondFactor.router()), warns: true },
  {
    name: 'in a sub-application whose prefix basePath lacks',
    mount: inSubApp('/panel', '/two-step'),
    warns: true,
  },
  {
    name: 'in a Router whose prefix basePath lacks',
    mount: inRouter('/panel', '/two-step'),
    later: '/two-step/verify',
  },
  { name: 'in a Router, elsewhere, and asked there', mount: inRouter('/', '/2fa'), later: '/2fa' },
  { name: 'nowhere', login: 'router-not-mounted', later: '/two-step/setup' },
  {
    name: 'nowhere, with a code route of its own',
    mount: ({ passport: own, secondFactor }) => own.use(secondFactor.strategy),
  },
  { name: 'nowhere, where the application answers itself', options: { whenCodeRequired: 'error' } },
];

for (const version of [4, 5] as const) {
  describe(`session/mounting, with the router mounted under Express ${version}`, () => {
    afterEach(stopPanels);

    for (const { name, mount, options = {}, warns, login = 'code-required', later } of MOUNTINGS) {
      it(`${name}: ${warns ? 'warns' : 'says nothing'} at the first request; the password is answered ${login}`, async () => {
        const panel = await startPanel({
          express: version,
          bare: true,
          options,
          afterPassport: ({ app, secondFactor }) => app.use(secondFactor.session()),
          beforeRouter: (made) => mount?.(made, EXPRESS[version]),
        });
        await panel.secondFactor.admin.import('alice', { secret: SECRET, by: 'test' });
        panel.told();
        const fix = `app.use('${options.basePath ?? '/two-step'}', secondFactor.router())`;
        const client = new Client(panel);
        const first = await warningsOf(() => client.get('/me'));
        expect(first.map(({ code }) => code)).to.deep.equal(warns ? [WARNING] : []);
        if (warns) expect(first[0]?.message).to.include(fix);

        const again = await warningsOf(async () => {
          expect((await client.login('alice')).body.code).to.equal(login);
          expect((await new Client(panel).login('bob')).body).to.deep.equal({ user: 'bob' });
        });
        expect(again, 'it is said once').to.deep.equal([]);
        if (login === 'router-not-mounted') {
          expect(panel.told(), 'nobody was parked').to.deep.equal(['signed-in']);
          expect(await panel.stored(client)).to.equal(null);
          expect(panel.errors.at(-1)).to.have.property('message').include(fix);
        }
        expect(await client.me()).to.equal(null);
        if (later === undefined) return;
        const late = await warningsOf(() => client.get(later));
        expect(late.map(({ code }) => code)).to.deep.equal([WARNING]);
        expect(await warningsOf(() => client.get(later)), 'once').to.deep.equal([]);
      });
    }
  });
}

describe('session/mounting, where the router is served', () => {
  afterEach(stopPanels);

  it('says nothing of a place that a request made up', async () => {
    const client = new Client(await startPanel());
    const warnings = await warningsOf(() => client.get('http://evil.example/two-step/verify'));
    expect(warnings).to.deep.equal([]);
  });

  for (const version of [4, 5] as const) {
    it(`says nothing of a second slash, which a request made up, under Express ${version}`, async () => {
      const client = new Client(await startPanel({ express: version }));
      for (const path of ['/two-step//verify', '/two-step///', '/Two-Step//setup']) {
        expect(await warningsOf(() => client.get(path)), path).to.deep.equal([]);
      }
    });

    it(`is found by what lists the routes of an application of Express ${version}`, async () => {
      const { app } = await startPanel({ express: version });
      const { stack } =
        version === 4 ? (app as unknown as { _router: Layers })._router : (app.router as Layers);
      const routes = stack.flatMap(({ handle }) => handle.stack ?? []).map(({ route }) => route?.path);
      expect(routes).to.include.members(['/verify', '/setup/confirm', '/step-up']);
    });
  }

  it('warns of none of its own pages and refusals', async () => {
    const panel = await startPanel();
    await panel.secondFactor.admin.import('alice', { secret: SECRET, by: 'test' });
    const client = new Client(panel);
    const warnings = await warningsOf(async () => {
      for (const path of ['', '/', '/verify', '/setup', '/step-up', '/nothing-here', '/verify?x=/two-step']) {
        await client.get(`/two-step${path}`);
        await client.get(`/two-step${path}`, { accept: 'text/html' });
        await client.post(`/two-step${path}`);
      }
      await client.login('alice');
      await client.get('/two-step/verify');
    });
    expect(warnings).to.deep.equal([]);
  });
});

describe('session/watch-log-in: the login route before secondFactor.session()', () => {
  afterEach(stopPanels);

  const logInAs = ({ app, users }: Panel, path: string, options: object = {}): void => {
    app.post(path, (req, res, next) => {
      req.logIn(users[0] as Express.User, options as never, (error: unknown) => {
        if (error) next(error);
        else res.json({});
      });
    });
  };
  const start = (parts: PanelParts = {}): Promise<Panel> =>
    startPanel({
      afterPassport(panel) {
        logInAs(panel, '/early');
        logInAs(panel, '/early-token', { session: false });
      },
      routes: (panel) => {
        logInAs(panel, '/late');
      },
      ...parts,
    });

  for (const version of [0.6, 0.7] as const) {
    it(`is told at the first sign-in there, once, under Passport ${version}`, async () => {
      const panel = await start({ passport: version });
      const warnings = await warningsOf(async () => {
        for (let i = 0; i < 3; i++) expect((await new Client(panel).post('/early')).status).to.equal(200);
      });
      expect(warnings.map(({ code }) => code)).to.deep.equal(['SECOND_FACTOR_LOGIN_UNSEEN']);
      expect(warnings[0]?.message).to.include(
        'app.use(secondFactor.session()) and only then the routes that sign in',
      );
    });
  }

  it('ends in a loop of step-ups, which the warning is for', async () => {
    const panel = await start();
    const client = new Client(panel);
    const warnings = await warningsOf(async () => {
      for (let i = 0; i < 3; i++) {
        await client.post('/early');
        const { body } = await client.post('/two-step/setup');
        expect(body).to.include({ code: 'step-up-required', location: '/login' });
      }
    });
    expect(warnings).to.have.length(1);
    await client.post('/late');
    expect((await client.post('/two-step/setup')).body.key).to.be.a('string');
  });

  it('is told where session() is nowhere at all', async () => {
    const panel = await start({ bare: true });
    expect(await warningsOf(() => new Client(panel).post('/early'))).to.have.length(1);
  });

  it('is not told of tokens, of sign-ins that were seen, nor of those that another instance saw', async () => {
    const panel = await start({
      beforeRouter(made) {
        createSecondFactor({
          passport: made.passport,
          issuer: 'Another',
          account: () => ({ id: 'x', name: 'x' }),
          findUser: () => null,
          store: memoryStore(),
          keys: [KEY],
        });
      },
    });
    const warnings = await warningsOf(async () => {
      expect((await new Client(panel).post('/early-token')).status).to.equal(200);
      expect((await new Client(panel).post('/late')).status).to.equal(200);
      expect((await new Client(panel).login('alice')).status).to.equal(200);
    });
    expect(warnings).to.deep.equal([]);
  });
});

describe('a Passport that is none, or too old', () => {
  afterEach(stopPanels);

  const create = (given: unknown): unknown =>
    createSecondFactor({
      passport: given as never,
      issuer: 'Acme',
      account: () => ({ id: 'x', name: 'x' }),
      findUser: () => null,
      store: memoryStore(),
      keys: [KEY],
    });

  /** What @fastify/passport exports: the methods of its Authenticator, without those of Passport for Express. */
  class FastifyAuthenticator {
    readonly strategies = {};
    readonly sessionManager = { logIn: async () => undefined, logOut: async () => undefined };
    use = (): this => this;
    unuse = (): this => this;
    initialize = () => async () => undefined;
    secureSession = () => async () => undefined;
    authenticate = () => async () => undefined;
    authorize = () => async () => undefined;
    registerUserSerializer = () => undefined;
    registerUserDeserializer = () => undefined;
    serializeUser = async () => 'x';
    deserializeUser = async () => ({});
  }

  it('is refused at construction, with its name or its version', () => {
    for (const [given, code, message] of [
      [
        new FastifyAuthenticator(),
        'option-invalid',
        /without session; an Authenticator of @fastify\/passport is another library/,
      ],
      [Object.assign(new FastifyAuthenticator(), { session: () => 1 }), 'option-invalid', /without sessions/],
      [passport.Passport, 'option-invalid', /got function/],
      [{ default: passport }, 'option-invalid', /without serializeUser/],
      [new OLD_PASSPORT.Passport(), 'passport-version', /older than 0\.6; install passport 0\.6 or 0\.7/],
    ] as const) {
      expect(() => create(given))
        .to.throw(message)
        .with.property('code', code);
    }
    for (const right of [new SIX_PASSPORT.Passport(), new passport.Passport()]) {
      create(right);
      create(right);
    }
  });

  it('is named at the first request, where a second copy is the one that is mounted', async () => {
    const panel = await startPanel({
      first({ app, sessions, secondFactor }) {
        const old = new OLD_PASSPORT.Passport();
        app.use('/old', sessions, old.initialize(), old.session(), secondFactor.session());
      },
    });
    expect((await new Client(panel).get('/old')).body.code).to.equal('passport-version');
    expect(panel.errors.at(-1))
      .to.have.property('message')
      .match(/older than 0\.6.*npm ls passport/);
  });
});
