import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import { sameOrigin } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enroll, enrolled } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const byHeader = (req: express.Request): string | undefined => req.get('x-login');

describe('integration traps: around the login route', () => {
  afterEach(stopPanels);

  describe('Remember-me strategies', () => {
    const rememberMe = (made: Panel): void => {
      knows(made, 'remember-me', byHeader);
      made.app.use(made.passport.authenticate('remember-me') as RequestHandler);
    };
    const header = { 'x-login': 'alice' };

    it('sign in with a code when they come after the router', async () => {
      const panel = await startPanel({ routes: rememberMe });
      const phone = await enroll(panel);
      const client = new Client(panel);
      expect((await client.get('/me', header)).body.code).to.equal('code-required');
      expect((await client.post('/two-step/verify', { code: phone.nextCode() }, header)).status).to.equal(
        200,
      );
      expect((await client.get('/me', header)).body.user).to.equal('alice');
    });

    it('begin again at every request, also at a code route outside of basePath', async () => {
      const codeRoute =
        (path: string) =>
        (made: Panel): void => {
          made.passport.use(made.secondFactor.strategy as never);
          rememberMe(made);
          made.app.post(
            path,
            express.json(),
            made.passport.authenticate('second-factor') as RequestHandler,
            (_req, res) => res.json({ ok: true }),
          );
        };
      const open = await startPanel({ routes: codeRoute('/code') });
      const openPhone = await enroll(open);
      const stuck = new Client(open);
      await stuck.get('/me', header);
      expect((await stuck.post('/code', { code: openPhone.nextCode() }, header)).body.code).to.equal(
        'code-required',
      );

      const closed = await startPanel({ routes: codeRoute('/two-step/code') });
      const phone = await enroll(closed);
      const client = new Client(closed);
      await client.get('/me', header);
      expect((await client.post('/two-step/code', { code: phone.nextCode() }, header)).body).to.deep.equal({
        ok: true,
      });
      expect(await client.me()).to.equal('alice');
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
