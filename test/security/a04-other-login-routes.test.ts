import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { knows } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

/** Doors beside the form: each knows who is there from the query string, as an identity provider does. */
const OPERATIONS = {
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

describe('A4: a login route beside the form that asks for no code', () => {
  onEachPanel((start) => {
    let panel: Panel;
    let phone: Phone;

    beforeEach(async () => {
      panel = await start({
        routes(made) {
          knows(made, 'oauth', (req) => req.query.as as string);
          for (const [path, operation] of Object.entries(OPERATIONS)) {
            made.app.get(path, operation(made), (req, res) => {
              res.json({ user: req.user ?? null });
            });
          }
        },
      });
      phone = await enroll(panel);
    });

    for (const path of Object.keys(OPERATIONS)) {
      it(`refuses an account with a second factor at ${path} until the code came`, async () => {
        const client = new Client(panel);
        const { status, body } = await client.get(`${path}?as=alice`);
        expect([status, body.code]).to.deep.equal([401, 'code-required']);
        expect(body).not.to.have.any.keys('user', 'in');
        expect((await client.get('/secret')).status).to.equal(401);
        expect(await client.me()).to.equal(null);
        if (path === '/api-password') expect(client.cookie).to.equal('');
        else {
          expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
          expect((await client.get('/secret')).status).to.equal(200);
        }
      });
    }

    it('refuses, at the guard, an account without a second factor that came by any of them', async () => {
      for (const path of Object.keys(OPERATIONS)) {
        const client = new Client(panel);
        expect((await client.get(`${path}?as=bob`)).status, path).to.equal(200);
        expect((await client.get('/secret')).status, path).to.be.oneOf([401, 403]);
      }
    });
  });
});
