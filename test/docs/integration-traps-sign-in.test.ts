import { promisify } from 'node:util';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

const byHeader = (req: express.Request): string | undefined => req.get('x-login');

describe('integration traps: signing in', () => {
  afterEach(stopPanels);

  describe('A second sign-in route', () => {
    it('asks for the code when the route ends in req.logIn', async () => {
      const panel = await startPanel({
        routes(made) {
          knows(made, 'oauth', byHeader);
          made.app.get(
            '/oauth/callback',
            made.passport.authenticate('oauth', { failureRedirect: '/login' }) as RequestHandler,
            (_req, res) => res.json({}),
          );
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      expect(await client.get('/oauth/callback', { 'x-login': 'alice' })).to.include({ status: 401 });
      expect(await client.me()).to.equal(null);
      expect(await client.get('/oauth/callback', { 'x-login': 'bob' })).to.include({ status: 200 });
      expect(await client.me()).to.equal('bob');
    });

    it('finds a session that somebody wrote without req.logIn', async () => {
      const panel = await startPanel({
        routes({ app }) {
          app.post('/magic', (req, res) => {
            Object.assign(req.session, { passport: { user: 'alice' } });
            res.json({});
          });
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      await client.post('/magic');
      expect(await client.me()).to.equal(null);
      expect((await client.get('/two-step')).body.state).to.equal('pending');
    });
  });

  describe('Code that never calls req.logIn', () => {
    it('gets in by the password alone unless it asks secondFactor.verify', async () => {
      const panel = await startPanel({
        routes({ app, passport, secondFactor }) {
          const mint =
            (ask: boolean): RequestHandler =>
            (req, res, next) => {
              const evaluate = async (error: unknown, found?: Express.User | false | null): Promise<void> => {
                if (error) throw error instanceof Error ? error : new Error('failed');
                if (!found) {
                  res.status(401).json({ code: 'password-invalid' });
                  return;
                }
                const { id } = found as User;
                if (ask) {
                  const { code } = req.body as { code?: unknown };
                  const outcome = await secondFactor.verify(id, code);
                  if (!outcome.ok && outcome.reason !== 'not-enrolled') {
                    res.status(401).json({ code: outcome.reason });
                    return;
                  }
                }
                res.json({ token: `token of ${id}` });
              };
              const answer = (...given: Parameters<typeof evaluate>): void =>
                void evaluate(...given).catch(next);
              (passport.authenticate('local', answer) as RequestHandler)(req, res, next);
            };
          app.post('/open/token', express.json(), mint(false));
          app.post('/closed/token', express.json(), mint(true));
        },
      });
      const phone = await enroll(panel);
      const alice = { username: 'alice', password: 'password' };
      const client = new Client(panel);
      expect((await client.post('/open/token', alice)).body).to.deep.equal({ token: 'token of alice' });

      expect((await client.post('/closed/token', alice)).body).to.deep.equal({ code: 'code-malformed' });
      const code = phone.nextCode();
      expect((await client.post('/closed/token', { ...alice, code })).body.token).to.equal('token of alice');
      expect((await client.post('/closed/token', { ...alice, code })).body.code).to.equal(
        'code-already-used',
      );
      const bob = { ...alice, username: 'bob' };
      expect((await client.post('/closed/token', bob)).body.token).to.equal('token of bob');
    });

    it('rejects, with an event, while the store is down', async () => {
      const store = memoryStore();
      const panel = await startPanel({ store });
      const phone = await enroll(panel);
      const events: string[] = [];
      panel.secondFactor.events.on('*', ({ name }) => events.push(name));
      store.get = () => Promise.reject(new Error('down'));
      const error = await panel.secondFactor
        .verify('alice', phone.nextCode())
        .catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'store-unavailable', status: 503 });
      expect(events).to.deep.equal(['store-unavailable']);
    });
  });

  describe('Passwords without a session', () => {
    it('refuses the password of an account with a second factor', async () => {
      const panel = await startPanel({
        routes({ app, passport }) {
          const basic = passport.authenticate('local', { session: false }) as RequestHandler;
          app.post('/api', express.json(), basic, (req, res) => res.json({ user: (req.user as User).id }));
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      const refused = await client.post('/api', { username: 'alice', password: 'password' });
      expect(refused.status).to.equal(401);
      expect(refused.body.code).to.equal('code-required');
      const passed = await client.post('/api', { username: 'bob', password: 'password' });
      expect(passed.body).to.deep.equal({ user: 'bob' });
    });

    it('tells of the refusal by an event', async () => {
      const panel = await startPanel({
        routes({ app, passport }) {
          const basic = passport.authenticate('local', { session: false }) as RequestHandler;
          app.post('/api', express.json(), basic, (_req, res) => res.json({}));
        },
      });
      await enroll(panel);
      const reasons: string[] = [];
      panel.secondFactor.events.on('sign-in-refused', ({ reason }) => reasons.push(reason));
      await new Client(panel).post('/api', { username: 'alice', password: 'password' });
      expect(reasons).to.deep.equal(['code-required']);
    });
  });

  describe('Bearer tokens', () => {
    it('lets tokens pass that say that no second factor is required', async () => {
      const panel = await startPanel({
        routes(made) {
          knows(made, 'bearer', byHeader);
          const me: RequestHandler = (req, res) => res.json({ user: (req.user as User).id });
          const token = { session: false, secondFactor: 'not-required' } as const;
          made.app.get(
            '/open',
            made.passport.authenticate('bearer', { session: false }) as RequestHandler,
            me,
          );
          made.app.get('/closed', made.passport.authenticate('bearer', token) as RequestHandler, me);
        },
      });
      await enroll(panel);
      const client = new Client(panel);
      expect((await client.get('/open', { 'x-login': 'alice' })).body.code).to.equal('code-required');
      expect((await client.get('/closed', { 'x-login': 'alice' })).body.user).to.equal('alice');
    });

    it('does not let them pass a guard that asks for both steps', async () => {
      const panel = await startPanel({
        beforeRouter(made) {
          knows(made, 'bearer', byHeader);
          const token = { session: false, secondFactor: 'not-required' } as const;
          made.app.use(made.passport.authenticate('bearer', token) as RequestHandler);
        },
      });
      await enroll(panel);
      const answer = await new Client(panel).get('/secret', { 'x-login': 'alice' });
      expect(answer.body.code).to.equal('session-required');
    });
  });

  describe('Framework guards that set req.user', () => {
    /** What such a guard does: a callback, then the property, and `req.logIn` only when it is told to. */
    const guard =
      ({ passport }: Panel, signIn: boolean): RequestHandler =>
      (req, res, next) => {
        const done = (_error: unknown, found?: Express.User | false | null): void => {
          req.user = found === false ? undefined : (found ?? undefined);
          if (!signIn || !found) next();
          else req.logIn(found, { session: true, whenCodeRequired: 'error' } as never, next);
        };
        (passport.authenticate('local', done) as RequestHandler)(req, res, next);
      };
    const alice = { username: 'alice', password: 'password' };

    it('have somebody there without a code, whom check() refuses', async () => {
      const panel = await startPanel({
        routes(made) {
          made.app.post('/open', express.json(), guard(made, false), (req, res) =>
            res.json({ user: (req.user as User).id }),
          );
          made.app.post('/closed', express.json(), guard(made, false), (req, res) => {
            const decision = req.secondFactor!.evaluate();
            res.status(decision.ok ? 200 : decision.status).json(decision);
          });
        },
      });
      await enroll(panel);
      expect((await new Client(panel).post('/open', alice)).body.user).to.equal('alice');
      const answer = await new Client(panel).post('/closed', alice);
      expect(answer.status).to.equal(401);
      expect(answer.body).to.include({ ok: false, code: 'session-required' });
    });

    it('park the sign-in and let go of the user when they end in req.logIn', async () => {
      const users: unknown[] = [];
      const panel = await startPanel({
        routes(made) {
          made.app.post('/guarded', express.json(), guard(made, true), (_req, res) => res.json({}));
          made.app.use((error: unknown, req: express.Request, _res: unknown, next: (e: unknown) => void) => {
            users.push(req.user);
            next(error);
          });
        },
      });
      const phone = await enroll(panel);
      const client = new Client(panel);
      expect((await client.post('/guarded', alice)).body.code).to.equal('code-required');
      expect(users).to.deep.equal([null]);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await client.me()).to.equal('alice');
    });
  });

  describe('Promisified req.login', () => {
    it("never settles, and rejects with whenCodeRequired: 'error'", async () => {
      const settled: string[] = [];
      const start = (whenCodeRequired: 'respond' | 'error'): Promise<Panel> =>
        startPanel({
          options: { whenCodeRequired },
          routes({ app, users }) {
            app.post('/await', async (req, res) => {
              const logIn = promisify((found: User, done: (error?: unknown) => void) => {
                req.logIn(found, done);
              });
              try {
                await logIn(users[0]!);
              } catch (error) {
                settled.push((error as { code: string }).code);
                const { code, status, location } = error as {
                  code: string;
                  status: number;
                  location: string;
                };
                res.status(status).json({ code, location });
              }
            });
          },
        });
      const open = await start('respond');
      await enroll(open);
      expect((await new Client(open).post('/await')).status).to.equal(401);
      expect(settled).to.deep.equal([]);

      const closed = await start('error');
      await enroll(closed);
      expect((await new Client(closed).post('/await')).body).to.deep.equal({
        code: 'code-required',
        location: '/two-step/verify',
      });
      expect(settled).to.deep.equal(['code-required']);
    });
  });

  describe('Where a sign-in leads', () => {
    it('is told to a callback of the application that asks for it as Passport does', async () => {
      const panel = await startPanel({
        routes({ app, passport }) {
          app.post('/sign-in', express.json(), (req, res, next) => {
            const { asks } = req.query;
            const options = { session: true, ...(asks && { successReturnToOrRedirect: '/' }) };
            const answer = (_error: unknown, found: Express.User): void => {
              req.logIn(found, options, (error) => {
                if (error) next(error);
                else res.json({ returnTo: (req.session as { returnTo?: unknown }).returnTo ?? null });
              });
            };
            (passport.authenticate('local', answer) as RequestHandler)(req, res, next);
          });
        },
      });
      const html = { accept: 'text/html' };
      const phone = await enroll(panel);
      for (const [asks, returnTo] of [
        ['', null],
        ['yes', '/secret?mine'],
      ]) {
        const client = new Client(panel);
        await client.get('/secret?mine', html);
        const bob = { username: 'bob', password: 'password' };
        expect((await client.post(`/sign-in?asks=${asks}`, bob)).body).to.deep.equal({ returnTo });
        const alice = new Client(panel);
        await alice.get('/secret?mine', html);
        await alice.post(`/sign-in?asks=${asks}`, { ...bob, username: 'alice' });
        const verified = await alice.post('/two-step/verify', { code: phone.nextCode() });
        expect(verified.body).to.deep.equal({ state: 'verified', returnTo: '/secret?mine' });
      }
    });
  });

  describe('Middleware between passport.session() and secondFactor.session()', () => {
    const basic = (made: Panel): void => {
      knows(made, 'basic', byHeader);
      made.app.use(made.passport.authenticate('basic', { session: false }) as RequestHandler);
    };

    it('signs in by Passport alone, and after it everybody is checked', async () => {
      const open = await startPanel({ afterPassport: basic });
      await enroll(open);
      expect((await new Client(open).get('/me', { 'x-login': 'alice' })).body.user).to.equal('alice');

      const closed = await startPanel({ beforeRouter: basic });
      await enroll(closed);
      const answer = await new Client(closed).get('/me', { 'x-login': 'alice' });
      expect(answer.body.code).to.equal('code-required');
    });
  });
});
