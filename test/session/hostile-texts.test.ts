import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { TOTP } from 'otpauth';
import { URI } from 'otpauth';
import { redisStore } from 'passport-second-factor/redis';
import type { Notice, SecondFactorOptions, Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import type { Command } from '../../lib/cli/parse-command.js';
import { runCommand } from '../../lib/cli/run-command.js';
import { startLevelPanel } from '../support/level-panel.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { redisForTests } from '../support/redis-server.js';

/** What a terminal, a log or a mail would act on, beside what no UTF-8 can hold. */
const HOSTILE = '\r\nDone by: root\u009b2K\u0000\u202e\ud800';
const HTML = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

const start = (options: Partial<SecondFactorOptions<User>>): Promise<Panel> => startPanel({ options });

describe('texts from outside', () => {
  afterEach(stopPanels);

  it('tells a user agent and an address in one short line each, and knows the browser', async () => {
    const notices: Notice[] = [];
    const panel = await startPanel({
      // What a framework may make of the header; Node itself decodes bytes one by one.
      first: ({ app }) =>
        app.use((req, _res, next) => {
          if (req.headers['x-agent'] === 'emoji')
            req.headers['user-agent'] = `${'x'.repeat(511)}😀${HOSTILE}`;
          next();
        }),
      options: { ip: () => `203.0.113.7${HOSTILE}`, notify: (_account, notice) => notices.push(notice) },
    });
    await enroll(panel);
    for (const headers of [
      { 'user-agent': `\u009b2K\tFirefox/140.0 ${'x'.repeat(12_000)}` },
      { 'x-agent': 'emoji' },
    ]) {
      await new Client(panel).post('/login', { username: 'alice', password: 'password' }, headers);
    }
    await turn();
    for (const { ip, userAgent = '' } of panel.events) {
      expect(ip).to.equal('203.0.113.7 Done by: root 2K');
      expect(userAgent).to.not.match(/\p{C}/u);
      expect(Array.from(userAgent).length).to.be.at.most(512);
    }
    expect(panel.events.at(-1)?.userAgent).to.equal(`${'x'.repeat(511)}😀`);
    expect(notices).to.have.length(1);
    expect(notices[0]?.texts.en.body).to.include('IP address: 203.0.113.7 Done by: root 2K\n');
  });

  it('tells what verify() is given as where a code came from in the same way', async () => {
    const panel = await start({});
    await enroll(panel);
    await panel.secondFactor.verify('alice', '000000', { ip: HOSTILE, userAgent: `imap${HOSTILE}` });
    expect(panel.events.at(-1)).to.include({ ip: 'Done by: root 2K', userAgent: 'imap Done by: root 2K' });
  });

  it('tells who did something and why in one line, and asks for a name that can be read', async () => {
    const notices: Notice[] = [];
    const panel = await start({ notify: (_account, notice) => notices.push(notice) });
    await enroll(panel);
    const refused = panel.secondFactor.admin.disable('alice', { by: '\u200b\n\ud800' });
    expect(await refused.catch((error: unknown) => error)).to.include({ code: 'option-invalid' });
    await panel.secondFactor.admin.disable('alice', {
      by: `job${HOSTILE}`,
      reason: `asked${HOSTILE}`.repeat(500),
    });
    await turn();
    const event = panel.events.at(-1) as { by?: string; reason?: string };
    expect(event.by).to.equal('job Done by: root 2K');
    expect(event.reason)
      .to.match(/^asked Done by: root 2K asked/)
      .and.not.match(/\p{C}/u);
    expect(event.reason?.length).to.be.at.most(1000);
    expect(notices.at(-1)?.texts.en.body).to.include('Done by: job Done by: root 2K\n');
  });

  it('shows the name of an account as it is on pages, and in one line in a mail', async () => {
    const notices: Notice[] = [];
    const panel = await start({
      account: ({ id }) => ({ id, name: `alice${HOSTILE}`, securityStamp: 1 }),
      notify: (_account, notice) => notices.push(notice),
    });
    const { client } = await enrolled(panel);
    await turn();
    expect(notices[0]?.texts.en.body).to.include('Account: alice Done by: root 2K \ufffd\n');
    const { text } = await client.get('/two-step', HTML);
    expect(text).to.include('<bdi>alice\r\nDone by: root\u009b2K\u0000\u202e\ufffd</bdi>');
  });

  for (const [issuer, shown] of [
    [`Acme: Ltd${HOSTILE}`, 'Acme Ltd Done by root 2K \u202e'],
    ['\ud83d', ''],
    ['😀'.repeat(120), '😀'.repeat(100)],
  ] as const) {
    it(`enables whatever name an issuer function gives: ${JSON.stringify(issuer).slice(0, 20)}`, async () => {
      const panel = await start({ issuer: () => issuer });
      const client = await loggedIn(panel);
      const { status, body } = await client.post('/two-step/setup');
      if (shown === '') {
        expect([status, body.code]).to.deep.equal([500, 'option-invalid']);
        return;
      }
      expect([status, body.issuer]).to.deep.equal([200, shown]);
      const { text } = await client.get('/two-step/setup', HTML);
      expect(text).to.include('<svg').and.include(shown);
      const totp = URI.parse(String(body.uri)) as TOTP;
      expect(totp.issuer).to.equal(shown);
      const code = totp.generate({ timestamp: panel.now });
      expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(200);
    });
  }

  it('keeps the name of an authenticator to one short line', async () => {
    const panel = await start({});
    const { client } = await enrolled(panel);
    const { body } = await client.post('/two-step/setup', {
      add: true,
      name: `old phone${HOSTILE}`.repeat(100),
    });
    const code = (URI.parse(String(body.uri)) as TOTP).generate({ timestamp: panel.now });
    expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(200);
    const { authenticators } = (await client.get('/two-step')).body as { authenticators: { name: string }[] };
    expect(authenticators[1]?.name).to.equal('old phone Done by: root 2K old phone Don');
  });

  it('takes a level that cannot be seen for none of those there are', async () => {
    const asked: (string | null)[] = [];
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] }, undefined, {
      policy: ({ level }) => {
        asked.push(level);
        return 'optional';
      },
    });
    for (const level of ['root\u200b', 'root\u0000', '\u202eroot', 'ro\ud800ot', ' root', 'root\n']) {
      panel.users.get('alice')!.level = level;
      const browser = new Client(panel);
      expect((await browser.login('alice')).status).to.equal(200);
      const { status, body } = await browser.actAs('bob');
      expect([status, body.reason]).to.deep.equal([403, 'level-unknown']);
      expect((await panel.secondFactor.admin.account('alice'))?.level).to.not.equal('root');
    }
    for (const level of asked) expect(level ?? '').to.not.match(/\p{C}/u);
    await panel.close();
  });

  it('tells of an account that nobody could be in one line, of others as they are', async () => {
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    for (const login of ['alice', 'root']) {
      const browser = await loggedIn(panel, login);
      panel.events.length = 0;
      for (const account of [`x${HOSTILE}`, '\ud800', 'x'.repeat(300), '😀\n', 5, ['bob'], undefined]) {
        expect((await browser.actAs(account)).status).to.equal(403);
      }
      expect(panel.events.map(({ accountId }) => accountId)).to.deep.equal([
        'x Done by: root 2K',
        '',
        'x'.repeat(255),
        '😀\n',
        '5',
        '',
        '',
      ]);
    }
    await panel.close();
  });

  it('shows pages in a language there is, whatever it is asked for', async () => {
    for (const language of [
      '__proto__',
      'ru\u0000',
      'ru-\ud800',
      'x'.repeat(10_000),
      7 as unknown as string,
    ]) {
      const panel = await start({ language: () => language });
      const client = await loggedIn(panel);
      const { status, text } = await client.get('/two-step', {
        ...HTML,
        'accept-language': 'x\u009b;q=1, *',
      });
      expect([status, /<html lang="(en|ru)"/.test(text)]).to.deep.equal([200, true]);
    }
  });

  it('sends form fields of any text, and says what else there must not be', async () => {
    const panel = await start({ formFields: () => ({ [`a${HOSTILE}`]: HOSTILE }) });
    const client = await loggedIn(panel);
    const { status, headers, text } = await client.get('/two-step', HTML);
    expect([status, headers['content-length']]).to.deep.equal([200, String(Buffer.byteLength(text))]);
    for (const [fields, got] of [
      [{ csrf: undefined }, '"csrf" is undefined'],
      [{ csrf: ['a'] }, '"csrf" is object'],
      [new Map([['csrf', 'a']]), 'got object'],
      [['a'], 'got object'],
      [undefined, 'got undefined'],
      [null, 'got null'],
    ] as const) {
      const wrong = await start({ formFields: () => fields as never });
      expect((await (await loggedIn(wrong)).get('/two-step', HTML)).status).to.equal(500);
      expect(wrong.errors.at(-1)).to.include({ code: 'option-invalid' });
      expect((wrong.errors.at(-1) as Error).message).to.equal(
        `formFields must return an object of strings, ${got}`,
      );
    }
  });
});

