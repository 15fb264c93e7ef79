import { expect } from 'chai';
import type { ErrorRequestHandler, Request } from 'express';
import type { Redis } from 'ioredis';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import { requireSecondFactor } from '../../lib/index.js';
import type { SecondFactorRequiredError } from '../../lib/index.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { knows, startPanel, stopPanels } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };

for (const where of ['memory', 'Redis'] as const) {
  describe(`session/refuse: the guard and the session store (${where})`, () => {
    let panel: Panel;
    let redis: Redis | undefined;

    beforeEach(async () => {
      redis = where === 'Redis' ? connectRedis(await sharedRedis()) : undefined;
      panel = await startPanel({
        ...(redis && { redis }),
        routes({ app }) {
          app.all('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({}));
        },
      });
    });
    afterEach(async () => {
      await stopPanels();
      redis?.disconnect();
    });

    const texts = async (): Promise<string[]> => {
      if (!redis)
        return Object.values(
          (panel.sessionStore as unknown as { sessions: Record<string, string> }).sessions,
        );
      const keys = (await redis.keys('sess:*')).sort();
      return Promise.all(keys.map(async (key) => String(await redis?.get(key))));
    };
    const stops = async (client: Client, location: string): Promise<void> => {
      for (const answer of [
        await client.get('/danger?wanted', HTML),
        await client.post('/danger', new URLSearchParams(), HTML),
        await client.get('/danger'),
      ]) {
        const stopped = [answer.status, answer.headers.location ?? answer.body.location];
        expect(stopped).to.be.deep.oneOf([303, 401, 403].map((status) => [status, location]));
        expect(String(answer.headers['set-cookie'])).to.not.contain('connect.sid');
      }
    };

    it('makes no session for strangers: they cannot fill the store', async () => {
      for (const each of Array.from({ length: 5 }, () => new Client(panel))) await stops(each, '/login');
      expect(await texts()).to.deep.equal([]);
    });

    it('writes no session of who waits, must step up, or has no factor', async () => {
      const { client, phone } = await enrolled(panel);
      const waiting = await loggedIn(panel);
      const bob = await loggedIn(panel, 'bob');
      phone.nextCode();
      panel.now += 301_000;
      const before = await texts();
      await stops(client, '/two-step/step-up');
      await stops(waiting, '/two-step/verify');
      await stops(bob, '/two-step');
      expect(await texts())
        .to.deep.equal(before)
        .and.have.length(3);
    });

    it('brings no session back that has ended, by a copied cookie', async () => {
      const { client } = await enrolled(panel);
      panel.now += 301_000;
      const { cookie } = client;
      await new Promise((done) => panel.sessionStore.destroy(sessionId(client), done));
      const copies = Array.from({ length: 20 }, () => new Client(panel).get('/danger', { ...HTML, cookie }));
      for (const { headers } of await Promise.all(copies)) expect(headers.location).to.equal('/login');
      expect(await texts()).to.deep.equal([]);
    });
  });
}

describe('session/refuse: where a browser wanted to go', () => {
  let panel: Panel;

  beforeEach(async () => {
    panel = await startPanel({
      routes({ app }) {
        app.all('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({}));
      },
    });
  });
  afterEach(stopPanels);

  it('tells programs how old a code may be, and only where that is asked', async () => {
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    panel.now += 301_000;
    expect((await client.get('/danger')).body).to.include({ code: 'step-up-required', maxAge: 300 });
    expect((await new Client(panel).get('/secret')).body).to.not.have.property('maxAge');
  });

  describe('a link that proves who is there, once: an OAuth callback, a magic link', () => {
    const CALLBACK = '/oauth/callback?state=1&code=alice';

    beforeEach(async () => {
      panel = await startPanel({
        options: { whenCodeRequired: 'error' },
        routes({ app, ...made }) {
          const byCode = (req: Request): string => req.query.code as string;
          knows({ app, ...made }, 'oauth', byCode);
          app.get('/oauth/callback', made.passport.authenticate('oauth', { successRedirect: '/home' }));
          app.get('/token', (req, _res, next) => {
            req.user = { ...made.users[0] };
            next();
          });
          app.get('/token', requireSecondFactor());
          const answer: ErrorRequestHandler = (error: SecondFactorRequiredError, req, _res, _next) => {
            const { code, status, location } = error;
            req.secondFactor?.refuse({
              ok: false,
              kind: 'guard',
              code: code as 'code-required',
              status,
              location,
            });
          };
          app.use(answer);
        },
      });
    });

    it('is never gone back to: who is asked for the code goes where the sign-in leads', async () => {
      const phone = await enroll(panel);
      const client = new Client(panel);
      expect((await client.get(CALLBACK, HTML)).headers.location).to.equal('/two-step/verify');
      const done = await client.post(
        '/two-step/verify',
        new URLSearchParams({ code: phone.nextCode() }),
        HTML,
      );
      expect([done.status, done.headers.location]).to.deep.equal([303, '/home']);
    });

    it('tells a program all that the answer to a password tells, and later requests only where it goes on', async () => {
      const phone = await enroll(panel);
      const client = new Client(panel);
      const { body } = await client.get(CALLBACK);
      expect(body).to.include({
        code: 'code-required',
        location: '/two-step/verify',
        verify: '/two-step/verify',
      });
      expect(body.methods).to.deep.equal(['otp', 'recovery-code']);
      expect(Date.parse(body.until)).to.equal(panel.now + 600_000);
      const later = await client.get('/secret');
      expect(later.body).to.include({ code: 'code-required' }).and.not.have.any.keys('methods', 'until');
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    });

    it('is not gone back to by who was stopped elsewhere before', async () => {
      const phone = await enroll(panel);
      const client = new Client(panel);
      await client.get(CALLBACK, HTML);
      await client.get('/secret?wanted', HTML);
      await client.get(CALLBACK, HTML);
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'pending',
        returnTo: '/home',
      });
      await client.get('/secret?wanted', HTML);
      const done = await client.post(
        '/two-step/verify',
        new URLSearchParams({ code: phone.nextCode() }),
        HTML,
      );
      expect(done.headers.location).to.equal('/secret?wanted');
    });

    it('is not kept for a stranger whom something else than the session let in', async () => {
      const client = new Client(panel);
      expect((await client.get('/token?token=once', HTML)).headers.location).to.equal('/login');
      expect(await panel.stored(client)).to.equal(null);
    });
  });

  it('answers nothing that is no refusal: a decision that lets pass, another code, no location', async () => {
    const refusal = { ok: false, kind: 'guard', code: 'login-required', status: 401, location: '/login' };
    const wrong: readonly object[] = [
      { ok: true },
      {},
      { ...refusal, ok: true },
      ...['bogus', '__proto__', 'toString', 7, undefined].map((code) => ({ ...refusal, code })),
      ...[undefined, null, 7].map((location) => ({ ...refusal, location })),
    ];
    const asked = await startPanel({
      routes({ app }) {
        app.get('/answered/:number', (req, _res) => {
          req.secondFactor?.refuse(wrong[Number(req.params.number)] as never);
        });
      },
    });
    for (const number of wrong.keys()) {
      for (const headers of [HTML, {}]) {
        const answer = await new Client(asked).get(`/answered/${number}`, headers);
        expect([answer.status, answer.headers.location], JSON.stringify(wrong[number])).to.deep.equal([
          500,
          undefined,
        ]);
        expect(asked.errors.at(-1)).to.include({ code: 'option-invalid' });
      }
    }
  });
});
