import { expect } from 'chai';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import { Secret, TOTP, URI } from 'otpauth';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { runConsole } from '../support/example-process.js';
import { startExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import type { ExamplePanel } from '../support/example-panel.js';

for (const backend of ['SQLite and this process', 'Redis'] as const) {
  describe(`the example panel over HTTP, on ${backend}`, () => {
    let server: RedisServer | undefined;
    let panel: ExamplePanel;

    before(async () => {
      server = backend === 'Redis' ? await startRedis() : undefined;
      panel = await startExamplePanel(server?.url);
    });
    after(async () => {
      await panel.end();
      await server?.stop();
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
      it('takes login and password alone for an account that never enabled it (M1)', async () => {
        for (const [user, level] of Object.entries({ admin: 'admin', alice: 'user', bob: 'user' })) {
          const client = new Client(panel);
          const answer = await client.login(user);
          expect(answer.status).to.equal(200);
          expect(answer.body).to.deep.equal({ user, level, actors: [] });
          expect((await client.get('/api/me')).body).to.deep.equal({ user, level, actors: [] });
        }
      });

      it('asks an account that enabled it for the code, and until then nobody is there (M2)', async () => {
        const { phone } = await enrolled('alice');
        const client = new Client(panel);
        const first = await client.login('alice');
        expect(first.status).to.equal(401);
        expect(first.body).to.include({ code: 'code-required', verify: '/two-step/verify' });
        expect(await client.who()).to.equal('code-required');
        expect((await client.get('/api/secret')).status).to.equal(401);
        expect((await client.open('/')).location).to.equal('/two-step/verify');

        const second = await client.post('/two-step/verify', { code: phone.nextCode() });
        expect(second.body).to.include({ state: 'verified' });
        expect(await client.who()).to.equal('alice');
        expect((await client.get('/api/secret')).status).to.equal(200);
        expect((await client.get('/api/danger')).status).to.equal(200);
      });

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

      it('ends a half-finished sign-in after ten minutes (M3)', async () => {
        const { phone } = await enrolled('alice');
        const client = await loggedIn(panel);
        panel.advance(601);
        const late = await client.post('/two-step/verify', { code: phone.code() });
        expect(late.status).to.equal(401);
        expect(late.body.code).to.equal('sign-in-expired');
        expect(await client.who()).to.equal('login-required');
      });

      if (backend === 'Redis') {
        it('keeps a half-finished sign-in in Redis, for ten minutes, without the password (M3)', async () => {
          await enrolled('alice');
          const redis = new Redis(server?.url ?? '');
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
      }
    });

    describe('enabling', () => {
      it('shows a QR code, the account and the key, which make the same codes (M4, M5)', async () => {
        const client = await signedIn(panel, 'alice');
        const { body } = await client.post('/two-step/setup');
        expect(body.qr).to.match(/^<svg/);
        expect(body).to.include({ account: 'alice', issuer: 'Acme Panel' });
        const scanned = URI.parse(String(body.uri));
        expect([scanned.issuer, scanned.label]).to.deep.equal(['Acme Panel', 'alice']);
        const typed = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        for (const timestamp of [0, 59_000, panel.now, 4e12]) {
          expect((scanned as TOTP).generate({ timestamp })).to.equal(typed.generate({ timestamp }));
          expect(typed.generate({ timestamp })).to.match(/^\d{6}$/);
        }
      });

      it('changes nothing until the right code is sent (M6)', async () => {
        const client = await signedIn(panel, 'alice');
        await client.post('/two-step/setup');
        expect((await new Client(panel).login('alice')).status).to.equal(200);
        expect((await client.post('/two-step/setup/confirm', { code: '000000' })).status).to.equal(401);
        expect((await new Client(panel).login('alice')).status).to.equal(200);
        await client.post('/two-step/setup/cancel');
        expect((await new Client(panel).login('alice')).status).to.equal(200);
        expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
      });

      it('shows the server’s time, and how far off the phone’s clock is (M7)', async () => {
        const client = await signedIn(panel, 'alice');
        const { body } = await client.post('/two-step/setup');
        expect(Date.parse(String(body.serverTime))).to.equal(panel.now);
        const phone = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        const code = phone.generate({ timestamp: panel.now + 20 * 60_000 });
        const answer = await client.post('/two-step/setup/confirm', { code });
        expect(answer.status).to.equal(422);
        expect(answer.body).to.include({ code: 'clock-skew', minutes: 20 });
        const checked = await runConsole(panel.env, 'check');
        expect(checked.out).to.contain('time here: ').and.to.contain('clock: ');
      });

      it('asks every other session of the account for the code at once', async () => {
        const other = await signedIn(panel, 'alice');
        await enrolled('alice');
        expect(await other.who()).to.equal('code-required');
      });
    });

    describe('disabling', () => {
      it('takes the current code, and nothing else (M8)', async () => {
        const { client, phone } = await enrolled('alice');
        for (const body of [{}, { code: '' }, { code: '000000' }, { code: phone.code() }]) {
          expect((await client.post('/two-step/disable', body)).status).to.be.oneOf([400, 401]);
        }
        expect((await new Client(panel).login('alice')).status).to.equal(401);
        expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
        expect((await new Client(panel).login('alice')).status).to.equal(200);
      });

      it('is one console command for root, while the panel runs (M9)', async () => {
        const { client } = await enrolled('root');
        const before = await runConsole(panel.env, 'status', 'root', '--json');
        expect(JSON.parse(before.out)).to.include({ accountId: 'root', enrolled: true, readable: true });
        expect((await client.get('/api/secret')).status).to.equal(200);

        const ended = await runConsole(panel.env, 'disable', 'root', '--yes', '--reason', 'phone lost');
        expect(ended.code).to.equal(0);
        expect(ended.out).to.contain('root: two-step authentication is disabled');
        expect(ended.err).to.match(/"name":"disabled".*"accountId":"root".*"reason":"phone lost"/);

        expect((await client.get('/api/secret')).body.code).to.equal('enrollment-required');
        expect(await client.who()).to.equal('root');
        expect(await (await signedIn(panel, 'root')).who()).to.equal('root > admin');
      });

      it('refuses a console command for an account that there is not (M9)', async () => {
        await enrolled('alice');
        for (const account of ['Alice', 'alice ', 'nobody']) {
          expect((await runConsole(panel.env, 'disable', account, '--yes')).code).to.equal(1);
        }
        expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
      });

      if (backend !== 'Redis') {
        it('is deleting the account’s row from the table totp (M9)', async () => {
          const { client } = await enrolled('alice');
          const database = new Libsql(panel.databaseFile, { timeout: 1000 });
          const { changes } = database.prepare("DELETE FROM totp WHERE account = 'alice'").run();
          database.close();
          expect(changes).to.equal(1);
          expect((await client.get('/api/secret')).body.code).to.equal('enrollment-required');
          expect((await new Client(panel).login('alice')).status).to.equal(200);
        });
      }
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
        expect((await panel.secondFactor.status(['root', 'bob'])).map((each) => each.enrolled)).to.deep.equal(
          [true, false],
        );
      });
    });
  });
}
