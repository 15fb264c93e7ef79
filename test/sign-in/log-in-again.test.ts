import { expect } from 'chai';
import { Passport } from 'passport';
import { Client } from '../support/client.js';
import { enrolled, loggedIn, remember } from '../support/people.js';
import { startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel, PanelParts, User } from '../support/panel.js';
import { redisForTests } from '../support/redis-server.js';

const DAY = 86_400_000;

/** What a session may hold of a user. */
type Written = User & { readonly user: User };

describe('sign-in/log-in of who is signed in already', () => {
  afterEach(stopPanels);

  /** A panel that signs its user in again after a change of their profile, which may take its time. */
  async function start(parts: PanelParts = {}): Promise<{
    panel: Panel;
    meanwhile: (act: () => unknown) => void;
    /** From now on everybody must have a second factor. */
    require: () => void;
  }> {
    let act: () => unknown = () => undefined;
    let policy: 'optional' | 'required' = 'optional';
    const panel = await startPanel({
      ...parts,
      options: { rememberBrowsers: { days: 30 }, policy: () => policy, ...parts.options },
      routes({ app }) {
        app.post('/profile', async (req, res, next) => {
          const { user } = req;
          Object.assign(user!, { city: 'Lyon' });
          await act();
          act = () => undefined;
          req.logIn(user!, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    return { panel, meanwhile: (given) => (act = given), require: () => (policy = 'required') };
  }

  it('makes no old password fresh: to enable a second factor they sign in with it again', async () => {
    const { panel } = await start();
    const client = await loggedIn(panel);
    const { passwordAt } = (await panel.stored(client))!.passportSecondFactor!;
    panel.now += 3 * DAY;
    expect((await client.post('/profile')).status).to.equal(200);
    expect((await panel.stored(client))?.passportSecondFactor).to.include({ state: 'signed-in', passwordAt });
    expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
    await client.login('alice');
    expect((await client.post('/two-step/setup')).status).to.equal(200);
  });

  it('makes none fresh on a remembered browser either', async () => {
    const { panel } = await start();
    const owner = await enrolled(panel);
    const { client } = owner;
    await remember(owner);
    const { passwordAt } = (await panel.stored(client))!.passportSecondFactor!;
    panel.now += 3 * DAY;
    expect((await client.post('/profile')).status).to.equal(200);
    expect((await panel.stored(client))?.passportSecondFactor).to.include({
      state: 'remembered',
      passwordAt,
    });
  });

  describe('with an automatic switch', () => {
    const actors = async (client: Client): Promise<unknown> => {
      const { body } = await client.get('/me');
      return [...(body.actors as string[]), body.user];
    };
    const startSwitching = () =>
      start({
        users: ['root', 'admin'].map((id) => user(id)),
        options: {
          account: ({ id, login, passwordChangedAt: securityStamp }) => ({
            id,
            name: login,
            level: id,
            securityStamp,
          }),
          impersonation: { levels: ['root', 'admin'], autoSwitch: { root: 'admin' } },
        },
        beforeRouter: ({ app }) =>
          app.get('/me', ({ user: found, secondFactor }, res) => {
            const { autoSwitchSkipped: skipped } = secondFactor!;
            res.json({ user: (found as User).id, actors: secondFactor!.actors.map(({ id }) => id), skipped });
          }),
      });

    it('leaves them where they are if they have come back from it', async () => {
      const { panel } = await startSwitching();
      const root = await loggedIn(panel, 'root');
      expect(await actors(root)).to.deep.equal(['root', 'admin']);
      await root.leave();
      expect((await root.post('/profile')).status).to.equal(200);
      expect(await actors(root)).to.deep.equal(['root']);
      await root.login('root');
      expect(await actors(root), 'a new sign-in').to.deep.equal(['root', 'admin']);
    });

    it('still tells why they were not switched', async () => {
      const { panel } = await startSwitching();
      await enrolled(panel, 'admin');
      const root = await loggedIn(panel, 'root');
      expect((await root.post('/profile')).status).to.equal(200);
      const { body } = await root.get('/me');
      expect(body).to.deep.equal({ user: 'root', actors: [], skipped: 'target-has-second-factor' });
    });
  });

  for (const has of ['no second factor', 'a second factor'] as const) {
    const signIn = async (panel: Panel): Promise<Client> =>
      has === 'a second factor' ? (await enrolled(panel)).client : loggedIn(panel);

    it(`brings back nobody who signed out meanwhile, with ${has}`, async () => {
      const { panel, meanwhile } = await start();
      const owner = await signIn(panel);
      const { cookie } = owner;
      const thief = new Client(panel);
      meanwhile(() => owner.post('/logout'));
      const answer = await thief.post('/profile', {}, { cookie });
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await thief.me()).to.equal(null);
      expect((await thief.get('/secret')).status).to.equal(401);
    });

    it(`lets no session outlive a change of the password meanwhile, with ${has}`, async () => {
      const { panel, meanwhile } = await start();
      const client = await signIn(panel);
      meanwhile(() => userOf(panel).passwordChangedAt++);
      const answer = await client.post('/profile');
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await client.me()).to.equal(null);
    });
  }

  it('brings back nobody who signed out meanwhile on a remembered browser', async () => {
    const { panel, meanwhile } = await start();
    const { client, phone } = await enrolled(panel);
    await client.post('/logout');
    await client.login('alice');
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    const { cookie } = client;
    const thief = new Client(panel);
    meanwhile(() => client.post('/logout'));
    expect((await thief.post('/profile', {}, { cookie })).body.code).to.equal('sign-in-expired');
    expect(await thief.me()).to.equal(null);
  });

  it('has nobody enable a second factor by an old session because one became required meanwhile', async () => {
    for (const trouble of ['required', 'disabled']) {
      const { panel, meanwhile, require } = await start();
      const client = trouble === 'disabled' ? (await enrolled(panel)).client : await loggedIn(panel);
      if (trouble === 'disabled') require();
      panel.now += 3 * DAY;
      meanwhile(async () => {
        require();
        if (trouble === 'disabled') await panel.secondFactor.admin.disable('alice', { by: 'operator' });
      });
      expect((await client.post('/profile')).body.code, trouble).to.equal('sign-in-expired');
      expect((await client.post('/two-step/setup')).body.code, trouble).to.equal('sign-in-expired');
    }
  });

  it('goes on with the new stamp after renew(), whatever req.user knows of it', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/password', async (req, res, next) => {
          const { user } = req;
          await req.secondFactor?.renew(++userOf(panel).passwordChangedAt);
          req.logIn(user!, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const { client } = await enrolled(panel);
    expect((await client.post('/password')).status).to.equal(200);
    expect(await client.me()).to.equal('alice');
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('takes over a session from before the package', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/before', (req, res) => {
          Reflect.deleteProperty(req.session, 'passportSecondFactor');
          res.json({});
        });
        app.post('/profile', (req, res, next) => {
          req.logIn(req.user!, (error) => (error ? next(error) : res.json({})));
        });
      },
    });
    const client = await loggedIn(panel);
    await client.post('/before');
    expect(await panel.stored(client)).to.not.have.property('passportSecondFactor');
    expect((await client.post('/profile')).status).to.equal(200);
    expect((await panel.stored(client))?.passportSecondFactor).to.include({
      state: 'signed-in',
      passwordAt: null,
    });
  });

  /** How applications keep the user in the session: what of a user is written, and the user for it. */
  const KEPT: Record<
    string,
    [write: (user: User) => unknown, read: (written: Written, users: User[]) => unknown]
  > = {
    'by the id': [({ id }) => id, (id, users) => ({ ...userOf({ users }, id as unknown as string) })],
    'in part': [({ id, login }) => ({ id, login }), (part) => part],
    whole: [(user) => user, (user) => user],
    'whole, in a copy': [(user) => user, (user) => ({ ...user })],
    'whole, in a wrapper': [(user) => ({ type: 'staff', user }), ({ user }) => user],
    'whole, and found in a cache': [(user) => user, ({ id }, users) => userOf({ users }, id)],
  };

  describe('with sessions in memory and in Redis', () => {
    const redis = redisForTests();

    for (const [how, [write, read]] of Object.entries(KEPT)) {
      for (const place of ['memory', 'Redis'] as const) {
        const where = `where users are kept ${how}, in ${place}`;

        function keeping(): ReturnType<typeof start> {
          const users = [user('alice')];
          const authenticator = new Passport();
          authenticator.serializeUser((given, done) => done(null, write(given as User)));
          authenticator.deserializeUser((written, done) =>
            done(null, read(written as Written, users) as Express.User),
          );
          return start({ authenticator, users, ...(place === 'Redis' && { redis: redis() }) });
        }

        it(`makes a typed password fresh ${where}`, async () => {
          const { panel } = await keeping();
          const client = await loggedIn(panel);
          panel.now += 3 * DAY;
          await client.login('alice');
          expect((await client.post('/two-step/setup')).status).to.equal(200);
        });

        if (how.includes('cache')) continue;

        it(`makes no old password fresh ${where}`, async () => {
          const { panel } = await keeping();
          const client = await loggedIn(panel);
          panel.now += 3 * DAY;
          expect((await client.post('/profile')).status).to.equal(200);
          expect(await client.me()).to.equal('alice');
          expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
        });

        it(`brings back nobody who signed out meanwhile ${where}`, async () => {
          const { panel, meanwhile } = await keeping();
          const owner = await loggedIn(panel);
          const thief = owner.copy();
          meanwhile(() => owner.post('/logout'));
          expect((await thief.post('/profile')).body.code).to.equal('sign-in-expired');
          expect(await thief.me()).to.equal(null);
        });
      }
    }
  });

  it('makes a typed password fresh also where every look-up gives one and the same object', async () => {
    const panel = await startPanel({ sharedUsers: true });
    const client = await loggedIn(panel);
    panel.now += 3 * DAY;
    expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
    await client.login('alice');
    expect((await client.post('/two-step/setup')).status).to.equal(200);
  });
});
