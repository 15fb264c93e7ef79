import { expect } from 'chai';
import { Redis } from 'ioredis';
import { sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { runConsole } from '../support/example-process.js';
import { startExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import type { ExamplePanel } from '../support/example-panel.js';

// On its own database, and from M1 to M9 on Redis as well, walk.test.ts goes through it.
describe('the example panel over HTTP, on Redis', () => {
  let server: RedisServer;
  let panel: ExamplePanel;

  before(async () => {
    server = await sharedRedis();
    panel = await startExamplePanel(server.url);
  });
  after(async () => {
    await panel.end();
  });
  beforeEach(() => panel.reset());

  /** Somebody with two-step authentication, signed in with both steps. */
  async function enrolled(login: string): Promise<{ client: Client; phone: Phone }> {
    const client = await signedIn(panel, login);
    if (login === 'root') await client.leave();
    return { client, phone: (await enable(panel, client)).phone };
  }

  /** Root as root: without two-step authentication they are taken to admin first. */
  async function root(): Promise<Client> {
    const client = await signedIn(panel, 'root');
    await client.leave();
    return client;
  }

  describe('signing in', () => {
    it('leads people through both forms to the page they wanted (M2)', async () => {
      const { phone } = await enrolled('admin');
      const client = new Client(panel);
      expect((await client.open('/staff')).location).to.equal('/login');
      const first = await client.submit('/login', { username: 'admin', password: 'admin-password' });
      expect([first.status, first.location]).to.deep.equal([303, '/two-step/verify']);
      const form = await client.open('/two-step/verify');
      expect(form.text).to.contain('One-time password').and.to.contain('>Ok</button>');
      const second = await client.submit('/two-step/verify', { code: phone.nextCode() });
      expect([second.status, second.location]).to.deep.equal([303, '/staff']);
      expect((await client.open('/staff')).status).to.equal(200);
    });

    it('keeps a half-finished sign-in in Redis, for ten minutes, without the password (M3)', async () => {
      await enrolled('alice');
      const redis = new Redis(server.url);
      try {
        const before = new Set(await redis.keys('sess:*'));
        await new Client(panel).login('alice');
        const [parked = ''] = (await redis.keys('sess:*')).filter((key) => !before.has(key));
        const text = (await redis.get(parked)) ?? '';
        expect(text).to.contain('"pending"').and.not.to.contain('alice-password');
        expect(await redis.ttl(parked)).to.be.within(1, 600);
      } finally {
        redis.disconnect();
      }
    });
  });

  describe('enabling', () => {
    it('asks every other session of the account for the code at once', async () => {
      const other = await signedIn(panel, 'alice');
      await enrolled('alice');
      expect(await other.who()).to.equal('code-required');
    });
  });

  describe('disabling', () => {
    it('refuses a console command for an account that there is not (M9)', async () => {
      await enrolled('alice');
      for (const account of ['Alice', 'alice ', 'nobody']) {
        expect((await runConsole(panel.env, 'disable', account, '--yes')).code).to.equal(1);
      }
      expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
    });
  });

  describe('root, admin and users', () => {
    it('takes root to admin at sign-in while neither has a second factor (M10)', async () => {
      const client = new Client(panel);
      const answer = await client.login('root');
      expect(answer.body).to.deep.equal({ user: 'admin', level: 'admin', actors: ['root'] });
      expect(await client.who()).to.equal('root > admin');
      const page = await client.open('/');
      expect(page.text).to.contain('root acting as admin').and.to.contain('Return');
    });

    it('leaves root with a second factor where they are; Staff takes them to admin (M11)', async () => {
      const { phone } = await enrolled('root');
      const client = await loggedIn(panel, 'root');
      await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(await client.who()).to.equal('root');
      expect((await client.open('/')).text).to.contain('so you stay root');

      const entered = await client.submit('/two-step/impersonation', { account: 'admin' });
      expect([entered.status, entered.location]).to.deep.equal([303, '/']);
      expect(await client.who()).to.equal('root > admin');
    });

    it('opens an account with a second factor only with its own login, password and code (M12)', async () => {
      const { phone } = await enrolled('admin');
      const client = await signedIn(panel, 'root');
      expect(await client.who()).to.equal('root');
      const refused = await client.actAs('admin');
      expect(refused.status).to.equal(403);
      expect(refused.body).to.include({
        code: 'impersonation-refused',
        reason: 'target-has-second-factor',
      });
      const list = await client.open('/staff');
      expect(list.text).to.match(/Uses two-step authentication: only its own login, password and code/);
      const clicked = await client.submit('/two-step/impersonation', { account: 'admin' });
      expect(clicked.status).to.equal(403);
      expect(clicked.text).to.contain('This account uses two-step authentication');
      expect(await client.who()).to.equal('root');

      const own = await loggedIn(panel, 'admin');
      await own.post('/two-step/verify', { code: phone.nextCode() });
      expect(await own.who()).to.equal('admin');
    });

    it('refuses the same to root with a second factor, and to an admin for a user (M12)', async () => {
      await enrolled('admin');
      await enrolled('alice');
      const { client } = await enrolled('root');
      expect((await client.actAs('admin')).body.reason).to.equal('target-has-second-factor');
      expect((await client.actAs('alice')).body.reason).to.equal('target-has-second-factor');
      expect(await client.who()).to.equal('root');
    });

    const allowed = ['root > admin', 'root > alice', 'root > bob', 'admin > alice', 'admin > bob'];
    for (const actor of ['root', 'admin', 'alice']) {
      it(`lets ${actor} act as accounts below their level, and as nobody else (M14)`, async () => {
        const client = actor === 'root' ? await root() : await signedIn(panel, actor);
        for (const target of ['root', 'admin', 'alice', 'bob', 'Alice', 'nobody', '']) {
          const answer = await client.actAs(target);
          if (allowed.includes(`${actor} > ${target}`)) {
            expect(answer.status, target).to.equal(200);
            expect(await client.who()).to.equal(`${actor} > ${target}`);
            await client.leave();
          } else {
            expect(answer.status, target).to.equal(403);
            expect(answer.body.code).to.equal('impersonation-refused');
          }
          expect(await client.who()).to.equal(actor);
        }
      });
    }

    it('goes back one level at a time, and shows who is really there on every page (M15)', async () => {
      const client = await signedIn(panel, 'root');
      await client.actAs('alice');
      expect(await client.who()).to.equal('root > admin > alice');
      for (const path of ['/', '/settings', '/staff', '/nothing']) {
        const { text } = await client.open(path);
        expect(text, path).to.contain('root acting as alice').and.to.contain('by way of admin');
        expect(text, path).to.contain('action="/two-step/impersonation/leave"');
      }
      expect((await client.submit('/two-step/impersonation/leave')).location).to.equal('/');
      expect(await client.who()).to.equal('root > admin');
      await client.leave();
      expect(await client.who()).to.equal('root');
      expect((await client.leave()).body.code).to.equal('not-impersonating');
      expect((await client.open('/')).text).not.to.contain('acting as');
    });

    it('ends all levels when root logs out', async () => {
      const client = await signedIn(panel, 'root');
      await client.actAs('bob');
      expect((await client.post('/logout')).body).to.deep.equal({});
      expect(await client.who()).to.equal('login-required');
    });

    it('lets nobody enable or disable anything while acting (K11)', async () => {
      const { client, phone } = await enrolled('root');
      await client.actAs('bob');
      for (const path of ['/setup', '/setup/confirm', '/setup/cancel', '/disable']) {
        const answer = await client.post(`/two-step${path}`, { code: phone.nextCode() });
        expect(answer.body.code, path).to.equal('impersonation-refused');
      }
      expect((await panel.secondFactor.status(['root', 'bob'])).map((each) => each.enrolled)).to.deep.equal([
        true,
        false,
      ]);
    });
  });
});
