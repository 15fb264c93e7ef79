import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { until } from '../support/eventually.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { seenBy } from '../support/sessions.js';

const whoIsThere: RequestHandler = (req, res) => {
  res.json({ user: (req.user as User | undefined | null)?.id ?? null, state: req.secondFactor?.state });
};

describe('strategies/second-factor-strategy with a custom callback', () => {
  afterEach(stopPanels);

  /** A code route whose callback may sign in whomever the body names instead. */
  const startCustom = (): Promise<Panel> =>
    startPanel({
      routes({ app, passport, secondFactor, users }) {
        passport.use(secondFactor.strategy);
        app.post('/custom', express.json(), (req, res, next) => {
          const done = (error: unknown, found: unknown, info: unknown, status: unknown): void => {
            if (error) next(error);
            else if (!found) res.status(status as number).json({ info });
            else {
              const other = users.find(({ login }) => login === req.get('x-other'));
              req.logIn(other ?? found, (problem?: unknown) => {
                if (problem) next(problem);
                else whoIsThere(req, res, next);
              });
            }
          };
          (passport.authenticate('second-factor', done) as RequestHandler)(req, res, next);
        });
      },
    });

  it('signs in by req.logIn', async () => {
    const panel = await startCustom();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/custom', { code: phone.nextCode() })).body).to.include({
      user: 'alice',
      state: 'verified',
    });
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('refuses no code that was not read because the client left', async () => {
    let came = false;
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use(secondFactor.strategy);
        app.post(
          '/custom',
          (req, _res, next) => {
            came = true;
            req.once('close', () => setImmediate(next));
          },
          express.json(),
          passport.authenticate('second-factor') as RequestHandler,
        );
      },
    });
    await enroll(panel);
    const { cookie } = await loggedIn(panel);
    panel.told();
    const { port } = panel;
    const headers = { cookie, 'content-type': 'application/json', 'content-length': '100' };
    const sent = request({ port, method: 'POST', path: '/custom', headers, agent: false });
    sent.on('error', () => undefined);
    sent.write('{"code":');
    await until('the request', () => came);
    sent.destroy();
    await wait(50);
    expect(panel.told()).to.deep.equal([]);
  });

  it('tells code and sentence, with the status', async () => {
    const panel = await startCustom();
    await enroll(panel);
    const client = await loggedIn(panel);
    const answer = await client.post('/custom', { code: 'x' });
    expect(answer.status).to.equal(400);
    expect(answer.body.info).to.deep.equal({
      message: 'The code must be the six to eight digits that the authenticator shows, or a recovery code.',
      code: 'code-malformed',
      field: 'code',
      fault: 'field-shape',
      detail:
        '`code` must be a string: as many digits as the authenticator shows (six to eight), or a recovery code where ' +
        'one is taken.',
    });
  });

  it('lets nobody else profit from the code (A5)', async () => {
    const panel = await startCustom();
    await enroll(panel, 'bob');
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const answer = await client.post('/custom', { code: phone.nextCode() }, { 'x-other': 'bob' });
    expect(answer.body.code).to.equal('code-required');
    expect(await client.me()).to.equal(null);
    expect((await panel.stored(client))?.passportSecondFactor).to.include({
      state: 'pending',
      account: 'bob',
    });
  });

  it('signs in nobody where the session was ended between code and req.logIn', async () => {
    const panel: Panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use(secondFactor.strategy);
        app.post('/slow', express.json(), (req, res, next) => {
          const done = (_error: unknown, found: unknown): void => {
            panel.sessionStore.destroy(req.sessionID, () => {
              req.logIn(found as Express.User, (problem?: unknown) =>
                problem ? next(problem) : res.json({}),
              );
            });
          };
          (passport.authenticate('second-factor', done) as RequestHandler)(req, res, next);
        });
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const { cookie } = client;
    expect((await client.post('/slow', { code: phone.nextCode() })).body.code).to.equal('sign-in-expired');
    expect(await client.me()).to.equal(null);
    expect(await seenBy(panel, cookie)).to.equal(null);
  });

  it('hands outages to the operator as errors, not to the user as failures', async () => {
    const panel = await startCustom();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    panel.store.get = () => Promise.reject(new Error('down'));
    const answer = await client.post('/custom', { code: phone.nextCode() });
    expect(answer.status).to.equal(503);
    expect(panel.errors[0]).to.include({ code: 'store-unavailable' });
    expect(await client.me()).to.equal(null);
  });

  it('refuses when the password changed or the account went between the steps (A12)', async () => {
    for (const change of [
      (panel: Panel) => (userOf(panel).passwordChangedAt = 2),
      (panel: Panel) => panel.users.splice(0, 1),
    ]) {
      const panel = await startCustom();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      change(panel);
      const answer = await client.post('/custom', { code: phone.nextCode() });
      expect(answer.status).to.equal(401);
      expect(answer.body.info).to.include({ code: 'sign-in-expired' });
    }
  });

  it('hands to the error handler what the callback throws, and the process goes on', async () => {
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use(secondFactor.strategy);
        app.post('/thrown', express.json(), (req, res, next) => {
          const done = (error: unknown): void => {
            if (!error) throw new Error('a mistake of the panel');
            next(error);
          };
          (passport.authenticate('second-factor', done) as RequestHandler)(req, res, next);
        });
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    for (const code of ['000000', phone.nextCode()]) {
      const answer = await client.post('/thrown', { code });
      expect(answer.status).to.equal(500);
      expect(answer.body.code).to.equal('a mistake of the panel');
      expect(await client.me()).to.equal(null);
    }
  });
});
