import { expect } from 'chai';
import { requireNotImpersonating, requireSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

describe('integration traps: accounts and passwords', () => {
  afterEach(stopPanels);

  describe('The security stamp', () => {
    const changePassword = ({ users }: Panel): void => {
      Object.assign(users[0]!, { password: 'new password', passwordChangedAt: 2 });
    };

    it('ends the sessions of the old password, which go on without it', async () => {
      const open = await startPanel({ options: { account: ({ id, login }) => ({ id, name: login }) } });
      const { client: thief } = await enrolled(open);
      changePassword(open);
      expect(await thief.me()).to.equal('alice');

      const closed = await startPanel();
      const { client } = await enrolled(closed);
      changePassword(closed);
      expect(await client.me()).to.equal(null);
    });
  });

  describe('Changing your own password', () => {
    const start = (renew: boolean): Promise<Panel> =>
      startPanel({
        routes({ app, users }) {
          app.post('/password', async (req, res) => {
            const own = users.find(({ id }) => id === (req.user as User).id)!;
            Object.assign(own, { password: 'new password', passwordChangedAt: own.passwordChangedAt + 1 });
            if (renew) await req.secondFactor?.renew(own.passwordChangedAt);
            res.json({});
          });
        },
      });

    it('ends the own session, and goes on with renew()', async () => {
      const open = await start(false);
      const { client: out } = await enrolled(open);
      await out.post('/password');
      expect(await out.me()).to.equal(null);

      const closed = await start(true);
      const { client, phone } = await enrolled(closed);
      const other = await loggedIn(closed);
      await other.post('/two-step/verify', { code: phone.nextCode() });
      expect(await other.me()).to.equal('alice');
      await client.post('/password');
      expect(await client.me()).to.equal('alice');
      expect((await client.get('/secret')).status).to.equal(200);
      expect(await other.me()).to.equal(null);
    });
  });

  describe('Signing in again after a change of the profile', () => {
    it('makes the password fresh for a user that was loaded anew, and not for req.user', async () => {
      const panel = await startPanel({
        routes({ app, users }) {
          app.post('/profile/:with', (req, res, next) => {
            const loaded = users.find(({ id }) => id === (req.user as User).id) as Express.User;
            const chosen = req.params.with === 'loaded' ? loaded : req.user!;
            req.logIn(chosen, (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      const client = await loggedIn(panel);
      panel.now += 3 * 86_400_000;
      await client.post('/profile/own');
      expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
      await client.post('/profile/loaded');
      expect((await client.post('/two-step/setup')).status).to.equal(200);
    });
  });

  describe('Password reset with automatic sign-in', () => {
    it('still asks for the code when it ends in req.logIn', async () => {
      const panel = await startPanel({
        routes({ app, users }) {
          app.post('/reset', (req, res, next) => {
            Object.assign(users[0]!, { password: 'new password', passwordChangedAt: 2 });
            req.logIn(users[0]!, (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      const phone = await enroll(panel);
      const client = new Client(panel);
      expect((await client.post('/reset')).body.code).to.equal('code-required');
      expect(await client.me()).to.equal(null);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      expect(await client.me()).to.equal('alice');
    });

    it('is a way around the second factor when it disables it', async () => {
      const panel = await startPanel();
      await enroll(panel);
      await panel.secondFactor.admin.disable('alice', { by: 'password reset' });
      const client = await loggedIn(panel);
      expect(await client.me()).to.equal('alice');
    });
  });

  describe('Ids that change or are given again', () => {
    it('take the second factor off when the login is the id and is renamed', async () => {
      const start = (id: string): Promise<Panel> => startPanel({ users: [user('alice', id)] });
      const open = await start('alice');
      await enroll(open);
      Object.assign(open.users[0]!, { id: 'alicia', login: 'alicia' });
      const password = new Client(open);
      expect((await password.login('alicia')).status).to.equal(200);

      const closed = await start('4711');
      await enroll(closed);
      Object.assign(closed.users[0]!, { login: 'alicia' });
      expect((await new Client(closed).login('alicia')).body.code).to.equal('code-required');
    });

    it('ask the new owner of an id for the code of the old one, unless it was forgotten', async () => {
      const panel = await startPanel();
      await enroll(panel);
      panel.users[0] = user('alice');
      expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
      await panel.secondFactor.admin.forget('alice');
      expect((await new Client(panel).login('alice')).status).to.equal(200);
    });
  });

  describe('Ids that are objects', () => {
    it('are refused at the first sign-in, and pass as strings', async () => {
      const objectId = { toString: () => '65f0c0ffee' };
      const start = (id: () => string): Promise<Panel> =>
        startPanel({
          users: [user('alice', '65f0c0ffee')],
          options: { account: ({ login }) => ({ id: id(), name: login }) },
        });
      const open = await start(() => objectId as never);
      expect((await new Client(open).login('alice')).body.code).to.equal('account-invalid');
      const closed = await start(() => objectId.toString());
      expect((await new Client(closed).login('alice')).status).to.equal(200);
    });
  });

  describe('Users who may not sign in any more', () => {
    it('stay in until findUser says that they are gone', async () => {
      const blocked = new Set<string>();
      const start = (options: object): Promise<Panel> => startPanel({ options });
      const open = await start({});
      const { client: stays } = await enrolled(open);
      blocked.add('alice');
      expect(await stays.me()).to.equal('alice');

      blocked.clear();
      const users = [user('alice')];
      const findUser = (id: string): User | null =>
        blocked.has(id) ? null : (users.find((known) => known.id === id) ?? null);
      const closed = await startPanel({ users, options: { findUser } });
      const { client, phone } = await enrolled(closed);
      const pending = await loggedIn(closed);
      blocked.add('alice');
      expect(await client.me()).to.equal(null);
      const late = await pending.post('/two-step/verify', { code: phone.nextCode() });
      expect(late.body.code).to.equal('sign-in-expired');
    });
  });

  describe('Records that get lost', () => {
    it('leave the password alone, unless the panel keeps the fact itself', async () => {
      const flags = new Set<string>();
      const start = (flagged: boolean): Promise<Panel> =>
        startPanel({
          options: flagged
            ? {
                account: ({ id, login }) => ({ id, name: login, enrolled: flags.has(id) }),
                setEnrolled: (id, on) => {
                  if (on) flags.add(id);
                  else flags.delete(id);
                },
              }
            : {},
        });
      const lose = async ({ store }: Panel): Promise<void> => {
        expect(await store.compareAndSet('alice', await store.get('alice'), null)).to.equal(true);
      };
      const open = await start(false);
      await enroll(open);
      await lose(open);
      expect((await new Client(open).login('alice')).status).to.equal(200);

      const closed = await start(true);
      await enroll(closed);
      await lose(closed);
      const refused = await new Client(closed).login('alice');
      expect(refused.status).to.equal(503);
      expect(refused.body.code).to.equal('record-missing');
      expect(await closed.secondFactor.admin.disable('alice', { by: 'root' })).to.equal(true);
      expect((await new Client(closed).login('alice')).status).to.equal(200);
    });
  });

  describe('Acting as somebody else', () => {
    it('must not reach the own routes for passwords and tokens', async () => {
      const mint = (_req: unknown, res: { json(body: object): unknown }): unknown => res.json({ token: 1 });
      const panel = await startPanel({
        users: [user('root'), user('alice')],
        options: {
          account: ({ id, login }) => ({ id, name: login, level: id === 'root' ? 'root' : 'user' }),
          impersonation: { levels: ['root', 'user'] },
        },
        routes({ app }) {
          app.post('/open/tokens', mint);
          app.post('/closed/tokens', requireNotImpersonating(), mint);
        },
      });
      const root = await loggedIn(panel, 'root');
      expect((await root.post('/closed/tokens')).status).to.equal(200);
      expect((await root.actAs('alice')).status).to.equal(200);
      expect(await root.me()).to.equal('alice');
      expect((await root.post('/open/tokens')).status).to.equal(200);
      expect((await root.post('/closed/tokens')).body.code).to.equal('impersonation-refused');
    });
  });

  describe('Managing other accounts', () => {
    it('asks for a fresh proof, also of those without a second factor, and lets those pass who act', async () => {
      let now = Date.now();
      const signedIn = requireSecondFactor({ unenrolled: 'allow' });
      const fresh = requireSecondFactor({ unenrolled: 'allow', maxAge: 900 });
      const panel = await startPanel({
        users: [user('root'), user('admin'), user('alice')],
        options: {
          account: ({ id, login }) => ({ id, name: login, level: id === 'alice' ? 'user' : id }),
          impersonation: { levels: ['root', 'admin', 'user'] },
          clock: () => now,
        },
        routes({ app }) {
          app.use('/staff/:id/edit', (req, res, next) => {
            (req.secondFactor?.state === 'impersonating' ? signedIn : fresh)(req, res, next);
          });
          app.post(['/staff/:id/edit', '/open/:id/edit'], signedIn, (_req, res) => res.json({ done: true }));
        },
      });
      const root = await loggedIn(panel, 'root');
      expect((await root.post('/staff/alice/edit')).status).to.equal(200);
      now += 8 * 3_600_000;
      expect((await root.post('/open/alice/edit')).status, 'the trap').to.equal(200);
      const { status, body } = await root.post('/staff/alice/edit');
      expect([status, body.code, body.location]).to.deep.equal([401, 'step-up-required', '/login']);
      await root.login('root');
      await root.actAs('admin');
      now += 1_000_000;
      expect((await root.post('/staff/alice/edit')).status).to.equal(200);
    });
  });

  describe('Memory stores', () => {
    it('forget every second factor at a restart', async () => {
      const first = await startPanel({ store: memoryStore() });
      await enroll(first);
      const restarted = await startPanel({ store: memoryStore() });
      expect((await new Client(restarted).login('alice')).status).to.equal(200);

      const store = memoryStore();
      const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64');
      const kept = await startPanel({ store, options: { keys: [key] } });
      await enroll(kept);
      const again = await startPanel({ store, options: { keys: [key] } });
      expect((await new Client(again).login('alice')).body.code).to.equal('code-required');
    });
  });
});
