import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import type { Json, SecondFactorOptions } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

type OnSignedIn = NonNullable<SecondFactorOptions<User>['onSignedIn']>;

/** Express-session reports what it could not save after the answer; Express prints that, but not in tests. */
const quiet = ({ app }: Panel): unknown => app.set('env', 'test');

describe('sign-in/sign-in: onSignedIn and carry', () => {
  afterEach(stopPanels);

  it('is awaited after a complete sign-in, with and without a second factor, before the answer', async () => {
    const told: unknown[] = [];
    const onSignedIn: OnSignedIn = async (req, res, user, info) => {
      // Far more than it takes to answer.
      for (let turns = 0; turns < 100; turns++) await turn();
      expect(res.headersSent).to.equal(false);
      told.push({ user: user.id, state: req.secondFactor?.state, ...info });
    };
    const panel = await startPanel({ options: { onSignedIn } });
    const phone = await enroll(panel);
    expect(told).to.deep.equal([{ user: 'alice', state: 'signed-in', method: null, carried: undefined }]);
    const client = await loggedIn(panel);
    expect(told, 'not for the first step').to.have.length(1);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(told[1]).to.deep.equal({ user: 'alice', state: 'verified', method: 'otp', carried: undefined });

    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'operator' }))!;
    const recovered = await loggedIn(panel);
    await recovered.post('/two-step/verify', { code });
    expect(told[2]).to.include({ method: 'recovery-code' });
  });

  it('may set cookies and write the session', async () => {
    const panel = await startPanel({
      options: {
        onSignedIn(req, res) {
          res.setHeader('X-Last-Login', 'now');
          Object.assign((req as unknown as { session: object }).session, { lastLogin: 'now' });
        },
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const answer = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(answer.headers['x-last-login']).to.equal('now');
    expect(await panel.stored(client)).to.include({ lastLogin: 'now' });
  });

  it('is handed what carry took at the first step, before the session was regenerated', async () => {
    const told: (Json | undefined)[] = [];
    const panel = await startPanel({
      options: {
        carry: (req) => (req as unknown as { session: { cart?: string[] } }).session.cart,
        onSignedIn: (_req, _res, _user, { carried }) => void told.push(carried),
      },
      routes({ app }) {
        app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: ['book'] })));
      },
    });
    const phone = await enroll(panel);
    const client = new Client(panel);
    await client.post('/cart');
    await client.login('alice');
    expect((await panel.stored(client))?.passportSecondFactor?.carried).to.deep.equal(['book']);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    const bob = new Client(panel);
    await bob.post('/cart');
    await bob.login('bob');
    expect(told).to.deep.equal([undefined, ['book'], ['book']]);
  });

  it('is handed it, and leads where the browser was stopped, also if the password is given twice', async () => {
    const told: (Json | undefined)[] = [];
    const panel = await startPanel({
      options: {
        carry: (req, before) => (req as unknown as { session: { cart?: string } }).session.cart ?? before,
        onSignedIn: (_req, _res, _user, { carried }) => void told.push(carried),
      },
      routes({ app, passport }) {
        app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: 'book' })));
        app.post('/more', (req, res) =>
          res.json(Object.assign(req.session, { cart: 'two', returnTo: '/else' })),
        );
        const to = { successReturnToOrRedirect: '/' };
        app.post('/form-login', express.urlencoded(), passport.authenticate('local', to) as RequestHandler);
      },
    });
    const phone = await enroll(panel);
    const [alice, bob] = ['alice', 'bob'].map((username) => ({ username, password: 'password' }));
    const signIn = async (...between: ((client: Client) => Promise<unknown>)[]): Promise<unknown> => {
      const client = new Client(panel);
      await client.post('/cart');
      await client.open('/secret');
      await client.submit('/form-login', alice);
      for (const act of between) await act(client);
      const { location } = await client.submit('/two-step/verify', { code: phone.nextCode() });
      return [location, told.pop()];
    };
    const again = (client: Client): Promise<unknown> => client.submit('/form-login', alice);
    expect(await signIn()).to.deep.equal(['/secret', 'book']);
    expect(await signIn(again)).to.deep.equal(['/secret', 'book']);
    expect(await signIn(again, again)).to.deep.equal(['/secret', 'book']);
    const more = (client: Client): Promise<unknown> => client.post('/more');
    expect(await signIn(more, again), 'what is newer').to.deep.equal(['/else', 'two']);
    const other = (client: Client): Promise<unknown> => client.submit('/form-login', bob);
    const logOut = (client: Client): Promise<unknown> => client.post('/logout');
    expect(await signIn(other, logOut, again), 'after somebody else').to.deep.equal(['/', undefined]);

    const client = new Client(panel);
    await client.post('/cart');
    await client.open('/secret');
    await client.submit('/form-login', alice);
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    const { location } = await client.submit('/form-login', alice);
    expect([location, told.pop()], 'once the password is enough').to.deep.equal(['/secret', 'book']);
  });

  it('leads where a guard stopped the browser, also the account that the automatic switch leads to', async () => {
    const panel = await startPanel({
      users: [user('root'), user('admin')],
      options: {
        account: ({ id }) => ({ id, name: id, securityStamp: 1, level: id }),
        impersonation: { levels: ['root', 'admin'], autoSwitch: { root: 'admin' } },
      },
      routes({ app, passport }) {
        const to = { successReturnToOrRedirect: '/' };
        app.post('/form-login', express.urlencoded(), passport.authenticate('local', to) as RequestHandler);
      },
    });
    const client = new Client(panel);
    for (const wanted of ['/secret?tab=2', '/']) {
      if (wanted !== '/') await client.open(wanted);
      const { location } = await client.submit('/form-login', { username: 'root', password: 'password' });
      expect(location).to.equal(wanted);
      expect(await client.me()).to.equal('admin');
      await client.post('/logout');
    }
  });

  it('undoes the sign-in when it throws, and passes the error on; the next one works', async () => {
    let broken = false;
    const panel: Panel = await startPanel({
      options: {
        async onSignedIn() {
          await turn();
          if (broken) throw new Error('last-login could not be written');
        },
      },
    });
    const phone = await enroll(panel);
    broken = true;
    panel.told();
    const bob = new Client(panel);
    const refused = await bob.login('bob');
    expect(refused.status).to.equal(500);
    expect(refused.body.code).to.equal('last-login could not be written');
    expect(await bob.me()).to.equal(null);

    const client = await loggedIn(panel);
    const parked = client.cookie;
    const code = phone.nextCode();
    const answer = await client.post('/two-step/verify', { code });
    expect(answer.status).to.equal(500);
    expect(await client.me()).to.equal(null);
    expect(await panel.stored(parked), 'the parked sign-in is over').to.equal(null);
    expect(panel.told()).not.to.include('signed-in');

    broken = false;
    const again = await loggedIn(panel);
    expect((await again.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
    expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    expect(await again.me()).to.equal('alice');
  });

  it('lets nobody in when the session cannot be saved after the code (J5)', async () => {
    const panel: Panel = await startPanel({ first: quiet });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const set = panel.sessionStore.set.bind(panel.sessionStore);
    panel.sessionStore.set = (_id, _session, done) => done?.(new Error('the session store is full'));
    const code = phone.nextCode();
    const answer = await client.post('/two-step/verify', { code });
    expect(answer.status).to.equal(500);
    panel.sessionStore.set = set;
    expect(await client.me()).to.equal(null);
    const again = await loggedIn(panel);
    expect((await again.post('/two-step/verify', { code })).body.code, 'spent').to.equal('code-already-used');
    expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  it('lets nobody in when the mark cannot be saved after Passport signed in (J5)', async () => {
    const panel: Panel = await startPanel({ first: quiet });
    await enroll(panel);
    const set = panel.sessionStore.set.bind(panel.sessionStore);
    for (const [login, failing] of [
      ['bob', 1],
      ['alice', 1],
    ] as const) {
      let writes = 0;
      panel.sessionStore.set = (id, session, done) => {
        if (++writes === failing) done?.(new Error('the session store is full'));
        else set(id, session, done);
      };
      const client = new Client(panel);
      expect((await client.login(login)).status, `${login}, write ${failing}`).to.equal(500);
      panel.sessionStore.set = set;
      expect(await client.me(), `${login}, write ${failing}`).to.equal(null);
    }
  });

  it('carries nothing of Passport over with the keys of the application (keepSessionInfo)', async () => {
    const panel = await startPanel({
      routes({ app, users }) {
        app.post('/keep', (req, res, next) => {
          Object.assign(req.session, { cart: 'full' });
          const options = { keepSessionInfo: true } as never;
          req.logIn(users[0] as Express.User, options, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const client = await loggedIn(panel, 'bob');
    await client.post('/keep');
    expect(await client.me()).to.equal('alice');
    expect(await panel.stored(client)).to.deep.include({ cart: 'full', passport: { user: 'alice' } });
  });

  it('goes by what the session remembers where Passport is given both ways', async () => {
    const panel = await startPanel({
      routes({ app, users }) {
        app.post('/wanted', (req, res) => res.json(Object.assign(req.session, { returnTo: '/wanted' })));
        const options = { successRedirect: '/fixed', successReturnToOrRedirect: '/else' } as never;
        app.post('/both', (req, res, next) => {
          req.logIn(users[0] as Express.User, options, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    await enroll(panel);
    const client = new Client(panel);
    await client.post('/both');
    expect((await panel.stored(client))?.passportSecondFactor?.returnTo).to.equal('/else');
    await client.post('/wanted');
    await client.post('/both');
    expect((await panel.stored(client))?.passportSecondFactor?.returnTo).to.equal('/wanted');
  });
});
