import { expect } from 'chai';
import type { RequestHandler } from 'express';
import passport from 'passport';
import { requireSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { burst, enroll, enrolled, loggedIn } from '../support/people.js';
import { knows, startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { seenBy, sessionId } from '../support/sessions.js';

/** The reasons of the demotions so far. */
function demotions(panel: Panel): unknown[] {
  return panel.events.flatMap((event) => (event.name === 'session-demoted' ? [event.reason] : []));
}

/** Writes into a session as the store has it. */
async function rewrite(panel: Panel, client: Client, change: object): Promise<void> {
  const stored = JSON.parse(JSON.stringify({ ...(await panel.stored(client)), ...change })) as never;
  await new Promise((done) => panel.sessionStore.set(sessionId(client), stored, done));
}

describe('request/evaluate-request', () => {
  afterEach(stopPanels);

  it('parks every other session of an account when the second factor is enabled (D8)', async () => {
    const panel = await startPanel();
    const other = await loggedIn(panel);
    const phone = await enroll(panel);
    const cookie = other.cookie;
    expect(await other.me()).to.equal(null);
    expect(demotions(panel)).to.deep.equal(['enrolled-elsewhere']);
    const { passportSecondFactor: mark } = (await panel.stored(other))!;
    expect(mark).to.include({ state: 'pending', account: 'alice' });
    expect(await panel.stored(other)).not.to.have.property('passport');
    expect(await panel.stored(cookie), 'the id it had is dead').to.equal(null);
    expect((await other.get('/secret')).body.code).to.equal('code-required');
    expect((await other.post('/two-step/verify', { code: phone.nextCode() })).body).to.include({
      state: 'verified',
    });
    expect(await other.me()).to.equal('alice');
  });

  it('ends sessions when accounts begin to have a security stamp, and when they have none any more', async () => {
    const given = { stamp: true };
    const panel = await startPanel({
      options: {
        account: ({ id, login, passwordChangedAt }) => ({
          id,
          name: login,
          ...(given.stamp && { securityStamp: passwordChangedAt }),
        }),
      },
    });
    for (const stamp of [true, false]) {
      given.stamp = stamp;
      const client = await loggedIn(panel);
      expect(await client.me(), String(stamp)).to.equal('alice');
      given.stamp = !stamp;
      expect(await client.me(), String(stamp)).to.equal(null);
      given.stamp = stamp;
      expect(await client.me(), 'it does not come back').to.equal(null);
    }
  });

  it('makes a verified session a signed-in one when the factor is gone, and the guard refuses', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    const passwordAt = (await panel.stored(client))?.passportSecondFactor?.passwordAt;
    const cookie = client.cookie;
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    expect((await client.get('/secret')).body.code).to.equal('enrollment-required');
    expect(await client.me()).to.equal('alice');
    expect(demotions(panel)).to.deep.equal(['factor-gone']);
    const mark = (await panel.stored(client))?.passportSecondFactor;
    expect(mark)
      .to.include({ state: 'signed-in', passwordAt })
      .and.not.have.any.keys('enrollment', 'factorAt');
    expect(await seenBy(panel, cookie)).to.equal(null);
  });

  it('parks a verified session whose factor was replaced, and wants the new code', async () => {
    const panel = await startPanel();
    const { client, phone: old } = await enrolled(panel);
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    const phone = await enroll(panel);
    expect(await client.me()).to.equal(null);
    expect(demotions(panel)).to.include('factor-replaced');
    expect((await client.post('/two-step/verify', { code: old.nextCode() })).body.code).to.equal(
      'code-invalid',
    );
    expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  for (const enabled of [true, false]) {
    it(`ends a session ${enabled ? 'with' : 'without'} a second factor when the password changed`, async () => {
      const panel = await startPanel();
      const client = enabled ? (await enrolled(panel)).client : await loggedIn(panel);
      const cookie = client.cookie;
      userOf(panel).passwordChangedAt = 2;
      expect(await client.me()).to.equal(null);
      expect(await client.me()).to.equal(null);
      expect(demotions(panel)).to.deep.equal(['password-changed']);
      expect(await panel.stored(cookie)).to.equal(null);
    });
  }

  it('ends a session whose account is gone, also where deserializeUser still knows it', async () => {
    let gone = false;
    const panel: Panel = await startPanel({
      options: { findUser: (id) => (gone ? null : panel.users.find((each) => each.id === id)) },
    });
    const { client } = await enrolled(panel);
    gone = true;
    const cookie = client.cookie;
    expect(await client.me()).to.equal(null);
    expect(demotions(panel)).to.deep.equal(['account-gone']);
    expect(await panel.stored(cookie)).to.equal(null);
  });

  it('adopts a session without a mark, without a time of the password', async () => {
    const panel = await startPanel();
    const client = await loggedIn(panel);
    await rewrite(panel, client, { passportSecondFactor: undefined });
    expect(await client.me()).to.equal('alice');
    const mark = (await panel.stored(client))?.passportSecondFactor;
    expect(mark).to.include({ state: 'signed-in', account: 'alice', passwordAt: null });
    expect((await client.post('/two-step/setup')).body.code, 'no fresh password').to.equal(
      'step-up-required',
    );
  });

  for (const mark of [
    undefined,
    'verified',
    { state: 'verified' },
    {
      state: 'verified',
      account: 'alice',
      stamp: null,
      passwordAt: 0,
      enrollment: 'x',
      factorAt: 'now',
      method: 'otp',
    },
  ]) {
    it(`parks a session of an enrolled account that has ${mark === undefined ? 'nothing' : JSON.stringify(mark)} for a mark`, async () => {
      const panel = await startPanel();
      const { client } = await enrolled(panel);
      await rewrite(panel, client, { passportSecondFactor: mark });
      expect(await client.me()).to.equal(null);
      expect(demotions(panel)).to.deep.equal(['unmarked']);
      expect((await panel.stored(client))?.passportSecondFactor).to.include({ state: 'pending' });
    });
  }

  it('moves on from a session without a mark whose user changes when it is deserialized', async () => {
    const authenticator = new passport.Passport();
    let loads = 0;
    authenticator.serializeUser((user, done) => {
      done(null, { ...user });
    });
    authenticator.deserializeUser((user, done) => {
      done(null, Object.assign(user as User, { loads: ++loads }));
    });
    const panel = await startPanel({ authenticator });
    for (const login of ['alice', 'bob']) {
      const { client, phone } = await enrolled(panel, login);
      await rewrite(panel, client, {
        passport: { user: { ...userOf(panel, login) } },
        passportSecondFactor: undefined,
      });
      if (login === 'bob') panel.users.pop();
      expect((await client.get('/me')).body).to.deep.equal({ user: null });
      if (login === 'bob') expect(demotions(panel)).to.deep.equal(['unmarked', 'account-gone']);
      else
        expect((await client.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
          'verified',
        );
    }
  });

  it('ends a session whose mark names another account than Passport', async () => {
    const panel = await startPanel();
    await enroll(panel, 'bob');
    const { client } = await enrolled(panel);
    await rewrite(panel, client, { passport: { user: 'bob' } });
    const cookie = client.cookie;
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).status).to.equal(401);
    expect(await panel.stored(cookie)).to.equal(null);
  });

  it('counts no mark without the key of Passport', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    await rewrite(panel, client, { passport: undefined });
    expect(await client.me()).to.equal(null);
    expect((await client.get('/two-step')).body.state).to.equal('anonymous');
    expect((await client.get('/secret')).body.code).to.equal('login-required');
    expect(await panel.stored(client)).not.to.have.property('passportSecondFactor');
  });

  it('refuses a user who came by other credentials than the session, and leaves the session alone (L1)', async () => {
    const panel = await startPanel({
      first: ({ app, users }: Panel) =>
        app.use((req, _res, next) => {
          const login = req.get('x-token');
          if (login !== undefined) {
            Object.defineProperty(req, 'user', {
              configurable: true,
              get: () => users.find((known) => known.login === login),
              set() {},
            });
          }
          next();
        }),
    });
    const { client } = await enrolled(panel);
    const before = await panel.stored(client);
    expect((await client.get('/secret', { 'x-token': 'bob' })).body.code).to.equal('session-required');
    expect((await panel.stored(client))?.passportSecondFactor).to.deep.equal(before?.passportSecondFactor);
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('answers 503 for a record that does not open, and shows nobody (A8)', async () => {
    const store = memoryStore();
    const panel = await startPanel({ store });
    const { client } = await enrolled(panel);
    const sealed = (await store.get('alice'))!;
    await store.compareAndSet('alice', sealed, `${sealed.slice(0, -4)}AAAA`);
    const stored = await panel.stored(client);
    for (const path of ['/secret', '/me']) {
      const answer = await client.get(path);
      expect(answer.status, path).to.equal(503);
      expect(answer.body, path).to.deep.equal({ code: 'record-unreadable' });
    }
    expect((await new Client(panel).login('alice')).body.code).to.equal('record-unreadable');
    expect((await panel.stored(client))?.passportSecondFactor, 'for when the key is back').to.deep.equal(
      stored?.passportSecondFactor,
    );
    expect(panel.told()).to.include('record-unreadable');
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    expect(await client.me()).to.equal('alice');
  });

  it('answers 503 when the panel knows of a factor and the store has no record (J3)', async () => {
    const flags = new Map<string, boolean>();
    const store = memoryStore();
    const panel = await startPanel({
      store,
      options: {
        account: ({ id, login }) => ({ id, name: login, enrolled: flags.get(id) ?? false }),
        setEnrolled: (id, enrolled) => void flags.set(id, enrolled),
      },
    });
    const { client } = await enrolled(panel);
    await store.compareAndSet('alice', await store.get('alice'), null);
    expect((await client.get('/secret')).body).to.deep.equal({ code: 'record-missing' });
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ code: 'record-missing' });
    expect(await panel.secondFactor.admin.disable('alice', { by: 'operator' })).to.equal(true);
    expect(flags.get('alice')).to.equal(false);
    expect(await client.me()).to.equal('alice');
  });

  it('hands errors of account() and findUser to the error handler, with nobody there (A8)', async () => {
    let broken = '';
    const panel: Panel = await startPanel({
      options: {
        account: ({ id, login }) => {
          if (broken === 'account') throw new Error('account broke');
          return { id, name: login };
        },
        findUser: (id) => {
          if (broken === 'findUser') throw new Error('findUser broke');
          return panel.users.find((each) => each.id === id);
        },
      },
    });
    const { client } = await enrolled(panel);
    for (const name of ['account', 'findUser']) {
      broken = name;
      const answer = await client.get('/secret');
      expect(answer.status).to.equal(500);
      const { code, cause } = panel.errors.at(-1) as { code?: unknown; cause?: unknown };
      expect(code).to.equal(name === 'account' ? 'account-invalid' : 'find-user-failed');
      expect(cause).to.include({ message: `${name} broke` });
    }
    broken = '';
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('parks a request under way so that no later passport.session() finds the user (L4)', async () => {
    const panel = await startPanel({
      routes({ app, passport }) {
        app.get('/sub', passport.session(), (req, res) => res.json({ user: req.user ?? null }));
      },
    });
    const other = await loggedIn(panel);
    await enroll(panel);
    expect((await other.get('/sub')).body.user).to.equal(null);
  });

  it('carries the demotion through concurrent requests of one session', async () => {
    const panel = await startPanel();
    const other = await loggedIn(panel);
    await enroll(panel);
    const cookie = other.cookie;
    const seen = await burst(10, () => seenBy(panel, cookie));
    expect(seen.filter(Boolean)).to.deep.equal([]);
    expect(await panel.stored(cookie)).to.equal(null);
  });

  it('saves the second look-up with deserializedUserIsFresh, and only then', async () => {
    for (const [deserializedUserIsFresh, calls] of [
      [true, 0],
      [false, 1],
    ] as const) {
      let looked = 0;
      const panel: Panel = await startPanel({
        options: {
          deserializedUserIsFresh,
          findUser(id) {
            looked++;
            return panel.users.find((each) => each.id === id);
          },
        },
      });
      const { client } = await enrolled(panel);
      looked = 0;
      expect((await client.get('/secret')).status).to.equal(200);
      expect(looked).to.equal(calls);
      userOf(panel).passwordChangedAt = 2;
      expect(await client.me(), 'the fresh user is evaluated').to.equal(null);
    }
  });

  it('leaves strangers alone, and gives them no session', async () => {
    const panel = await startPanel();
    const client = new Client(panel);
    expect((await client.get('/two-step')).body).to.have.keys('state', 'serverTime');
    expect((await client.get('/me')).headers).not.to.have.property('set-cookie');
  });

  it('evaluates who a strategy that was mounted too early signed in, on the next request', async () => {
    const panel = await startPanel({
      afterPassport(made) {
        knows(made, 'early', (req) => req.get('x-early'));
        made.app.use(made.passport.authenticate('early') as RequestHandler);
      },
    });
    await enroll(panel);
    const client = new Client(panel);
    expect((await client.get('/me', { 'x-early': 'alice' })).body.user).to.equal(null);
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).body.code).to.equal('code-required');
  });

  it('knows at once whom it took over from before the package', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/before', (req, res) => {
          Reflect.deleteProperty(req.session, 'passportSecondFactor');
          res.json({});
        });
        app.get('/lenient', requireSecondFactor({ unenrolled: 'allow' }), (_req, res) => res.json({}));
      },
    });
    const client = await loggedIn(panel);
    await client.post('/before');
    expect((await client.get('/lenient')).status).to.equal(200);
  });
});