describe('an account id of 255 bytes of emoji', () => {
  const ID = `${'😀'.repeat(63)}abc`;
  const redis = redisForTests();
  afterEach(stopPanels);

  const stores: Record<string, () => Store> = { memory: memoryStore, Redis: () => redisStore(redis()) };
  for (const [where, store] of Object.entries(stores)) {
    it(`works on pages, in the QR code, in events and on the console, in ${where}`, async () => {
      expect(Buffer.byteLength(ID)).to.equal(255);
      const panel = await startPanel({
        store: store(),
        users: [user(ID)],
        options: { rememberBrowsers: { days: 30 }, impersonation: { levels: ['root', 'user'] } },
      });
      const { client, phone } = await enrolled(panel, ID);
      expect((await client.get('/two-step', HTML)).text).to.include(ID);
      await client.post('/logout');
      await client.login(ID);
      expect(
        (await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true })).status,
      ).to.equal(200);
      await client.post('/logout');
      expect((await client.login(ID)).body).to.deep.equal({ user: ID });
      expect(client.cookie).to.match(/^[\x21-\x7e ]+$/);
      expect(new Set(panel.events.map(({ accountId }) => accountId))).to.deep.equal(new Set([ID]));

      const printed: string[] = [];
      const terminal = {
        print: (line: string) => void printed.push(line),
        confirm: () => Promise.resolve(true),
        readInput: () => Promise.resolve(null),
        begin: () => new AbortController().signal,
        progress: () => undefined,
      };
      for (const name of ['status', 'list', 'disable'] as const) {
        const command = { name, account: ID, yes: true, json: false } as unknown as Command;
        expect(await runCommand(name, { command, instance: panel.secondFactor, terminal }), name).to.equal(0);
      }
      expect(printed.join('\n')).to.include(`${ID}\n${ID}: two-step authentication is disabled`);
    });
  }
});
