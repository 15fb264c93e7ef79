import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import passport from 'passport';
import { attack, isOut } from '../support/attack.js';
import { Client } from '../support/client.js';
import { onOnePanel } from '../support/on-each-place.js';
import type { Panel } from '../support/panel.js';
import { knows } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import { enroll, enrolled, loggedIn, verify } from '../support/people.js';

/** Doors beside the form: each knows who is there from the query string, as an identity provider does. */
const DOORS = {
  '/oauth/callback': ({ passport }: Panel) => passport.authenticate('oauth') as RequestHandler,
  '/oauth/custom': ({ passport }: Panel): RequestHandler => {
    return (req, res, next) => {
      const done = (error: unknown, user?: Express.User | false): void => {
        if (error || !user) next(error);
        else req.logIn(user, (problem?: unknown) => (problem ? next(problem) : res.json({ in: true })));
      };
      (passport.authenticate('oauth', done) as RequestHandler)(req, res, next);
    };
  },
  '/magic-link':
    ({ users }: Panel): RequestHandler =>
    (req, res, next) => {
      const user = users.find(({ login }) => login === req.query.as);
      req.login(user as Express.User, (problem?: unknown) =>
        problem ? next(problem) : res.json({ in: true }),
      );
    },
  '/api-password': ({ passport }: Panel) =>
    passport.authenticate('oauth', { session: false }) as RequestHandler,
  '/oauth/keep': ({ passport }: Panel) =>
    passport.authenticate('oauth', { keepSessionInfo: true }) as RequestHandler,
};

