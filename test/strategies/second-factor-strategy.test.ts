import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import type { AuthenticateOptions } from 'passport';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, PanelParts, User } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';

const whoIsThere: RequestHandler = (req, res) => {
  const { secondFactor, authInfo, user } = req;
  res.json({ user: (user as User | undefined | null)?.id ?? null, state: secondFactor?.state, authInfo });
};

/** A panel with a code route of its own, on one strategy object. */
const start = (options: AuthenticateOptions = {}, parts: PanelParts = {}): Promise<Panel> =>
  startPanel({
    ...parts,
    routes(made: Panel) {
      const { app, passport, secondFactor } = made;
      passport.use(secondFactor.strategy);
      app.post('/two-step/code', express.json(), passport.authenticate('second-factor', options), whoIsThere);
      parts.routes?.(made);
    },
  });

for (const passport of [0.6, 0.7] as const) {
  describe(`strategies/second-factor-strategy with Passport ${passport}`, () => {
    afterEach(stopPanels);

    it('completes a parked sign-in under a new session id', async () => {
      const panel = await start({}, { passport });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const { cookie } = client;
      panel.told();
      const answer = await client.post('/two-step/code', { code: phone.nextCode() });
      expect(answer.body).to.deep.equal({
        user: 'alice',
        state: 'verified',
        authInfo: { recoveryCodesLeft: 10 },
      });
      expect(sessionId(client)).not.to.equal(sessionId(cookie));
      expect(await panel.stored(cookie)).to.equal(null);
      expect((await panel.stored(client))?.passportSecondFactor).to.include({
        state: 'verified',
        method: 'otp',
      });
      expect((await client.get('/secret')).status).to.equal(200);
      expect(panel.told()).to.deep.equal(['code-accepted', 'signed-in']);
    });

    it('takes a recovery code, and tells how many are left', async () => {
      const panel = await start({}, { passport });
      await enroll(panel);
      const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'operator' }))!;
      const client = await loggedIn(panel);
      const answer = await client.post('/two-step/code', { code });
      expect(answer.body.authInfo).to.deep.equal({ recoveryCodesLeft: 9 });
    });

    it('remembers the browser for a ticked box, where that is on', async () => {
      for (const [options, rememberBrowser, state] of [
        [{ rememberBrowsers: { days: 30 } }, 'on', 'remembered'],
        [{ rememberBrowsers: { days: 30 } }, 'off', 'pending'],
        [{ rememberBrowsers: { days: 30 } }, undefined, 'pending'],
        [{}, 'on', 'pending'],
      ] as const) {
        const panel = await start({}, { passport, options });
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        await client.post('/two-step/code', { code: phone.nextCode(), rememberBrowser });
        await client.post('/logout');
        await client.login('alice');
        expect((await client.get('/two-step')).body.state, String(rememberBrowser)).to.equal(state);
      }
    });

    for (const [what, code, status] of [
      ['a wrong code', '000000', 401],
      ['a malformed code', 'abc', 400],
      ['no code', undefined, 400],
      ['an array of codes (H1)', ['000000'], 400],
      ['a number (H2)', 123456, 400],
    ] as const) {
      it(`refuses ${what} with ${status}, and the sign-in stays parked`, async () => {
        const panel = await start({}, { passport });
        await enroll(panel);
        const client = await loggedIn(panel);
        const before = await panel.stored(client);
        const answer = await client.post('/two-step/code', { code });
        expect(answer.status).to.equal(status);
        expect(await client.me()).to.equal(null);
        expect((await panel.stored(client))?.passportSecondFactor).to.deep.equal(
          before?.passportSecondFactor,
        );
      });
    }

    it('refuses a code that was used, and one while locked', async () => {
      const panel = await start({ failureMessage: true }, { passport });
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const code = phone.nextCode();
      await client.post('/two-step/code', { code });
      const again = await loggedIn(panel);
      expect((await again.post('/two-step/code', { code })).status).to.equal(401);
      const next = phone.nextCode();
      const wrong = next === '000000' ? '111111' : '000000';
      for (let guess = 0; guess < 5; guess++) await again.post('/two-step/code', { code: wrong });
      const before = await panel.store.get('alice');
      expect((await again.post('/two-step/code', { code: next })).status).to.equal(429);
      expect(await panel.store.get('alice')).to.equal(before);
    });

    it('refuses strangers, expired sign-ins, and who is signed in already', async () => {
      const panel = await start({}, { passport });
      const { client, phone } = await enrolled(panel);
      const before = await panel.store.get('alice');
      expect((await new Client(panel).post('/two-step/code', { code: phone.nextCode() })).status).to.equal(
        401,
      );
      expect((await client.post('/two-step/code', { code: phone.nextCode() })).status).to.equal(401);
      expect(await client.me(), 'stays signed in').to.equal('alice');
      const late = await loggedIn(panel);
      panel.now += 600_000;
      expect((await late.post('/two-step/code', { code: phone.nextCode() })).status).to.equal(401);
      expect(await late.me()).to.equal(null);
      expect(await panel.store.get('alice'), 'nothing was spent').to.equal(before);
    });

    it('makes one session of many right codes at once, on one strategy object (A14, C5)', async () => {
      const panel = await start({}, { passport });
      const [alice, bob] = [await enroll(panel), await enroll(panel, 'bob')];
      const clients = await Promise.all([0, 1, 2, 3].map((i) => loggedIn(panel, i % 2 ? 'bob' : 'alice')));
      const codes = [alice.nextCode(), bob.nextCode()];
      codes[0] = alice.nextCode();
      const answers = await Promise.all(
        clients.map((browser, i) => browser.post('/two-step/code', { code: codes[i % 2] })),
      );
      for (const [i, answer] of answers.entries()) {
        if (answer.status === 200) expect(answer.body.user).to.equal(i % 2 ? 'bob' : 'alice');
      }
      expect(answers.filter(({ status }) => status === 200)).to.have.length(2);
    });
  });
}

