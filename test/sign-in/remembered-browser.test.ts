import { expect } from 'chai';
import { requireSecondFactor } from '../../lib/index.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { knows, startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const DAY = 86_400_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('sign-in/remembered-browser', () => {
  let panel: Panel;
  let phone: Phone;

  beforeEach(async () => {
    panel = await start();
    phone = await enroll(panel);
  });
  afterEach(stopPanels);

  function start(days: number | null = 30): Promise<Panel> {
    return startPanel({
      options: days === null ? {} : { rememberBrowsers: { days } },
      routes({ app }) {
        app.get('/strict', requireSecondFactor({ acceptRememberedBrowser: false }), (_req, res) => {
          res.json({ strict: true });
        });
        app.get('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => {
          res.json({ danger: true });
        });
        app.get('/state', (req, res) => {
          res.json({ state: req.secondFactor?.state, amr: req.secondFactor?.amr });
        });
      },
    });
  }

  const stateOf = async (client: Client): Promise<unknown> => (await client.get('/state')).body.state;

  /** Signs in with both steps and ticks the box. */
  async function remember(client: Client, login = 'alice', code = phone.nextCode()): Promise<Answer> {
    await client.login(login);
    return client.post('/two-step/verify', { code, rememberBrowser: true }, { 'user-agent': FIREFOX });
  }

  /** A browser that keeps its cookies but for the session. */
  async function comeBack(client: Client, login = 'alice'): Promise<Answer> {
    await client.post('/logout');
    return client.login(login);
  }

  it('asks for no code once the user has ticked the box, and says so honestly', async () => {
    const client = new Client(panel);
    expect((await remember(client)).status).to.equal(200);
    expect(panel.told()).to.include.members(['signed-in', 'browser-remembered']);

    expect(await comeBack(client)).to.deep.include({ status: 200, body: { user: 'alice' } });
    expect((await client.get('/state')).body).to.deep.equal({ state: 'remembered', amr: ['pwd'] });
    expect((await client.get('/secret')).status).to.equal(200);
    expect(panel.events.findLast(({ name }) => name === 'signed-in')).to.include({
      method: 'remembered-browser',
    });
  });

  it('asks for a code where the box was not ticked, or the option is off', async () => {
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone.nextCode() });
    expect((await comeBack(client)).body.code).to.equal('code-required');
    for (const rememberBrowser of [false, 'off', 1, {}, ['on'], null]) {
      await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser });
      expect((await comeBack(client)).body.code, JSON.stringify(rememberBrowser)).to.equal('code-required');
    }

    const off = await start(null);
    phone = await enroll(off);
    const other = await loggedIn(off);
    await other.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    expect(off.told()).not.to.include('browser-remembered');
    expect((await comeBack(other)).body.code).to.equal('code-required');
    expect((await other.get('/two-step/browsers')).status).to.equal(404);
  });

  it('gives the browser a cookie of random bits, of which the record keeps a hash (F8)', async () => {
    const client = new Client(panel);
    const answer = await remember(client);
    const cookie = answer.headers['set-cookie']?.find((line) => line.startsWith('second-factor-')) ?? '';
    expect(cookie).to.match(/^second-factor-[0-9a-f]{16}=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).to.include(attribute);
    expect(cookie).not.to.include('Domain');
    const token = /=([\w-]{43});/.exec(cookie)?.[1] ?? '';
    expect(await panel.store.get('alice')).not.to.include(token);
    expect(JSON.stringify(await panel.stored(client))).not.to.include(token);
    expect(JSON.stringify(panel.events)).not.to.include(token);
  });

  it('gives a __Host- cookie over https, and none over plain http beyond the local machine', async () => {
    const secure = await startPanel({
      options: { rememberBrowsers: { days: 30 }, secure: () => true },
    });
    phone = await enroll(secure);
    const client = new Client(secure);
    const line = (await remember(client)).headers['set-cookie']?.find((each) =>
      each.includes('second-factor'),
    );
    expect(line)
      .to.match(/^__Host-second-factor-/)
      .and.include('Secure');

    const lan = new Client(panel);
    phone = await enroll(panel, 'bob');
    const host = { host: 'panel.lan' };
    await lan.post('/login', { username: 'bob', password: 'password' }, host);
    const code = phone.nextCode();
    const answer = await lan.post('/two-step/verify', { code, rememberBrowser: true }, host);
    expect(answer.status).to.equal(200);
    expect((answer.headers['set-cookie'] ?? []).join()).not.to.include('second-factor-');
  });

  it('takes a site for no local machine because its proxy calls it so', async () => {
    const far = { origin: 'https://panel.example', 'sec-fetch-site': 'same-origin' };
    for (const [headers, given] of [
      [{ host: '127.0.0.1:3000', ...far }, false],
      [{ host: 'localhost:3000', ...far, origin: 'http://localhost.panel.example' }, false],
      [{ host: '127.0.0.1:3000', ...far, origin: 'null' }, false],
      [{ host: 'localhost:3000', ...far, origin: 'http://localhost:3000' }, true],
      [{ host: '127.0.0.1:3000' }, true],
    ] as const) {
      const client = new Client(panel);
      await client.post('/login', { username: 'alice', password: 'password' }, headers);
      const code = phone.nextCode();
      const answer = await client.post('/two-step/verify', { code, rememberBrowser: true }, headers);
      expect(answer.status, JSON.stringify(headers)).to.equal(200);
      const cookies = (answer.headers['set-cookie'] ?? []).join();
      expect(cookies.includes('second-factor-'), JSON.stringify(headers)).to.equal(given);
    }
  });

  it('shows nothing of a user agent but letters: it is printed on pages and terminals', async () => {
    const client = await loggedIn(panel);
    const agent = { 'user-agent': '\x9b2J\x9b31mevil\x9d0;title\x9c/1.0 x' };
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true }, agent);
    const [browser] = await panel.secondFactor.admin.browsers('alice');
    expect(browser?.name).to.not.match(/\p{C}/u);
  });

  it('is no sign-in by itself (F5), and of nobody else (F1, F2)', async () => {
    const client = new Client(panel);
    await remember(client);
    const [name, token] = /(second-factor-\w+)=([\w-]+)/.exec(client.cookie)!.slice(1);
    const onlyTrust = { cookie: `${name}=${token}` };
    expect((await new Client(panel).get('/me', onlyTrust)).body.user).to.equal(null);

    const bobs = await enroll(panel, 'bob');
    const bob = await loggedIn(panel, 'bob');
    await bob.post('/two-step/verify', { code: bobs.nextCode() });
    const bobName = /(second-factor-\w+)=/.exec(bob.cookie)![1];
    const attempts = [
      ['bob', `${name}=${token}`],
      ['bob', `${bobName}=${token}`],
      ['alice', `${name}=${token?.slice(0, -1)}${token?.endsWith('A') ? 'B' : 'A'}`],
      ['alice', `${name}=`],
      ['alice', `__Host-${name}=${token}`],
      ['alice', `${name}=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.`],
    ] as const;
    for (const [username, cookie] of attempts) {
      const browser = new Client(panel);
      const answer = await browser.post('/login', { username, password: 'password' }, { cookie });
      expect(answer.body.code, `${username} ${cookie}`).to.equal('code-required');
    }
  });

  it('ends at its time, however often it is used (F4)', async () => {
    const client = new Client(panel);
    await remember(client);
    for (let day = 1; day < 30; day++) {
      panel.now += DAY;
      expect((await comeBack(client)).status, `day ${day}`).to.equal(200);
    }
    expect(await stateOf(client)).to.equal('remembered');
    panel.now += DAY;
    expect((await client.get('/secret')).body.code).to.equal('code-required');
    expect(panel.events.at(-1)).to.include({ name: 'session-demoted', reason: 'browser-revoked' });
    expect((await comeBack(client)).body.code).to.equal('code-required');
  });

  it('writes its last use once a day at most', async () => {
    const client = new Client(panel);
    await remember(client);
    const first = await panel.store.get('alice');
    for (let hour = 1; hour < 24; hour++) {
      panel.now += 3_600_000;
      await comeBack(client);
    }
    expect(await panel.store.get('alice')).to.equal(first);
    panel.now += 3_600_000;
    await comeBack(client);
    const second = await panel.store.get('alice');
    expect(second).not.to.equal(first);
    await comeBack(client);
    expect(await panel.store.get('alice')).to.equal(second);
    expect((await panel.secondFactor.admin.browsers('alice'))[0]?.lastUsedAt).to.equal(panel.now);
  });

  it('never steps up, opens what asks for a fresh code, manages the factor or acts (F6)', async () => {
    const client = new Client(panel);
    await remember(client);
    await comeBack(client);
    const before = await panel.store.get('alice');
    expect((await client.get('/strict')).body).to.include({
      code: 'step-up-required',
      location: '/two-step/step-up',
    });
    expect((await client.get('/danger')).body.code).to.equal('step-up-required');
    expect((await client.post('/two-step/setup')).body.code).to.equal('step-up-required');
    expect((await client.post('/two-step/authenticators/remove', { id: 'x' })).body.code).to.equal(
      'step-up-required',
    );
    expect((await client.post('/two-step/disable')).body.code).to.equal('code-malformed');
    expect(await panel.store.get('alice')).to.equal(before);

    expect((await client.post('/two-step/step-up', { code: phone.nextCode() })).body.state).to.equal(
      'verified',
    );
    expect((await client.get('/strict')).status).to.equal(200);
    expect(await stateOf(client)).to.equal('verified');
  });

  it('remembers no browser for a recovery code (F7)', async () => {
    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'test' }))!;
    const client = new Client(panel);
    const answer = await remember(client, 'alice', code);
    expect(answer.status).to.equal(200);
    expect((answer.headers['set-cookie'] ?? []).join()).not.to.include('second-factor-');
    expect((await comeBack(client)).body.code).to.equal('code-required');
  });

  describe('what ends it (F3)', () => {
    const events: Record<string, (other: Client, panel: Panel) => unknown> = {
      'disabling and enabling again': async (other) => {
        await other.post('/two-step/disable', { code: phone.nextCode() });
        await enroll(panel);
      },
      'a new authenticator': async (other) => {
        const { body } = await other.post('/two-step/setup');
        const { Secret, TOTP } = await import('otpauth');
        const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
        await other.post('/two-step/setup/confirm', { code: totp.generate({ timestamp: panel.now }) });
      },
      'another password': () => {
        userOf(panel).passwordChangedAt++;
      },
      'an operator': () => panel.secondFactor.admin.revokeBrowsers('alice', { by: 'test' }),
      'the owner, on another browser': (other) => other.post('/two-step/browsers/revoke', { all: true }),
    };
    for (const [title, act] of Object.entries(events)) {
      it(`ends with ${title}, at once and for the sessions it let in`, async () => {
        const client = new Client(panel);
        await remember(client);
        await comeBack(client);
        expect(await stateOf(client)).to.equal('remembered');
        const other = await loggedIn(panel);
        await other.post('/two-step/verify', { code: phone.nextCode() });

        await act(other, panel);
        expect(await client.me()).to.equal(null);
        expect((await client.get('/secret')).status).to.equal(401);
        expect((await comeBack(client)).body.code).to.equal('code-required');
      });
    }

    it('stays through new recovery codes and a sign-in elsewhere', async () => {
      const client = new Client(panel);
      await remember(client);
      const other = await loggedIn(panel);
      await other.post('/two-step/verify', { code: phone.nextCode() });
      await other.post('/two-step/recovery-codes', { code: phone.nextCode() });
      expect((await comeBack(client)).status).to.equal(200);
    });
  });

  it('is listed with its name and times, and forgotten one by one', async () => {
    const first = new Client(panel);
    await remember(first);
    panel.now += DAY;
    const second = new Client(panel);
    await remember(second);
    const { browsers } = (await second.get('/two-step/browsers')).body as { browsers: { id: string }[] };
    expect(browsers).to.have.length(2);
    expect(browsers[0]).to.have.all.keys('id', 'name', 'createdAt', 'lastUsedAt', 'expiresAt', 'current');
    expect(browsers[0]).to.include({
      name: 'Firefox, Linux',
      current: true,
      expiresAt: new Date(panel.now + 30 * DAY).toISOString(),
    });
    expect(browsers[1]).to.include({ current: false });

    await comeBack(first);
    expect((await second.post('/two-step/browsers/revoke', { id: 'nobody' })).body.code).to.equal(
      'not-found',
    );
    expect((await second.post('/two-step/browsers/revoke', { id: [browsers[1]?.id] })).body.code).to.equal(
      'body-malformed',
    );
    expect((await second.post('/two-step/browsers/revoke', { id: browsers[1]?.id })).status).to.equal(200);
    expect(await first.me()).to.equal(null);
    expect((await comeBack(second)).status).to.equal(200);
  });

  it('shows its list to nobody who is not signed in to the account (I7)', async () => {
    await remember(new Client(panel));
    const pending = await loggedIn(panel);
    for (const browser of [pending, new Client(panel)]) {
      expect((await browser.get('/two-step/browsers')).status).to.equal(401);
      expect((await browser.post('/two-step/browsers/revoke', { all: true })).status).to.equal(401);
    }
    expect(await panel.secondFactor.admin.browsers('alice')).to.have.length(1);
  });

  it('keeps ten at most, and lets the one go that was not used for longest', async () => {
    const clients = Array.from({ length: 11 }, () => new Client(panel));
    for (const client of clients) {
      await remember(client);
      panel.now += 1000;
    }
    expect(await panel.secondFactor.admin.browsers('alice')).to.have.length(10);
    expect((await comeBack(clients[0]!)).body.code).to.equal('code-required');
    for (const client of clients.slice(1)) expect((await comeBack(client)).status).to.equal(200);
  });

  it('lets two people share a browser', async () => {
    const shared = new Client(panel);
    await remember(shared);
    await shared.post('/logout');
    const bobs = await enroll(panel, 'bob');
    await remember(shared, 'bob', bobs.nextCode());
    expect((await comeBack(shared)).status).to.equal(200);
    expect((await comeBack(shared, 'bob')).status).to.equal(200);
  });

  it('is ignored once the option is off, also by sessions it let in (F9)', async () => {
    const key = Buffer.alloc(32).fill('0123456789abcdefghijklmnopqrstuv').toString('base64');
    const parts = { store: panel.store, session: { store: panel.sessionStore }, users: panel.users };
    const on = await startPanel({ ...parts, options: { keys: [key], rememberBrowsers: { days: 30 } } });
    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    phone = await enroll(on);
    const client = new Client(on);
    await remember(client);
    await comeBack(client);
    const off = await startPanel({ ...parts, options: { keys: [key], clock: () => on.now } });
    const { cookie } = client;
    expect((await new Client(off).get('/me', { cookie })).body.user).to.equal(null);
    const again = await new Client(off).post(
      '/login',
      { username: 'alice', password: 'password' },
      { cookie },
    );
    expect(again.body.code).to.equal('code-required');
  });

  it('works for every strategy that ends in req.logIn', async () => {
    const oauth = await startPanel({
      users: [user('alice')],
      options: { rememberBrowsers: { days: 30 } },
      routes(made: Panel) {
        knows(made, 'oauth', () => 'alice');
        made.app.get('/oauth', made.passport.authenticate('oauth'), (_req, res) => {
          res.json({ in: true });
        });
      },
    });
    phone = await enroll(oauth);
    const client = new Client(oauth);
    expect((await client.get('/oauth')).body.code).to.equal('code-required');
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await client.post('/logout');
    expect((await client.get('/oauth')).body).to.deep.equal({ in: true });
  });

  it('remembers none for a recovery code, which may be somebody else’s (F7)', async () => {
    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', { by: 'operator' }))!;
    const client = new Client(panel);
    await remember(client, 'alice', code);
    expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
    expect((await comeBack(client)).body.code).to.equal('code-required');
    expect((await panel.secondFactor.status('alice')).rememberedBrowsers).to.equal(0);
  });
});