describe('Ways in beside the login form', () => {
  attack('on %s', [], (panel) => {
    it('A3: makes no remember-me cookie after the password: what is left without the session is nobody', async () => {
      await enrolled(panel());
      for (const extra of [{ remember: 'on' }, { rememberMe: true }, { rememberBrowser: true }]) {
        const browser = new Client(panel());
        await browser.post('/login', { username: 'alice', password: 'alice-password', ...extra });
        browser.cookies.delete('panel.sid');
        expect([...browser.cookies]).to.deep.equal([]);
        await isOut(browser);
      }
    });
  });

  onOnePanel((start) => {
    describe('a remember-me cookie made after the password, restored later, where a panel has one of its own (A3)', () => {
      const started = (): Promise<Panel> =>
        start({
          options: {
            onSignedIn: (_req, res, { login }) =>
              void res.setHeader('Set-Cookie', `remember=${login}; Path=/`),
          },
          routes(made) {
            const { app, passport } = made;
            knows(made, 'remember-me', (req) => /remember=(\w+)/.exec(req.headers.cookie ?? '')?.[1]);
            app.use(passport.authenticate('remember-me') as never);
          },
        });

      it('does not have it made before the code', async () => {
        const panel = await started();
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        expect(client.cookie).not.to.contain('remember=');
        await verify(client, phone.nextCode());
        expect(client.cookie).to.contain('remember=alice');
      });

      it('restores with it a sign-in that waits for the code, never a full one', async () => {
        const panel = await started();
        await enroll(panel);
        const client = new Client(panel);
        for (const path of ['/secret', '/me']) {
          const { status, body } = await client.get(path, { cookie: 'remember=alice' });
          expect([status, body.code], path).to.deep.equal([401, 'code-required']);
        }
        expect((await client.get('/two-step')).body.state).to.equal('pending');
        expect((await client.get('/secret')).status).to.equal(401);
      });
    });

    describe('A4: a login route beside the form that asks for no code', () => {
      let panel: Panel;
      let phone: Phone;

      beforeEach(async () => {
        panel = await start({
          routes(made) {
            knows(made, 'oauth', (req) => req.query.as as string);
            for (const [path, operation] of Object.entries(DOORS)) {
              made.app.get(path, operation(made), (req, res) => {
                res.json({ user: req.user ?? null });
              });
            }
          },
        });
        phone = await enroll(panel);
      });

      for (const path of Object.keys(DOORS)) {
        it(`refuses an account with a second factor at ${path} until the code came`, async () => {
          const client = new Client(panel);
          const { status, body } = await client.get(`${path}?as=alice`);
          expect([status, body.code]).to.deep.equal([401, 'code-required']);
          expect(body).not.to.have.any.keys('user', 'in');
          expect((await client.get('/secret')).status).to.equal(401);
          expect(await client.me()).to.equal(null);
          if (path === '/api-password') expect(client.cookie).to.equal('');
          else {
            expect((await verify(client, phone.nextCode())).status).to.equal(200);
            expect((await client.get('/secret')).status).to.equal(200);
          }
        });
      }

      it('refuses, at the guard, an account without a second factor that came by any of them', async () => {
        for (const path of Object.keys(DOORS)) {
          const client = new Client(panel);
          expect((await client.get(`${path}?as=bob`)).status, path).to.equal(200);
          expect((await client.get('/secret')).status, path).to.be.oneOf([401, 403]);
        }
      });
    });

    describe('A10: a channel beside the middleware', () => {
      it('refuses a WebSocket of a waiting sign-in where the documented chain runs on the upgrade', async () => {
        const panel = await start();
        const gate = express
          .Router()
          .use(panel.sessions, panel.passport.session(), panel.secondFactor.session(), requireSecondFactor());
        panel.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
          socket.on('error', () => socket.destroy());
          const res = new ServerResponse(req);
          res.shouldKeepAlive = false;
          res.assignSocket(socket);
          res.once('finish', () => socket.destroySoon());
          gate(req as express.Request, res as express.Response, () => {
            res.detachSocket(socket);
            socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nin');
          });
        });
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        const ask = async (): Promise<string> => {
          const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie: client.cookie };
          const { status, text } = await new Client(panel).send('GET', '/socket', headers);
          return `${String(status)} ${text === 'in' ? 'in' : ''}`;
        };
        expect(await ask()).to.equal('401 ');
        await verify(client, phone.nextCode());
        expect(await ask()).to.equal('200 in');
      });

      it('sees nobody in a waiting sign-in on another port that knows Passport’s session alone', async () => {
        const panel: Panel = await start();
        const app = express();
        app.use(panel.sessions, panel.passport.session());
        app.get('/me', (req, res) => res.json({ user: req.user ?? null, in: req.isAuthenticated() }));
        const other = createServer(app).listen(0, '127.0.0.1');
        await once(other, 'listening');
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        const there = new Client(other.address() as AddressInfo);
        const ask = async () =>
          (await there.get('/me', { cookie: client.cookie })).body as Record<string, unknown>;
        expect(await ask()).to.deep.equal({ user: null, in: false });
        await verify(client, phone.nextCode());
        expect((await ask()).in).to.equal(true);
        other.close();
      });

      it('ends a stream of events whose rights are gone, by recheck()', async () => {
        const panel = await start({
          routes({ app }) {
            app.get('/events', requireSecondFactor(), async (req, res) => {
              const state = req.secondFactor?.state;
              res.setHeader('content-type', 'text/event-stream').write('data: first\n\n');
              await panel.secondFactor.admin.disable('alice', { by: 'operator' });
              if ((await req.secondFactor?.recheck()) === state) res.write('data: secret\n\n');
              res.end();
            });
          },
        });
        await enroll(panel);
        const waiting = await loggedIn(panel);
        expect((await waiting.get('/events')).status).to.equal(401);
        const { client } = await (async () => {
          await panel.secondFactor.admin.disable('alice', { by: 'operator' });
          const full = new Client(panel);
          await enroll(panel, 'alice', full);
          return { client: full };
        })();
        expect((await client.get('/events')).text).to.equal('data: first\n\n');
      });
    });

    describe('L1: a full cookie of one account with the Bearer token of another', () => {
      it('is checked as the account that req.user is: the guard and our routes refuse', async () => {
        const panel = await start({
          beforeRouter(made) {
            made.passport.use('bearer', {
              authenticate(
                this: { success(user: object): void; pass(): void },
                req: { headers: { token?: string } },
              ) {
                const found = made.users.find(({ login }) => login === req.headers.token);
                if (found) this.success(found);
                else this.pass();
              },
            } as never);
            const waived = { session: false, secondFactor: 'not-required' };
            made.app.use(made.passport.authenticate('bearer', waived) as RequestHandler);
          },
        });
        await enroll(panel, 'bob');
        const { client, phone } = await enrolled(panel);
        const before = await panel.store.get('bob');
        const token = 'bob';
        expect((await client.get('/me', { token })).body.user).to.equal('bob');
        expect((await client.get('/secret', { token })).body.code).to.equal('session-required');
        for (const path of ['disable', 'setup', 'step-up', 'recovery-codes']) {
          const { body } = await client.post(`/two-step/${path}`, { code: phone.nextCode() }, { token });
          expect(body.code, path).to.equal('session-required');
        }
        expect(await panel.store.get('bob'), 'nothing changed').to.equal(before);
        expect((await new Client(panel).get('/secret', { token: 'alice' })).body.code).to.equal(
          'session-required',
        );
        expect((await client.get('/secret')).status).to.equal(200);
        expect(await client.me()).to.equal('alice');
      });

      it('does not make a strategy that signs in on every request raise the cookie of somebody else', async () => {
        const panel = await start({
          routes(made) {
            knows(made, 'negotiate', (req) => req.get('token'));
            made.app.use(made.passport.authenticate('negotiate') as RequestHandler);
          },
        });
        await enroll(panel, 'bob');
        const anonymous = new Client(panel);
        expect((await anonymous.get('/secret', { token: 'bob' })).body.code).to.equal('code-required');
        expect(await anonymous.me()).to.equal(null);
      });
    });

    it('L4: finds no user in a sub-application: not of a waiting sign-in, nor of a session that lost its rights', async () => {
      const panel: Panel = await start({
        routes({ app, passport }) {
          const sub = express();
          sub.use(passport.initialize(), passport.session());
          sub.get('/', (req, res) => res.json({ user: req.user ?? null, in: req.isAuthenticated() }));
          app.use('/sub', sub);
        },
      });
      const nobody = { user: null, in: false };
      const before = await loggedIn(panel);
      await enroll(panel);
      expect((await before.get('/sub')).body, 'enrolled elsewhere').to.deep.equal(nobody);
      expect((await (await loggedIn(panel)).get('/sub')).body, 'waiting').to.deep.equal(nobody);
      await panel.secondFactor.admin.disable('alice', { by: 'operator' });
      const { client } = await enrolled(panel);
      expect((await client.get('/sub')).body.in).to.equal(true);
      panel.users[0]!.passwordChangedAt = 2;
      expect((await client.get('/sub')).body, 'another password').to.deep.equal(nobody);
      expect((await new Client(panel).get('/sub', { cookie: client.cookie })).body).to.deep.equal(nobody);
    });

    it('L5: refuses Basic authentication with code-required, whatever stands beside it, and leaves no session', async () => {
      const panel = await start({
        routes(made) {
          made.passport.use('basic', {
            authenticate(
              this: { success(user: object): void; fail(): void },
              req: { headers: { authorization?: string } },
            ) {
              const said = Buffer.from(req.headers.authorization?.slice(6) ?? '', 'base64').toString();
              const found = made.users.find(({ login, password }) => said === `${login}:${password}`);
              if (found) this.success(found);
              else this.fail();
            },
          } as never);
          const basic = made.passport.authenticate('basic', { session: false }) as RequestHandler;
          made.app.get('/dav', basic, (req, res) => res.json({ user: req.user }));
        },
      });
      const phone = await enroll(panel);
      const client = new Client(panel);
      for (const extra of [{}, { 'x-otp': phone.nextCode() }, { 'x-code': phone.nextCode() }]) {
        const authorization = `Basic ${Buffer.from('alice:password').toString('base64')}`;
        const { status, body, headers } = await client.get('/dav', { authorization, ...extra });
        expect([status, body.code]).to.deep.equal([401, 'code-required']);
        expect(headers).not.to.have.property('set-cookie');
      }
      expect(panel.told()).to.include('sign-in-refused');
      const bob = `Basic ${Buffer.from('bob:password').toString('base64')}`;
      expect((await client.get('/dav', { authorization: bob })).status).to.equal(200);
    });

    describe('L6: two req.logIn in one request', () => {
      for (const order of [
        [0, 1],
        [1, 0],
      ] as const) {
        it(`makes the second an error and lets nobody half in, with the factor ${order[0] === 0 ? 'first' : 'last'}`, async () => {
          const panel = await start({
            routes({ app, users }) {
              app.post('/both', (req, res) => {
                const codes: (string | null)[] = [];
                const done = (error?: { code?: string }): void => {
                  if (codes.push(error?.code ?? null) === 2) res.json({ codes, user: req.user ?? null });
                };
                for (const place of order) {
                  req.logIn(users[place] as Express.User, { whenCodeRequired: 'error' } as never, done);
                }
              });
            },
          });
          await enroll(panel);
          const client = new Client(panel);
          const { body } = await client.post('/both');
          expect(body.codes).to.include('login-twice').and.have.length(2);
          expect((await client.get('/secret')).status).to.be.oneOf([401, 403]);
          expect(await client.me()).to.equal(order[0] === 0 ? null : 'bob');
        });
      }
    });

    it('L7: refuses a customer alice of another Passport instance, and leaves the account alice as it is', async () => {
      const customers = new passport.Passport();
      customers.serializeUser((_user, done) => done(null, 'alice'));
      customers.deserializeUser((_id, done) => done(null, { id: 'alice', shop: true }));
      customers.use('shop', {
        authenticate(this: { success(user: object): void }) {
          this.success({ id: 'alice', shop: true });
        },
      } as never);
      const panel = await start({
        routes({ app }) {
          const shop = express.Router();
          shop.use(customers.initialize() as RequestHandler);
          shop.post('/login', customers.authenticate('shop') as RequestHandler, (req, res) => {
            res.json({ user: req.user });
          });
          app.use('/shop', shop);
        },
      });
      const { client } = await enrolled(panel);
      const before = await panel.store.get('alice');
      const stranger = new Client(panel);
      const { status, body } = await stranger.post('/shop/login');
      expect([status, body.code]).to.deep.equal([500, 'passport-instance']);
      expect(await stranger.me()).to.equal(null);
      expect((await stranger.get('/secret')).status).to.equal(401);
      expect(await panel.store.get('alice')).to.equal(before);
      expect((await client.get('/secret')).status, 'the owner goes on').to.equal(200);
    });
  });

  it('is warned of in the documentation: what to run on the upgrade (A10)', () => {
    expect(readFileSync('docs/integration-traps.md', 'utf8')).to.match(/^### WebSockets$/m);
  });
});
