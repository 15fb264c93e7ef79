import { expect } from 'chai';
import express from 'express';
import { createSecondFactorClient } from 'passport-second-factor/client';
import { browserFetch } from '../support/browser-fetch.js';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enroll } from '../support/people.js';
import { rejection, rejectionCode } from '../support/rejection.js';

const ALICE = { username: 'alice', password: 'password' };
const WRONG = { ...ALICE, password: 'wrong' };

/** Login routes as applications have them. */
function routes({ app, passport }: Panel): void {
  const local = (options: object) => passport.authenticate('local', options) as express.RequestHandler;
  app.post(
    '/redirecting',
    express.json(),
    local({ successRedirect: '/welcome', failureRedirect: '/sign-in' }),
  );
  app.get(['/welcome', '/sign-in'], (_req, res) => res.send('<!doctype html><title>A page</title>'));
  app.post('/empty', express.json(), local({}), (_req, res) => res.sendStatus(204));
  app.post('/custom', express.json(), (req, res, next) => {
    const answer = (error: unknown, user?: Express.User | false | null): void => {
      if (error) next(error);
      else if (!user) res.status(401).json({ code: 'password-invalid' });
      else req.logIn(user, (failed) => (failed ? next(failed) : res.json({ hello: 'alice' })));
    };
    void (passport.authenticate('local', answer) as express.RequestHandler)(req, res, next);
  });
}

describe('client/login-outcome', () => {
  afterEach(stopPanels);

  for (const path of ['/login', '/redirecting', '/empty', '/custom']) {
    it(`says what became of the password, whatever the login route answers: ${path}`, async () => {
      const panel = await startPanel({ routes });
      const client = createSecondFactorClient({ fetch: browserFetch(new Client(panel)) });
      expect(await client.login(path, WRONG)).to.have.property('next', 'refused');
      expect(await client.login(path, ALICE)).to.have.nested.property('status.state', 'signed-in');
      await enroll(panel);
      const other = createSecondFactorClient({ fetch: browserFetch(new Client(panel)) });
      expect(await other.login(path, ALICE)).to.have.property('next', 'code-required');
      expect(await other.status()).to.include({ state: 'pending' });
    });
  }

  it('says that a wrong password was refused, also to who is signed in already', async () => {
    const panel = await startPanel({ routes });
    const client = createSecondFactorClient({ fetch: browserFetch(new Client(panel)) });
    await client.login('/custom', ALICE);
    expect(await client.login('/custom', WRONG)).to.have.property('next', 'refused');
    expect(await client.status()).to.include({ state: 'signed-in' });
  });

  it('leaves the answer of the application to the application', async () => {
    const panel = await startPanel({ routes });
    const client = createSecondFactorClient({ fetch: browserFetch(new Client(panel)) });
    const refused = await client.login('/custom', WRONG);
    if (refused.next !== 'refused') throw new Error(refused.next);
    expect(refused.response.status).to.equal(401);
    expect(await refused.response.json()).to.deep.equal({ code: 'password-invalid' });
    const signedIn = await client.login('/custom', ALICE);
    if (signedIn.next !== 'signed-in') throw new Error(signedIn.next);
    expect(await signedIn.response.json()).to.deep.equal({ hello: 'alice' });
  });

  it('reads a response that the application got by itself', async () => {
    const panel = await startPanel();
    await enroll(panel);
    const fetch = browserFetch(new Client(panel));
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('/login', { method: 'POST', headers, body: JSON.stringify(ALICE) });
    const outcome = await createSecondFactorClient({ fetch }).readLogin(response);
    expect(outcome).to.have.property('next', 'code-required');
  });

  it('rejects with a refusal of the package, such as of another site', async () => {
    const panel = await startPanel({
      routes: ({ app }) => {
        app.post('/down', (_req, res) => {
          const type = 'urn:passport-second-factor:error:store-unavailable';
          res.status(503).json({ type, title: 'x', status: 503, code: 'store-unavailable' });
        });
      },
    });
    const client = createSecondFactorClient({ fetch: browserFetch(new Client(panel)) });
    expect(await rejectionCode(client.login('/down', ALICE))).to.equal('store-unavailable');
  });

  for (const status of [404, 408, 429, 500, 502, 503]) {
    it(`takes no password for wrong by an answer that is not about it: ${String(status)}`, async () => {
      const answer = new Response('<h1>not now</h1>', {
        status,
        headers: { 'content-type': 'text/html', 'retry-after': '17' },
      });
      const client = createSecondFactorClient({ fetch: () => Promise.resolve(answer) });
      const rejected = await rejection(client.login('/login', ALICE));
      expect(rejected).to.include({ code: 'unexpected-answer', status, retryAfter: 17 });
    });
  }

  it('says so when the browser does not keep the session', async () => {
    const panel = await startPanel();
    await enroll(panel);
    const forgetful: typeof globalThis.fetch = (url, init) => browserFetch(new Client(panel))(url, init);
    const client = createSecondFactorClient({ fetch: forgetful });
    expect(await rejectionCode(client.login('/login', ALICE))).to.equal('session-missing');
  });

  it('takes nobody for signed in by what somebody else says of a state', async () => {
    for (const state of ['down', null, {}]) {
      const client = createSecondFactorClient({ fetch: () => Promise.resolve(Response.json({ state })) });
      expect(await rejectionCode(client.login('/login', ALICE))).to.equal('unexpected-answer');
    }
  });

  it('tells that it was given up while the answer was read, whatever the reason', async () => {
    for (const reason of [undefined, new Error('the view is gone'), 'gone']) {
      const controller = new AbortController();
      const { signal } = controller;
      const body = new ReadableStream(
        {
          pull(stream) {
            controller.abort(reason);
            stream.error(signal.reason);
          },
        },
        // Asked for nothing before it is read.
        { highWaterMark: 0 },
      );
      const headers = { 'content-type': 'application/json' };
      const client = createSecondFactorClient({
        fetch: () => Promise.resolve(new Response(body, { headers })),
      });
      expect(await rejectionCode(client.login('/login', ALICE, { signal }))).to.equal('aborted');
    }
  });
});
