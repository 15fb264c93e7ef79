import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

/** A route that calls `req.logIn` for alice or bob, and answers what came of it and who is there then. */
function logInAs(panel: Panel, login: string, options: object = {}): RequestHandler {
  return (req, res) => {
    req.logIn(userOf(panel, login), options as never, (error: unknown) => {
      const { code = null } = (error ?? {}) as { code?: string };
      res.json({ code, user: (req.user as User | null | undefined)?.id ?? null });
    });
  };
}

describe('sign-in/log-in, refused', () => {
  afterEach(stopPanels);

  for (const [trouble, code] of [
    ['a look-up that fails', 'find-user-failed'],
    ['a user that is gone', 'account-unknown'],
  ] as const) {
    it(`leaves nobody on the request for ${trouble}, no matter who was there`, async () => {
      let troubled = false;
      const panel: Panel = await startPanel({
        options: {
          findUser(id) {
            if (!troubled || id !== 'bob') return panel.users.find((each) => each.id === id);
            if (code === 'find-user-failed') throw new Error('the database is away');
            return null;
          },
        },
        routes(made) {
          made.app.post('/as-bob', (req, res, next) => {
            troubled = true;
            (logInAs(made, 'bob') as (...given: unknown[]) => void)(req, res, next);
          });
        },
      });
      const { client } = await enrolled(panel);
      expect((await client.post('/as-bob')).body).to.deep.equal({ code, user: null });
    });
  }

  for (const nothing of [undefined, null, 'route'] as const) {
    it(`tells the application of a failure that says ${String(nothing)}, and lets nobody in`, async () => {
      let fails = false;
      const panel: Panel = await startPanel({
        options: {
          carry() {
            if (fails) throw nothing as unknown as Error;
            return null;
          },
          async policy() {
            if (fails) throw nothing as unknown as Error;
            return Promise.resolve('optional');
          },
        },
        routes(made) {
          const { app, passport, secondFactor } = made;
          passport.use(secondFactor.strategy as never);
          for (const login of ['alice', 'bob']) {
            app.post(`/token/${login}`, (req, res, next) => {
              req.logIn(userOf(made, login), (error) => (error ? next(error) : res.json({ token: login })));
            });
          }
          app.post(
            '/two-step/code',
            express.json(),
            passport.authenticate('second-factor'),
            (_req, res) => void res.json({ entered: true }),
          );
        },
      });
      const { client, phone } = await enrolled(panel);
      const waiting = await loggedIn(panel);
      fails = true;
      const strange = new Client(panel);
      for (const answer of [
        await strange.post('/token/alice'),
        await strange.post('/token/bob'),
        await waiting.post('/two-step/code', { code: phone.nextCode() }),
        await client.get('/me'),
        await client.get('/secret'),
      ]) {
        expect(answer.status, answer.text).to.equal(500);
      }
    });
  }

  it('refuses a user that was deleted meanwhile, in whatever way the panel says so', async () => {
    for (const none of [null, undefined, false]) {
      const panel = await startPanel({ options: { findUser: () => none as never } });
      expect((await new Client(panel).login('bob')).body.code).to.equal('account-unknown');
    }
    const panel = await startPanel({
      routes(made) {
        const bob = { ...userOf(made, 'bob') };
        made.app.post('/as-bob', (req, res) => {
          made.users.splice(0);
          req.logIn(bob, (error: { code?: string } | undefined) => res.json({ code: error?.code }));
        });
      },
    });
    expect((await new Client(panel).post('/as-bob')).body.code).to.equal('account-unknown');
  });

  it('tells by an event why a record let nobody in', async () => {
    let flagged = false;
    const panel = await startPanel({
      options: { account: ({ id, login }) => ({ id, name: login, enrolled: flagged }) },
    });
    flagged = true;
    expect((await new Client(panel).login('alice')).body.code).to.equal('record-missing');
    const refused = { name: 'sign-in-refused', accountId: 'alice' };
    const refusals = (): unknown => panel.events.filter(({ name }) => name === 'sign-in-refused').at(-1);
    expect(refusals()).to.include({ ...refused, reason: 'record-missing' });
    await panel.store.compareAndSet('alice', null, '1.nokey.AAAA');
    expect((await new Client(panel).login('alice')).body.code).to.equal('record-unreadable');
    expect(refusals()).to.include({ ...refused, reason: 'record-unreadable' });
  });

  it('answers a password without a session itself, or leaves that to the callback, as it is told', async () => {
    const panel = await startPanel({
      routes(made) {
        for (const whenCodeRequired of ['respond', 'error', undefined]) {
          const options = { session: false, whenCodeRequired };
          made.app.post(`/${String(whenCodeRequired)}`, logInAs(made, 'alice', options));
        }
        made.app.post('/waived', logInAs(made, 'alice', { session: false, secondFactor: 'not-required' }));
        made.app.post('/misspelt', logInAs(made, 'alice', { session: false, secondFactor: 'not required' }));
      },
    });
    await enroll(panel);
    const answer = async (path: string) => new Client(panel).post(path);
    for (const path of ['/respond', '/undefined']) {
      const { status, headers, body } = await answer(path);
      expect([status, body.code], path).to.deep.equal([401, 'code-required']);
      expect(headers['content-type'], path).to.match(/^application\/problem/);
      expect(headers['www-authenticate'], path).to.equal('Session error="code-required"');
    }
    expect((await answer('/error')).body).to.deep.equal({ code: 'code-required', user: null });
    expect((await answer('/misspelt')).body).to.deep.equal({ code: 'option-invalid', user: null });
    expect((await answer('/waived')).body).to.deep.equal({ code: null, user: 'alice' });
  });

  it('challenges nobody for a code that there is not', async () => {
    const panel = await startPanel({
      options: { policy: () => 'required' },
      routes: (made) => made.app.post('/basic', logInAs(made, 'alice', { session: false })),
    });
    const { status, headers } = await new Client(panel).post('/basic');
    expect(status).to.equal(403);
    expect(headers).to.not.have.property('www-authenticate');
  });

  describe('while a sign-in waits under basePath', () => {
    const start = (): Promise<Panel> =>
      startPanel({
        options: { policy: () => 'required' },
        beforeRouter(made) {
          const inner = express.Router();
          inner.post(['/', '/inside', '/verify'], logInAs(made, 'alice'));
          inner.use('/setup', logInAs(made, 'alice'));
          inner.post('/setup', (req, res, next) => {
            const answer = (error: unknown): void => {
              res.json({ code: (error as { code?: string } | undefined)?.code ?? null });
            };
            if (!req.query.bob) next();
            else req.logIn(userOf(made, 'bob'), { whenCodeRequired: 'error' } as never, answer);
          });
          made.app.use('/two-step', inner);
        },
      });

    it('goes on to the router on its own routes: by the whole path, whatever is mounted and asked', async () => {
      const panel = await start();
      const client = await loggedIn(panel);
      const waits = (await panel.stored(client))?.passportSecondFactor;
      panel.now += 1000;
      for (const path of ['/two-step/verify', '/Two-Step/Verify/?next=/home', '/two-step/verify?a#b']) {
        const { body } = await client.post(path, { code: '123456' });
        expect(body, path).to.not.have.property('user');
        expect((await panel.stored(client))?.passportSecondFactor, path).to.deep.equal(waits);
      }
    });

    it('begins anew on every other route', async () => {
      const panel = await start();
      const client = await loggedIn(panel);
      for (const path of ['/two-step/inside', '/two-step?next=/home', '/two-step?a#b']) {
        const until = (await panel.stored(client))?.passportSecondFactor?.until as number;
        panel.now += 1000;
        expect((await client.post(path)).body.code, path).to.equal('enrollment-required');
        expect((await panel.stored(client))?.passportSecondFactor?.until, path).to.equal(until + 1000);
      }
    });

    it('begins anew where another step is due by now', async () => {
      const panel = await start();
      const client = await loggedIn(panel);
      expect((await panel.stored(client))?.passportSecondFactor?.state).to.equal('must-enroll');
      await panel.secondFactor.admin.import('alice', {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        by: 'operator',
      });
      expect((await client.post('/two-step/verify')).body.code).to.equal('code-required');
      expect((await panel.stored(client))?.passportSecondFactor?.state).to.equal('pending');
    });

    it('lets somebody else sign in in the same request: that strategy only said who waits', async () => {
      const panel = await start();
      const client = await loggedIn(panel);
      expect((await client.post('/two-step/setup?bob=1')).body.code).to.equal('enrollment-required');
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'must-enroll',
        account: 'bob',
      });
    });
  });
});
