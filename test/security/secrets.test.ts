import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { memoryStore } from 'passport-second-factor/memory';
import { Canaries } from './canaries.js';
import { trustCookie } from './remembered-browsers.js';
import type { Answer } from '../support/client.js';
import { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { PanelProcess } from '../support/example-process.js';
import { runConsole, startPanelProcess } from '../support/example-process.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enable, give, loggedIn, said, signedIn } from '../support/people.js';
import type { RedisServer } from '../support/redis-server.js';
import { dumpRedis, sharedRedis, startRedis, withRedis } from '../support/redis-server.js';
import type { SystemClock } from '../support/system-clock.js';
import { makeSystemClock } from '../support/system-clock.js';

const PASSWORD = 'canary-password-of-alice';

/**
 * All that Node prints at debug level but `child_process`: since Node 24 that prints the environment, keys and
 * all, of whatever is started, and tsx starts a compiler. Panels that run as JavaScript start nothing.
 */
const NODE_DEBUG =
  'cluster,dns,diagnostics,esm,fs*,http*,module*,net,quic,stream*,timer*,tls,tty,url,webstreams,worker';

describe('Secrets where nobody should find them', () => {
  for (const place of ['SQLite', 'Redis'] as const) {
    describe(`I5: secrets in what a panel at debug level prints, answers and keeps (${place})`, function () {
      let clock: SystemClock;
      let redis: RedisServer | undefined;
      let panel: PanelProcess;
      let folder: string;
      let env: Record<string, string>;
      const canaries = new Canaries();
      const sessions = new Canaries();
      /** Problem bodies and addresses. */
      const told: string[] = [];
      /** What sessions and records held at each moment. */
      const kept: string[] = [];

      before(async () => {
        clock = makeSystemClock();
        redis = place === 'Redis' ? await startRedis() : undefined;
        folder = mkdtempSync(join(tmpdir(), 'canary-'));
        const [key, secret] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
        canaries.add('sealing key', key);
        canaries.add('session secret', secret);
        canaries.add('password', PASSWORD);
        env = {
          ...clock.env,
          PANEL_DB: join(folder, 'panel.db'),
          PANEL_REMEMBER_BROWSERS: '30',
          SECOND_FACTOR_KEY: key,
          SESSION_SECRET: secret,
          ...(redis && { REDIS_URL: redis.url }),
        };
        panel = await startPanelProcess({ ...env, NODE_DEBUG, DEBUG: '*', DEBUG_COLORS: '0' });
      });
      after(async () => {
        await panel.stop();
        await redis?.stop();
        clock.remove();
        rmSync(folder, { recursive: true, force: true });
      });

      async function heard(path: string, sent: Promise<Answer>): Promise<Answer> {
        const answer = await sent;
        const session = /panel\.sid=s%3A([\w-]+)/.exec((answer.headers['set-cookie'] ?? []).join())?.[1];
        if (session !== undefined) sessions.add('session id', session);
        told.push(path, answer.location ?? '', JSON.stringify({ ...answer.headers, 'set-cookie': '' }));
        if (answer.status >= 400) told.push(answer.text);
        if (redis) {
          const values = await withRedis(redis.url, async (client) =>
            Promise.all((await client.keys('*')).map((key) => client.get(key))),
          );
          kept.push(...values.map(String));
        } else {
          for (const ending of ['', '-wal']) {
            const file = join(folder, 'panel.db') + ending;
            if (existsSync(file)) kept.push(readFileSync(file, 'latin1'));
          }
        }
        return answer;
      }
      const post = (owner: Client, path: string, body: object = {}): Promise<Answer> =>
        heard(path, owner.post(path, body));

      it('has no trace of a key, code, recovery code, token or password after every flow', async () => {
        const owner = new Client(panel);
        const login = (who: Client, password = PASSWORD): Promise<Answer> =>
          post(who, '/login', { username: 'alice', password });
        await login(owner, 'alice-password');
        const change = { currentPassword: 'alice-password', newPassword: PASSWORD };
        expect((await post(owner, '/settings/password', change)).status).to.equal(200);

        const { body } = await post(owner, '/two-step/setup');
        canaries.addKey(String(body.key));
        const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        const code = (): string => {
          clock.jump(30);
          const shown = totp.generate({ timestamp: clock.now() });
          canaries.addCode(shown);
          return shown;
        };
        await heard('/two-step/setup', owner.open('/two-step/setup'));
        const confirmed = await post(owner, '/two-step/setup/confirm', { code: code() });
        const codes = confirmed.body.recoveryCodes as string[];
        for (const each of codes) canaries.add('recovery code', each);

        // Signing in, on a browser that is remembered from then on.
        const browser = new Client(panel);
        expect(said(await login(browser))).to.equal('code-required');
        const wrong = String((Number(code()) + 1) % 1_000_000).padStart(6, '0');
        await post(browser, '/two-step/verify', { code: wrong });
        await post(browser, '/two-step/verify', { code: { toString: code() } });
        const right = code();
        expect(
          said(await post(browser, '/two-step/verify', { code: right, rememberBrowser: true })),
        ).to.equal('verified');
        canaries.add('browser token', trustCookie(browser)[1]);
        const stranger = new Client(panel);
        await login(stranger);
        expect(said(await post(stranger, '/two-step/verify', { code: right }))).to.equal('code-already-used');
        expect(said(await post(stranger, '/two-step/verify', { code: codes[0] }))).to.equal('verified');
        await heard(
          '/login',
          stranger.submit('/login', { username: 'alice', password: `${PASSWORD}-wrong` }),
        );

        // Everything that takes a code from there on.
        await post(browser, '/two-step/cancel');
        const inside = new Client(panel);
        clock.jump(90); // the recovery code made the next codes void
        await login(inside);
        expect(said(await post(inside, '/two-step/verify', { code: code() }))).to.equal('verified');
        await post(inside, '/two-step/step-up', { code: code() });
        const renewed = await post(inside, '/two-step/recovery-codes', { code: code() });
        for (const each of renewed.body.recoveryCodes as string[]) canaries.add('recovery code', each);
        const added = await post(inside, '/two-step/setup', { add: true, name: 'tablet' });
        canaries.addKey(String(added.body.key));
        await post(inside, '/two-step/setup/cancel');
        for (const path of ['', '/browsers', '/step-up', '/setup']) {
          await heard(path, inside.get(`/two-step${path}`));
          await heard(path, inside.open(`/two-step${path}`));
        }
        for (let i = 0; i < 7; i++) await post(inside, '/two-step/step-up', { code: wrong });
        clock.jump(3600);

        // Root looks after the account, and the operator at the console; then an error of every kind.
        const root = new Client(panel);
        await post(root, '/login', { username: 'root', password: 'root-password' });
        await post(root, '/two-step/impersonation', { account: 'alice' });
        const second = 'canary-password-by-root';
        canaries.add('password', second);
        await post(root, '/staff/alice/edit', { password: second });
        const consoles = [
          await runConsole({ ...env, NODE_DEBUG: 'passport*', DEBUG: '*' }, 'status', 'alice'),
          await runConsole({ ...env, DEBUG: '*' }, 'check'),
        ];
        for (const { out, err } of consoles) told.push(out, err);
        expect(consoles[0]!.code).to.equal(0);

        const last = new Client(panel);
        await post(last, '/login', { username: 'alice', password: second });
        const final = code();
        expect(said(await post(last, '/two-step/verify', { code: final }))).to.equal('verified');
        expect(said(await post(last, '/two-step/disable', { code: code() }))).to.equal('signed-in');
        await heard('/nowhere', last.get('/nowhere'));
        await heard('/login', last.post('/login', { username: ['alice'], password: [PASSWORD] }));
        await post(last, '/logout');

        const output = panel.output();
        expect(output).to.include('"name":"code-accepted"').and.include('express-session');
        expect(canaries.foundIn(output)).to.deep.equal([]);
        // The store of the sessions and its client print the ids themselves when they are told to debug.
        const others = output
          .split('\n')
          .filter((line) => !/express-session|connect:redis|ioredis:/.test(line));
        expect(others.length).to.be.above(100);
        expect(sessions.foundIn(others.join('\n'))).to.deep.equal([]);
        expect(sessions.foundIn([...told, ...kept].join('\n'))).to.deep.equal([]);
        expect(canaries.foundIn(told.join('\n'))).to.deep.equal([]);
        expect(kept.join('\n')).to.include(redis ? 'passport' : 'alice');
        expect(canaries.foundIn(kept.join('\n'))).to.deep.equal([]);
      });

      it('would find them', () => {
        expect(canaries.foundIn(`password=${PASSWORD}`)).to.deep.equal(['password']);
        const known = new Canaries();
        known.addCode('123456');
        const spellings = [
          'code 123456.',
          'otp:123456',
          '"123456"',
          'code=123456&',
          'code 123456: wrong',
          '123456',
        ];
        for (const text of spellings) expect(known.foundIn(text), text).to.deep.equal(['code 123456']);
        for (const text of ['1234567', '0.123456', '123456.7', '12:123456', 'x123456', '123456e0']) {
          expect(known.foundIn(text), text).to.deep.equal([]);
        }
        const key = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
        known.addKey(key);
        const bytes = Buffer.from(Secret.fromBase32(key).bytes);
        const spelled = [key, ...(['hex', 'base64', 'base64url'] as const).map((as) => bytes.toString(as))];
        spelled.push(inspect(bytes), bytes.toString('hex').toUpperCase());
        for (const text of spelled) expect(known.foundIn(`key: ${text}, that is it`), text).to.not.be.empty;
      });
    });
  }

  describe('D19: the password is parked with the pending sign-in', () => {
    let server: RedisServer;
    let panel: ExamplePanel;

    before(async () => {
      server = await sharedRedis();
      panel = await startExamplePanel(server.url, { PANEL_REQUIRE_FACTOR: 'admin' });
    });
    after(async () => {
      await panel.end();
    });

    it('keeps neither password nor hash nor key in Redis, pending, enrolling or verified', async () => {
      const alice = await signedIn(panel, 'alice');
      const { key } = (await enable(panel, alice)).phone;
      await new Client(panel).login('alice');
      const admin = await loggedIn(panel, 'admin');
      const { body } = await admin.post('/two-step/setup');
      const lying = await dumpRedis(server.url);
      expect(lying).to.contain('"pending"').and.to.contain('"must-enroll"').and.to.contain('"verified"');
      const canaries = new Canaries();
      for (const login of ['alice', 'admin']) canaries.add('password', panel.passwordOf(login));
      for (const each of [key, String(body.key)]) canaries.addKey(each);
      expect(canaries.foundIn(lying)).to.deep.equal([]);
      expect(lying).not.to.match(/password"|scrypt|hash"/i);
      expect(lying, 'salt and hash of the panel').not.to.match(/[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/]{43}=/);
    });
  });

  describe('secrets in events, notices, errors and session values (I5)', () => {
    afterEach(stopPanels);

    it('has no trace of a key, code, recovery code or token in any of them', async () => {
      const canaries = new Canaries();
      const notices: unknown[] = [];
      const sessions: unknown[] = [];
      const kept = memoryStore();
      let isAway = false;
      const panel = await startPanel({
        store: {
          ...kept,
          get: (id) => (isAway ? Promise.reject(new Error('away')) : kept.get(id)),
        },
        options: {
          rememberBrowsers: { days: 30 },
          notify: (account, notice) => void notices.push({ account, notice }),
        },
      });
      const client = new Client(panel);
      const post = async (path: string, body: object = {}) => {
        const answer = await client.post(path, body);
        sessions.push(await panel.stored(client));
        return answer;
      };
      await client.login('alice');
      const key = String((await post('/two-step/setup')).body.key);
      canaries.addKey(key);
      const totp = new TOTP({ secret: Secret.fromBase32(key) });
      const code = (): string => {
        panel.now += 30_000;
        const shown = totp.generate({ timestamp: panel.now });
        canaries.addCode(shown);
        return shown;
      };
      const confirmed = await post('/two-step/setup/confirm', { code: code() });
      const codes = confirmed.body.recoveryCodes as string[];
      for (const each of codes) canaries.add('recovery code', each);
      await client.post('/logout');
      await client.login('alice');
      await post('/two-step/verify', { code: '000000' });
      await post('/two-step/verify', { code: code(), rememberBrowser: true });
      canaries.add('browser token', /second-factor-\w+=([\w-]+)/.exec(client.cookie)![1]!);
      await post('/two-step/step-up', { code: codes[0] });
      isAway = true;
      panel.now += 90_000;
      expect((await give(client, 'step-up', code())).status).to.equal(503);
      isAway = false;
      expect((await post('/two-step/recovery-codes', { code: code() })).status).to.equal(200);
      expect((await post('/two-step/disable', { code: code() })).status).to.equal(200);

      expect(panel.events.map(({ name }) => name)).to.include.members([
        'code-refused',
        'store-unavailable',
        'disabled',
      ]);
      expect(notices).to.not.be.empty;
      for (const held of [
        panel.events,
        notices,
        sessions,
        panel.errors.map((error) => Object.assign({}, error)),
      ]) {
        expect(canaries.foundIn(JSON.stringify(held))).to.deep.equal([]);
      }
      for (const error of panel.errors)
        expect(canaries.foundIn(String((error as Error).stack))).to.deep.equal([]);
    });
  });
});
