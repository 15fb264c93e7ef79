import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const key = (): string => randomBytes(32).toString('base64');

describe('session/browser-cookie', () => {
  const store = memoryStore();
  const [old, next] = [key(), key()];
  afterEach(stopPanels);

  /** A panel of the same application, perhaps with other keys. */
  const start = (keys: string[], now = Date.now()): Promise<Panel> =>
    startPanel({ store, options: { keys, rememberBrowsers: { days: 30 } } }).then((panel) =>
      Object.assign(panel, { now }),
    );

  /** Signs in with the password and then a code; the lines of the cookies that came of it. */
  async function verify(panel: Panel, phone: Phone, device = ''): Promise<string[]> {
    const client = await loggedIn(panel);
    const cookie = `${client.cookie}; ${device}`;
    const body = { code: phone.nextCode(), rememberBrowser: true };
    const { status, headers } = await client.post('/two-step/verify', body, { cookie });
    expect(status).to.equal(200);
    return (headers['set-cookie'] ?? []).filter((line) => line.includes('second-factor-'));
  }

  const signIn = (panel: Panel, cookie: string): Promise<unknown> => signInAs(panel, 'alice', cookie);

  async function signInAs(panel: Panel, username: string, cookie: string): Promise<unknown> {
    const body = { username, password: 'password' };
    const answer = await new Client(panel).post('/login', body, { cookie });
    return answer.body.code ?? answer.body.user;
  }

  const pairOf = (line = ''): string => line.split(';')[0] ?? '';
  const nameOf = (line = ''): string => line.split('=')[0] ?? '';

  it('has a name that cannot be told from the account without the key', async () => {
    const names: string[] = [];
    for (const keys of [[old], [old, next], [key()]]) {
      const panel = await start(keys);
      await store.compareAndSet('alice', await store.get('alice'), null);
      names.push(nameOf((await verify(panel, await enroll(panel)))[0]));
    }
    expect(names[1]).to.equal(names[0]);
    expect(names[2]).not.to.equal(names[0]);
    await store.compareAndSet('alice', await store.get('alice'), null);
  });

  it('is found under the name of every key of the ring, and left under that of the first', async () => {
    const before = await start([old]);
    const phone = await enroll(before);
    const [line] = await verify(before, phone);
    const device = pairOf(line);

    const during = await start([next, old], before.now);
    expect(await signIn(during, device)).to.equal('alice');
    const [renewed, gone, ...others] = await verify(during, phone, device);
    expect(others).to.deep.equal([]);
    expect(nameOf(renewed)).not.to.equal(nameOf(line));
    expect(gone).to.match(new RegExp(`^${nameOf(line)}=; Max-Age=0; Path=/`));
    expect(await signIn(during, pairOf(renewed))).to.equal('alice');

    expect(await signIn(await start([old, next], before.now), pairOf(renewed))).to.equal('alice');
    await during.secondFactor.admin.rekey();
    expect(await signIn(await start([next], before.now), pairOf(renewed))).to.equal('alice');
  });

  it('counts again with a record of before it was forgotten, as a backup has it, until it is forgotten once more', async () => {
    const panel = await startPanel({ options: { rememberBrowsers: { days: 30 } } });
    const phone = await enroll(panel);
    const browser = new Client(panel);
    await browser.login('alice');
    await browser.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    const device = /second-factor-[^;]*/.exec(browser.cookie)?.[0] ?? '';
    const older = await panel.store.get('alice');
    const forget = (): Promise<boolean> => panel.secondFactor.admin.revokeBrowsers('alice', { by: 'test' });
    await forget();
    expect(await signInAs(panel, 'alice', device)).to.equal('code-required');
    await panel.store.compareAndSet('alice', await panel.store.get('alice'), older);
    expect(await signInAs(panel, 'alice', device)).to.equal('alice');
    await forget();
    expect(await signInAs(panel, 'alice', device)).to.equal('code-required');
  });

  it('makes room for itself in a browser that many people share, so that no request of it becomes too long', async () => {
    const users = Array.from({ length: 40 }, (_, i) => user(`user${String(i)}`));
    const panel = await startPanel({ users, options: { rememberBrowsers: { days: 30 } } });
    const shared = new Client(panel);
    for (const { login } of users) {
      const phone = await enroll(panel, login);
      await shared.login(login);
      const { status } = await shared.post('/two-step/verify', {
        code: phone.nextCode(),
        rememberBrowser: true,
      });
      expect(status).to.equal(200);
    }
    expect(shared.cookie.match(/second-factor-/g)).to.have.length(30);
    const remembered = await Promise.all(
      users.map(async ({ login }) => (await signInAs(panel, login, shared.cookie)) === login),
    );
    expect(remembered.indexOf(true)).to.equal(10);
    expect(remembered.lastIndexOf(false)).to.equal(9);
  });

  it('counts accounts only, and not where a guard stopped somebody meanwhile', async () => {
    const users = Array.from({ length: 30 }, (_, i) => user(`user${String(i)}`));
    const panel = await startPanel({ users, options: { rememberBrowsers: { days: 30 } } });
    const shared = new Client(panel);
    for (const { login } of users) {
      const phone = await enroll(panel, login);
      await shared.login(login);
      await shared.get('/secret', { accept: 'text/html' });
      const { status } = await shared.post('/two-step/verify', {
        code: phone.nextCode(),
        rememberBrowser: true,
      });
      expect(status).to.equal(200);
    }
    for (const { login } of users) expect(await signInAs(panel, login, shared.cookie)).to.equal(login);
  });

  it('takes away few of many at once, what the browser has had longest, and none of the application', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    const had = Array.from({ length: 50 }, (_, i) => `second-factor-${String(i).padStart(16, '0')}`);
    const others = [
      'second-factor-',
      'second-factor-0',
      'my-second-factor-0000000000000000',
      '__Host-second-factor-0000000000000000',
    ];
    const [given, ...gone] = await verify(
      panel,
      phone,
      [...others, ...had].map((name) => `${name}=x`).join('; '),
    );
    expect(given).to.include('Max-Age=34560000');
    expect(gone.map((line) => nameOf(line))).to.deep.equal(had.slice(0, 4));
    for (const line of gone) expect(line).to.match(/=; Max-Age=0; Path=\//);
  });

  it('takes none away for names that only look like ours, which a sibling subdomain may plant beside __Host-', async () => {
    const users = [user('alice'), user('bob')];
    const panel = await startPanel({ users, options: { rememberBrowsers: { days: 30 } } });
    const bob = await enroll(panel, 'bob');
    const alice = await enroll(panel);
    const shared = await loggedIn(panel, 'bob');
    expect(
      (await shared.post('/two-step/verify', { code: bob.nextCode(), rememberBrowser: true })).status,
    ).to.equal(200);
    const device = /second-factor-[^;]*/.exec(shared.cookie)?.[0] ?? '';

    // Node.js gives the byte as a space that cannot break, and browsers do not take it for the prefix.
    const planted = Array.from(
      { length: 40 },
      (_, i) => `\u{a0}second-factor-${String(i).padStart(16, '0')}=x`,
    );
    const [, ...gone] = await verify(panel, alice, [device, ...planted].join('; '));
    expect(gone).to.deep.equal([]);
  });
});
