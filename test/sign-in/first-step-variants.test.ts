import { promisify } from 'node:util';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { SecondFactorRequiredError, requireSecondFactor } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';

const whoIsThere: RequestHandler = (req, res) => {
  res.json({ user: (req.user as User | undefined | null)?.id ?? null, state: req.secondFactor?.state });
};

/** Hands a provider's answer to a verify function, redirecting to the provider first, as OAuth does. */
function oauth({ app, passport, users }: Panel, options: object = {}): void {
  passport.use('oauth', {
    authenticate(
      this: { success(user: User, info: object): void; redirect(url: string): void; fail(): void },
      req: express.Request,
    ) {
      const code = req.query.code;
      if (code === undefined) this.redirect('https://provider.example/authorize?state=1');
      else {
        const found = users.find(({ login }) => `code-of-${login}` === code);
        if (found) this.success(found, { provider: 'example' });
        else this.fail();
      }
    },
  } as never);
  app.get('/oauth', passport.authenticate('oauth', options), whoIsThere);
}

describe('sign-in/log-in behind other first steps', () => {
  afterEach(stopPanels);

  describe('an OAuth-like strategy (A4)', () => {
    it('parks an account with a second factor and completes it with the code', async () => {
      const panel = await startPanel({ routes: (made) => oauth(made) });
      const phone = await enroll(panel);
      const client = new Client(panel);
      const away = await client.get('/oauth');
      expect(away.headers.location).to.equal('https://provider.example/authorize?state=1');
      expect((await client.get('/oauth?code=code-of-alice')).body.code).to.equal('code-required');
      expect((await client.get('/secret')).status).to.equal(401);
      expect(await client.me()).to.equal(null);
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(await client.me()).to.equal('alice');
    });

    it('signs in an account without one, and nobody on a wrong answer', async () => {
      const panel = await startPanel({ routes: (made) => oauth(made) });
      const client = new Client(panel);
      expect((await client.get('/oauth?code=other')).status).to.equal(401);
      expect(client.cookie).to.equal('');
      expect((await client.get('/oauth?code=code-of-bob')).body).to.deep.equal({
        user: 'bob',
        state: 'signed-in',
      });
    });
  });

  describe('a remember-me strategy that fires on every request', () => {
    const remember = (made: Panel): void => {
      knows(made, 'remember', (req) => req.get('x-remember'));
      made.app.use(made.passport.authenticate('remember') as RequestHandler);
    };

    it('leaves one parked sign-in with one deadline when it is mounted before the router (A3, A13)', async () => {
      const panel = await startPanel({ beforeRouter: remember });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const headers = { 'x-remember': 'alice' };
      const { id, until } = {
        id: sessionId(client),
        until: (await panel.stored(client))?.passportSecondFactor?.until,
      };
      for (const path of ['/two-step/verify', '/two-step', '/two-step/verify?again']) {
        panel.now += 1000;
        expect((await client.get(path, headers)).status, path).to.equal(200);
      }
      expect(sessionId(client)).to.equal(id);
      expect((await panel.stored(client))?.passportSecondFactor?.until).to.equal(until);
      const verified = await client.post('/two-step/verify', { code: phone.nextCode() }, headers);
      expect(verified.body).to.include({ state: 'verified' });
      expect((await client.get('/secret', headers)).body).to.deep.equal({ secret: true });
    });

    it('never passes the guard nor shows a user, however often it fires', async () => {
      const panel = await startPanel({ beforeRouter: remember });
      await enroll(panel);
      const client = new Client(panel);
      for (let round = 0; round < 3; round++) {
        expect((await client.get('/secret', { 'x-remember': 'alice' })).body.code).to.equal('code-required');
        expect(await client.me()).to.equal(null);
      }
    });

    it('does not disturb who is verified, nor an account without a second factor', async () => {
      const panel = await startPanel({ beforeRouter: remember });
      const { client } = await enrolled(panel);
      const before = sessionId(client);
      expect((await client.get('/secret', { 'x-remember': 'alice' })).status).to.equal(200);
      expect(sessionId(client)).to.equal(before);
      const bob = new Client(panel);
      expect((await bob.get('/me', { 'x-remember': 'bob' })).body.user).to.equal('bob');
      expect(await bob.me()).to.equal('bob');
    });
  });

  describe("a first step that is 'not-fresh'", () => {
    const byCookie = (made: Panel): void => {
      knows(made, 'remember', (req) => req.get('x-remember'));
      const options = { session: true, firstStep: 'not-fresh' } as const;
      made.app.get('/by-cookie', made.passport.authenticate('remember', options), whoIsThere);
      const recent = requireSecondFactor({ unenrolled: 'allow', maxAge: 300 });
      made.app.get('/recent', recent, (_req, res) => res.json({}));
    };
    const remembered = { 'x-remember': 'alice' };

    it('signs in, but is no password that was typed just now, until it is', async () => {
      const panel = await startPanel({ routes: byCookie });
      const client = new Client(panel);
      expect((await client.get('/by-cookie', remembered)).body).to.include({ state: 'signed-in' });
      const refused = async (): Promise<unknown[]> => {
        const answers = [await client.get('/recent'), await client.post('/two-step/setup')];
        return answers.map(({ body }) => body.code as unknown);
      };
      expect(await refused()).to.deep.equal(['step-up-required', 'step-up-required']);
      await client.login('alice');
      expect(await refused()).to.deep.equal([undefined, undefined]);
    });

    it('waits for the code as any other, and is fresh after it', async () => {
      const panel = await startPanel({ routes: byCookie });
      const phone = await enroll(panel);
      const client = new Client(panel);
      expect((await client.get('/by-cookie', remembered)).body.code).to.equal('code-required');
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect((await client.get('/recent')).status).to.equal(200);
    });

    it('signs nobody in who must set up a second factor, and stores no session', async () => {
      const panel = await startPanel({ routes: byCookie, options: { policy: () => 'required' } });
      const client = new Client(panel);
      expect((await client.get('/by-cookie', remembered)).body.code).to.equal('sign-in-expired');
      expect(client.cookie).to.equal('');
      expect((await client.login('alice')).body.code).to.equal('enrollment-required');
    });
  });

  describe('a custom callback', () => {
    const custom = (made: Panel, whenCodeRequired?: 'respond' | 'error'): void => {
      made.app.post('/custom', express.json(), (req, res, next) => {
        const done = (error: unknown, found?: Express.User | false | null, info?: unknown): void => {
          if (error) next(error);
          else if (!found) res.status(401).json({ refused: info });
          else {
            req.logIn(
              found,
              { session: true, ...(whenCodeRequired && { whenCodeRequired }) } as never,
              (problem?: unknown) => {
                if (problem instanceof SecondFactorRequiredError) {
                  const { code, status, statusCode, location, until } = problem;
                  res
                    .status(status)
                    .json({ custom: true, code, statusCode, location, until, user: req.user });
                } else if (problem) next(problem);
                else whoIsThere(req, res, next);
              },
            );
          }
        };
        (made.passport.authenticate('local', done) as RequestHandler)(req, res, next);
      });
    };
    const alice = { username: 'alice', password: 'password' };

    it('is not called back while the take-over answers', async () => {
      const panel = await startPanel({ routes: (made) => custom(made) });
      await enroll(panel);
      const answer = await new Client(panel).post('/custom', alice);
      expect(answer.headers['content-type']).to.match(/^application\/problem\+json/);
      expect(answer.body).to.include({ code: 'code-required' }).and.not.have.property('custom');
    });

    it("is called back with a SecondFactorRequiredError for whenCodeRequired: 'error', after parking", async () => {
      for (const parts of [
        { options: { whenCodeRequired: 'error' } as const, routes: (made: Panel) => custom(made) },
        { routes: (made: Panel) => custom(made, 'error') },
      ]) {
        const panel = await startPanel(parts);
        const phone = await enroll(panel);
        const client = new Client(panel);
        const answer = await client.post('/custom', alice);
        expect(answer.status).to.equal(401);
        expect(answer.body).to.deep.equal({
          custom: true,
          code: 'code-required',
          statusCode: 401,
          location: '/two-step/verify',
          until: panel.now + 600_000,
          user: null,
        });
        expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
        expect(await client.me()).to.equal('alice');
      }
    });

    it("answers for whenCodeRequired: 'respond' in a call although the option says 'error'", async () => {
      const panel = await startPanel({
        options: { whenCodeRequired: 'error' },
        routes: (made) => custom(made, 'respond'),
      });
      await enroll(panel);
      expect((await new Client(panel).post('/custom', alice)).body).to.have.property('verify');
    });

    it('signs in accounts without a second factor, and passes on what the strategy refused', async () => {
      const panel = await startPanel({ routes: (made) => custom(made) });
      const client = new Client(panel);
      expect((await client.post('/custom', { ...alice, password: 'no' })).status).to.equal(401);
      expect((await client.post('/custom', alice)).body).to.deep.equal({ user: 'alice', state: 'signed-in' });
    });
  });

  it("settles a promisified req.login with whenCodeRequired: 'error', either way", async () => {
    const panel = await startPanel({
      options: { whenCodeRequired: 'error' },
      routes({ app, users }) {
        app.post('/await/:login', async (req, res) => {
          const logIn = promisify(
            req.login.bind(req) as (user: Express.User, done: (error: unknown) => void) => void,
          );
          try {
            await logIn(users.find(({ login }) => login === req.params.login) as Express.User);
            res.json({ user: (req.user as User).id });
          } catch (error) {
            res.json({ code: (error as { code?: string }).code });
          }
        });
      },
    });
    await enroll(panel);
    expect((await new Client(panel).post('/await/alice')).body).to.deep.equal({ code: 'code-required' });
    expect((await new Client(panel).post('/await/bob')).body).to.deep.equal({ user: 'bob' });
  });

  it('hands the error of whenCodeRequired to the error handler of a route that uses passport.authenticate', async () => {
    const panel = await startPanel({ options: { whenCodeRequired: 'error' } });
    await enroll(panel);
    const answer = await new Client(panel).login('alice');
    expect(answer.status).to.equal(401);
    expect(panel.errors).to.have.length(1);
    expect(panel.errors[0]).to.be.instanceOf(SecondFactorRequiredError);
  });

  it('goes on with authInfo and assignProperty as Passport does', async () => {
    const panel = await startPanel({
      routes(made) {
        oauth(made);
        made.app.get('/info', made.passport.authenticate('oauth'), (req, res) => res.json(req.authInfo));
        made.app.get(
          '/assigned',
          made.passport.authenticate('oauth', { assignProperty: 'linked' }),
          (req, res) => {
            const { linked } = req as unknown as { linked: User };
            res.json({ linked: linked.id, user: (req.user as User | undefined)?.id ?? null });
          },
        );
      },
    });
    await enroll(panel);
    const client = new Client(panel);
    expect((await client.get('/info?code=code-of-bob')).body).to.deep.equal({ provider: 'example' });
    const linked = await new Client(panel).get('/assigned?code=code-of-alice');
    expect(linked.body, 'linking an account is no sign-in').to.deep.equal({ linked: 'alice', user: null });
  });
});