describe('strategies/second-factor-strategy with the options of passport.authenticate', () => {
  afterEach(stopPanels);

  it('redirects to what the first step asked for, else to successReturnToOrRedirect', async () => {
    const panel = await start(
      { successReturnToOrRedirect: '/start' },
      {
        routes({ app }) {
          app.post('/wanted', (req, res) => res.json(Object.assign(req.session, { returnTo: '/mine' })));
        },
      },
    );
    const phone = await enroll(panel);
    const plain = await loggedIn(panel);
    expect((await plain.post('/two-step/code', { code: phone.nextCode() })).headers.location).to.equal(
      '/start',
    );
    const client = new Client(panel);
    await client.post('/wanted');
    await client.login('alice');
    const answer = await client.post('/two-step/code', { code: phone.nextCode() });
    expect(answer.status).to.equal(302);
    expect(answer.headers.location).to.equal('/mine');
    expect(await client.me()).to.equal('alice');
    expect(await panel.stored(client), 'used once').not.to.have.property('returnTo');
  });

  it('redirects to successRedirect and to failureRedirect', async () => {
    const panel = await start({ successRedirect: '/in', failureRedirect: '/two-step/again' });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/code', { code: 'x' })).headers.location).to.equal('/two-step/again');
    expect((await client.post('/two-step/code', { code: phone.nextCode() })).headers.location).to.equal(
      '/in',
    );
    expect(await client.me()).to.equal('alice');
  });

  it('leaves the message for people in the session with failureMessage', async () => {
    const panel = await start({ failureMessage: true });
    await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/code', { code: '000000' });
    expect((await panel.stored(client))?.messages).to.deep.equal(['The code is not right.']);
    expect((await panel.stored(client))?.passportSecondFactor).to.include({ state: 'pending' });
  });

  it('hands the status to the error handler with failWithError', async () => {
    const panel = await start({ failWithError: true });
    await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/code', { code: 'x' })).status).to.equal(400);
    expect(panel.errors[0]).to.include({ name: 'AuthenticationError', status: 400 });
  });

  it('leaves authInfo out with authInfo: false', async () => {
    const panel = await start({ authInfo: false });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/code', { code: phone.nextCode() })).body).not.to.have.property(
      'authInfo',
    );
  });

  it('keeps what the application owns with keepSessionInfo', async () => {
    for (const keepSessionInfo of [true, false]) {
      const panel = await start(
        { keepSessionInfo },
        {
          routes({ app }) {
            app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: ['book'] })));
          },
        },
      );
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      await client.post('/cart');
      await client.post('/two-step/code', { code: phone.nextCode() });
      const stored = await panel.stored(client);
      expect(stored?.cart).to.deep.equal(keepSessionInfo ? ['book'] : undefined);
      expect(stored?.passportSecondFactor).to.include({ state: 'verified' });
    }
  });

  it('gives the user of one request without a session with session: false', async () => {
    const panel = await start({ session: false });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const answer = await client.post('/two-step/code', { code: phone.nextCode() });
    expect(answer.body.user).to.equal('alice');
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).body.code).to.equal('code-required');
  });

  it('gives the user under another name with assignProperty, and signs nobody in', async () => {
    const panel = await start({ assignProperty: 'checked' });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/code', { code: phone.nextCode() })).body.user).to.equal(null);
    expect(await client.me()).to.equal(null);
  });

  it('works in a chain of strategies', async () => {
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use(secondFactor.strategy);
        const either = passport.authenticate(['second-factor', 'local']);
        app.post('/either', express.json(), either, whoIsThere);
      },
    });
    const phone = await enroll(panel);
    const client = new Client(panel);
    const password = { username: 'alice', password: 'password' };
    expect((await client.post('/either', password)).body.code).to.equal('code-required');
    expect((await client.post('/either', { code: phone.nextCode() })).body).to.include({
      user: 'alice',
      state: 'verified',
    });
  });

  it('works when the object itself is handed to passport.authenticate', async () => {
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        app.post(
          '/direct',
          express.json(),
          passport.authenticate(secondFactor.strategy as never),
          whoIsThere,
        );
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/direct', { code: phone.nextCode() })).body.user).to.equal('alice');
  });

  it('works under another name', async () => {
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use('totp', secondFactor.strategy as never);
        app.post('/totp', express.json(), passport.authenticate('totp'), whoIsThere);
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect((await client.post('/totp', { code: phone.nextCode() })).body.user).to.equal('alice');
  });
});
