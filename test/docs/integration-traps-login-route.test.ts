import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { sameOrigin } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { enroll, enrolled } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import type { RunningProgram } from '../support/program.js';
import { sessionId } from '../support/sessions.js';

/** What the page only declares, and a program around its code. */
const REMEMBER_ME_PANEL = {
  'traps-panel.ts': `
    import { createServer } from 'node:http';
    import { randomBytes } from 'node:crypto';
    import express from 'express';
    import session from 'express-session';
    import passport from 'passport';
    import { Strategy } from 'passport-local';
    import { createSecondFactor } from 'passport-second-factor';
    import { memoryStore } from 'passport-second-factor/memory';

    const find = (id: string) => (['alice', 'bob', 'carol', 'dora'].includes(id) ? { id } : null);
    passport.serializeUser((user: any, done) => done(null, user.id));
    passport.deserializeUser((id: string, done) => done(null, find(id) as any));
    passport.use(new Strategy((name, password, done) => done(null, (password === 'password' && find(name)) as any)));
    passport.use('remember-me', { authenticate(this: any, req: any) {
      const user = find(/remember_me=(\\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? '');
      if (user) this.success(user); else this.pass();
    } } as never);
    export const app = express();
    export const server = createServer(app);
    export const sessions = session({ secret: 'for tests', resave: false, saveUninitialized: false });
    export const secondFactor = createSecondFactor<any>({
      passport, issuer: 'Test', store: memoryStore(), findUser: find, keys: [randomBytes(32).toString('base64')],
      account: ({ id }) => ({ id, name: id, securityStamp: null }),
      whenCodeRequired: process.env.WHEN_CODE_REQUIRED as never,
      policy: ({ id }) => (id === 'dora' ? 'required' : 'optional'),
    });`,
  'run.ts': `
    import './remember-me.js';
    import { app, server } from './traps-panel.js';
    app.get('/', (req, res) => void res.send('home of ' + ((req.user as any)?.id ?? 'nobody')));
    server.listen(0, '127.0.0.1');
    export { server };`,
};

const byHeader = (req: express.Request): string | undefined => req.get('x-login');

describe('integration traps: around the login route', () => {
  afterEach(stopPanels);

  describe('Remember-me strategies', () => {
    const rememberMe = (made: Panel): void => {
      knows(made, 'remember-me', byHeader);
      made.app.use(made.passport.authenticate('remember-me') as RequestHandler);
    };
    const header = { 'x-login': 'alice' };

    it('sign in with a code when they come before the router, or after it', async () => {
      for (const place of ['beforeRouter', 'routes']) {
        const panel = await startPanel({ [place]: rememberMe });
        const phone = await enroll(panel);
        const client = new Client(panel);
        expect((await client.get('/me', header)).body.code, place).to.equal('code-required');
        const { status } = await client.post('/two-step/verify', { code: phone.nextCode() }, header);
        expect(status, place).to.equal(200);
        expect((await client.get('/me', header)).body.user, place).to.equal('alice');
      }
    });

    it('begin again at every other request, also at a code route that comes after them', async () => {
      const codeRoute = (made: Panel): void => {
        made.passport.use(made.secondFactor.strategy as never);
        const code = made.passport.authenticate('second-factor') as RequestHandler;
        made.app.post('/two-step/code', express.json(), code, (_req, res) => res.json({ ok: true }));
      };
      const places: Record<string, ((made: Panel) => void)[]> = {
        'code-required': [rememberMe, codeRoute],
        ok: [codeRoute, rememberMe],
      };
      for (const [outcome, mounts] of Object.entries(places)) {
        const panel = await startPanel({ routes: (made) => mounts.forEach((mount) => mount(made)) });
        const phone = await enroll(panel);
        const client = new Client(panel);
        await client.get('/me', header);
        const { body } = await client.post('/two-step/code', { code: phone.nextCode() }, header);
        expect(body.code ?? 'ok').to.equal(outcome);
        expect(await client.me()).to.equal(outcome === 'ok' ? 'alice' : null);
      }
    });

    describe('by the code of the page', () => {
      let folder: ProgramFolder;
      let program: RunningProgram;

      before(async function () {
        this.timeout(60_000);
        folder = programOf('docs/integration-traps.md', REMEMBER_ME_PANEL);
        program = await folder.start('run.ts', {});
      });

      after(async () => {
        await program.stop();
        folder.remove();
      });

      it('let somebody else sign in, sign out and cancel in a browser that remembers alice', async () => {
        const owner = new Client(program);
        const alice = { username: 'alice', password: 'password' };
        const bob = { username: 'bob', password: 'password' };
        expect((await owner.submit('/login', alice)).location).to.equal('/');
        const phone = phoneOf(String((await owner.post('/two-step/setup')).body.key));
        expect((await owner.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);

        const remembering = (): Client => new Client(program, new Map([['remember_me', 'alice']]));
        const shared = remembering();
        expect((await shared.open('/login')).text).to.contain('<form');
        expect((await shared.open('/')).location).to.equal('/two-step/verify');
        expect((await shared.open('/login')).text).to.contain('<form');
        expect((await shared.submit('/login', bob)).location).to.equal('/');
        expect((await shared.open('/')).text).to.equal('home of bob');
        expect((await shared.submit('/logout')).location).to.equal('/login');
        expect(shared.cookies.has('remember_me')).to.equal(false);
        expect((await shared.open('/')).text).to.equal('home of nobody');

        const cancels = remembering();
        expect((await cancels.open('/')).location).to.equal('/two-step/verify');
        const foreign = { 'sec-fetch-site': 'cross-site' };
        expect((await cancels.submit('/two-step/cancel', {}, foreign)).status).to.equal(403);
        expect(cancels.cookies.has('remember_me')).to.equal(true);
        expect((await cancels.submit('/two-step/cancel')).location).to.equal('/login');
        expect(cancels.cookies.has('remember_me')).to.equal(false);
        expect((await cancels.open('/login')).text).to.contain('<form');
        expect((await cancels.open('/')).text).to.equal('home of nobody');
      });

      it('keep a set-up that waits, and send other requests of the browser to the code form', async () => {
        const alice = new Client(program, new Map([['remember_me', 'alice']]));
        expect((await alice.open('/')).location).to.equal('/two-step/verify');
        const before = sessionId(alice);
        const answers = await Promise.all(['/', '/news', '/'].map((path) => alice.open(path)));
        expect(answers.map(({ location }) => location)).to.deep.equal(Array(3).fill('/two-step/verify'));
        expect((await alice.get('/news')).body).to.include({
          code: 'code-required',
          location: '/two-step/verify',
        });
        expect(sessionId(alice), 'the same sign-in').to.equal(before);
        await alice.submit('/two-step/cancel');
      });

      it('send who must set up a second factor to the login form', async () => {
        const dora = new Client(program, new Map([['remember_me', 'dora']]));
        expect((await dora.open('/')).location).to.equal('/login');
        expect(dora.cookies.has('remember_me')).to.equal(false);
        const login = await dora.submit('/login', { username: 'dora', password: 'password' });
        expect(login.location).to.equal('/two-step/setup');
      });

      it('keep their cookie where the application itself answers who has to give the code', async () => {
        const answers = await folder.start('run.ts', { WHEN_CODE_REQUIRED: 'error' });
        try {
          const owner = new Client(answers);
          await owner.submit('/login', { username: 'alice', password: 'password' });
          const phone = phoneOf(String((await owner.post('/two-step/setup')).body.key));
          await owner.post('/two-step/setup/confirm', { code: phone.first });
          const alice = new Client(answers, new Map([['remember_me', 'alice']]));
          const { status, text } = await alice.open('/');
          expect(status).to.equal(401);
          expect(text).to.contain('code');
          expect(alice.cookies.has('remember_me')).to.equal(true);
        } finally {
          await answers.stop();
        }
      });

      it('keep who is signed in through several requests at once, with a second factor and without', async () => {
        const carol = new Client(program, new Map([['remember_me', 'carol']]));
        const sixAtOnce = async (): Promise<void> => {
          const before = carol.cookie;
          const answers = await Promise.all(Array.from({ length: 6 }, () => carol.open('/')));
          expect(answers.map(({ text }) => text)).to.deep.equal(Array(6).fill('home of carol'));
          expect(carol.cookie).to.equal(before);
        };
        expect((await carol.open('/')).text).to.equal('home of carol');
        await sixAtOnce();
        expect((await carol.post('/two-step/setup')).body.code).to.equal('step-up-required');
        await carol.submit('/login', { username: 'carol', password: 'password' });
        const phone = phoneOf(String((await carol.post('/two-step/setup')).body.key));
        expect((await carol.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
        await sixAtOnce();

        await carol.submit('/logout');
        carol.cookies.set('remember_me', 'carol');
        expect((await carol.open('/')).location).to.equal('/two-step/verify');
        expect((await carol.post('/two-step/verify', { code: phone.next() })).status).to.equal(200);
        await sixAtOnce();
      });
    });
  });

  describe('Login forms on other sites', () => {
    it('are refused by sameOrigin() on the login route', async () => {
      const foreign = { 'sec-fetch-site': 'cross-site' };
      const bob = { username: 'bob', password: 'password' };
      const open = await startPanel();
      expect((await new Client(open).post('/login', bob, foreign)).status).to.equal(200);

      const closed = await startPanel({ beforeRouter: ({ app }) => app.use('/login', sameOrigin()) });
      const client = new Client(closed);
      expect((await client.post('/login', bob, foreign)).body.code).to.equal('cross-site');
      expect((await client.post('/login', bob, { 'sec-fetch-site': 'same-origin' })).status).to.equal(200);
    });
  });

  describe('Guessing passwords', () => {
    it('is stopped by a limiter before the login and verify routes', async () => {
      let left = 3;
      const limiter: RequestHandler = (req, res, next) => {
        if (req.method !== 'POST' || left-- > 0) next();
        else res.status(429).json({ code: 'slow-down' });
      };
      const panel = await startPanel({
        beforeRouter: ({ app }) => app.use(['/login', '/two-step/verify'], limiter),
      });
      const client = new Client(panel);
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push((await client.login('alice', 'wrong')).status);
      expect(answers).to.deep.equal([401, 401, 401, 429, 429]);
      expect((await client.post('/two-step/verify', { code: '123456' })).status).to.equal(429);
    });
  });

  describe('Last login, carts and remember-me tokens', () => {
    it('belong into onSignedIn, which waits for the code', async () => {
      const signedIn: string[] = [];
      const verified: string[] = [];
      const panel = await startPanel({
        options: {
          carry: (req) => req.headers['x-cart'] ?? null,
          onSignedIn: (_req, _res, { id }, { method, carried }) => {
            signedIn.push(`${id} ${String(method)} ${JSON.stringify(carried)}`);
          },
        },
        beforeRouter({ app }) {
          app.post('/login', (_req, _res, next) => {
            verified.push('password done');
            next();
          });
        },
      });
      const { phone } = await enrolled(panel);
      signedIn.length = verified.length = 0;
      const client = new Client(panel);
      await client.post('/login', { username: 'alice', password: 'password' }, { 'x-cart': '7' });
      expect([verified, signedIn]).to.deep.equal([['password done'], []]);
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(signedIn).to.deep.equal(['alice otp "7"']);
    });
  });
});
