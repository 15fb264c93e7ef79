import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { Notice, NoticeName } from '../../lib/index.js';
import { noticeOf } from '../../lib/notices/notice-of.js';
import { WORDS } from '../../lib/notices/all-words.js';
import { english } from '../../lib/notices/words-en.js';
import { writeNotice } from '../../lib/notices/write-notice.js';
import { until } from '../support/eventually.js';
import { Client } from '../support/client.js';
import { caught } from '../support/headless.js';
import { enroll, enrolled, loggedIn, verify } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { warningsOf } from '../support/warnings.js';

const NAMES: readonly NoticeName[] = [
  'enabled',
  'disabled',
  'authenticator-added',
  'authenticator-replaced',
  'authenticator-removed',
  'security-key-added',
  'security-key-removed',
  'security-key-stopped',
  'recovery-code-used',
  'recovery-codes-regenerated',
  'locked',
  'unlocked',
  'browser-remembered',
  'browsers-revoked',
  'impersonation-begun',
];

describe('notices', () => {
  let sent: { id: string; notice: Notice }[];
  beforeEach(() => {
    sent = [];
  });
  afterEach(stopPanels);

  const start = (notify?: (account: { id: string }, notice: Notice) => unknown): Promise<Panel> =>
    startPanel({
      options: {
        rememberBrowsers: { days: 30 },
        notify: notify ?? (({ id }, notice) => sent.push({ id, notice })),
      },
    });

  const names = async (): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return sent.splice(0).map(({ id, notice }) => `${id}: ${notice.name}`);
  };

  it('tell the owner what happened to their second factor, and who did it', async () => {
    const panel = await start();
    const client = new Client(panel);
    const phone = await enroll(panel, 'alice', client);
    expect(await names()).to.deep.equal(['alice: enabled']);

    await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
    expect(await names()).to.deep.equal(['alice: recovery-codes-regenerated']);

    const { body } = await client.post('/two-step/setup', { add: true });
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    await client.post('/two-step/setup/confirm', { code: totp.generate({ timestamp: panel.now }) });
    expect(await names()).to.deep.equal(['alice: authenticator-added']);

    const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', {
      by: 'support',
      reason: 'ticket 7',
    }))!;
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent[0]?.notice).to.include({ name: 'recovery-codes-regenerated', by: 'support' });
    expect(sent[0]?.notice.texts.en.body).to.include('Done by: support');
    await names();

    const other = await loggedIn(panel);
    await other.post('/two-step/verify', { code });
    expect(sent[0]?.notice.texts.en.body).to.include('9 are left');
    expect(sent[0]?.notice.texts.ru.body).to.include('Осталось: 9');
    expect(sent[0]?.notice).to.include({ ip: '127.0.0.1' });
    expect(await names()).to.deep.equal(['alice: recovery-code-used']);

    const third = await loggedIn(panel);
    panel.now += 60_000;
    await third.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    expect(await names()).to.deep.equal(['alice: browser-remembered']);

    await panel.secondFactor.admin.disable('alice', { by: 'console:root' });
    expect(await names()).to.deep.equal(['alice: disabled']);
  });

  it('tell the owner that an operator lets codes be guessed again, or has forgotten their browsers', async () => {
    const panel = await start();
    const { client, phone } = await enrolled(panel);
    await names();
    const { admin } = panel.secondFactor;
    await admin.unlock('alice', { by: 'console:mallory', reason: 'ticket 7' });
    await admin.revokeBrowsers('alice', { by: 'console:mallory' });
    await new Promise((resolve) => setImmediate(resolve));
    for (const { notice } of sent) {
      expect(notice.by).to.equal('console:mallory');
      expect(notice.texts.en.body)
        .to.include('Done by: console:mallory')
        .and.include('ask who did it and why');
    }
    expect(await names()).to.deep.equal(['alice: unlocked', 'alice: browsers-revoked']);

    await (await loggedIn(panel)).post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await names();
    await client.post('/two-step/browsers/revoke', { all: true });
    expect(panel.told()).to.include('browsers-revoked');
    expect(await names(), 'what owners do themselves here').to.deep.equal([]);
  });

  it('tell of the first wait and of the hard limit, so that no guesser fills a mailbox', async () => {
    const panel = await start();
    await enroll(panel);
    await names();
    for (let guess = 0; guess < 100; guess++) {
      await panel.secondFactor.verify('alice', '000000');
      panel.now += 3_601_000;
    }
    await new Promise((resolve) => setImmediate(resolve));
    const told = sent.map(({ notice }) => notice);
    expect(told.map(({ name }) => name)).to.deep.equal(['locked', 'locked']);
    expect(told[0]?.texts.en.body).to.match(/accepted again from \d{4}-/);
    expect(told[1]?.texts.en.body).to.include('from now on');
  });

  it('delay nobody and change nothing when the hook throws, rejects or never ends', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', hear);
    try {
      for (const hook of [
        () => {
          throw new Error('mail is down');
        },
        () => Promise.reject(new Error('mail is down')),
        () => new Promise<never>(() => undefined),
      ]) {
        const panel = await start(hook);
        const phone = await enroll(panel);
        const client = await loggedIn(panel);
        expect((await client.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
          'verified',
        );
      }
      const failed = (): Error[] => warnings.filter(({ message }) => message.includes('mail is down'));
      await until('both hooks to be reported', () => failed().length === 2);
    } finally {
      process.off('warning', hear);
    }
  });

  it('are reported as failed where an operator changes an account that findUser does not find', async () => {
    const users = [user('alice'), user('bob')];
    const blocked = new Set<string>();
    const findUser = (id: string): User | null =>
      users.find((known) => known.id === id && !blocked.has(id)) ?? null;
    const panel = await startPanel({
      users,
      options: { findUser, notify: ({ id }, notice) => sent.push({ id, notice }) },
    });
    const { admin } = panel.secondFactor;
    await enroll(panel);
    await names();
    expect(await admin.tellsOwner('alice')).to.equal(true);

    blocked.add('alice');
    expect(await admin.tellsOwner('alice')).to.equal(false);
    const warnings = await warningsOf(async () => {
      expect(await admin.unlock('alice', { by: 'support' })).to.equal(true);
      expect(await admin.disable('alice', { by: 'support' })).to.equal(true);
    });
    expect(warnings.map(({ message }) => /the owner of .*$/m.exec(message)?.[0])).to.deep.equal([
      'the owner of alice was not told of "unlocked": findUser does not find the account',
      'the owner of alice was not told of "disabled": findUser does not find the account',
    ]);
    expect(await admin.settled()).to.deep.equal({ failed: 2, unfinished: 0 });
    expect(await names()).to.deep.equal([]);
  });

  it('are not missed for an account that is deleted, or a session that ends as it is blocked', async () => {
    const users = [user('alice'), user('bob')];
    const gone = new Set<string>();
    const findUser = (id: string): User | null =>
      users.find((known) => known.id === id && !gone.has(id)) ?? null;
    const panel = await startPanel({
      users,
      options: { findUser, notify: ({ id }, notice) => sent.push({ id, notice }) },
    });
    const { client } = await enrolled(panel);
    const waiting = await loggedIn(panel);
    const warnings = await warningsOf(async () => {
      gone.add('alice');
      expect((await client.get('/secret')).status).to.equal(401);
      await verify(waiting, '000000');
      await caught(panel.secondFactor.verify('alice', '000000'));
      await panel.secondFactor.admin.forget('alice');
    });
    expect(panel.told()).to.include('forgotten').and.include('session-demoted');
    expect(warnings).to.deep.equal([]);
    expect(await panel.secondFactor.admin.settled()).to.deep.equal({ failed: 0, unfinished: 0 });
  });

  it('are foretold: whether the owner of an account would hear of them', async () => {
    const silent = await startPanel();
    expect(await silent.secondFactor.admin.tellsOwner('alice'), 'without notify').to.equal(null);
    const { admin } = (await start()).secondFactor;
    expect(await admin.tellsOwner('alice')).to.equal(true);
    expect(await admin.tellsOwner('nobody')).to.equal(false);
    expect(await caught(admin.tellsOwner(''))).to.include({ code: 'account-invalid' });
    const failing = await startPanel({
      options: { notify: () => undefined, findUser: () => Promise.reject(new Error('away')) },
    });
    expect(await failing.secondFactor.admin.tellsOwner('alice'), 'cannot be described').to.equal(false);
  });

  it('are waited for by close(), as a console command ends with it, but not for ever', async () => {
    let mail = (): void => undefined;
    const slow = await start(() => new Promise<void>((resolve) => (mail = resolve)));
    await enroll(slow);
    let closed = false;
    const closing = slow.secondFactor.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).to.equal(false);
    mail();
    await closing;

    const hanging = await start(() => new Promise<never>(() => undefined));
    await enroll(hanging);
    await hanging.secondFactor.close();
  });

  it('name the browser where it is a known one, and say nothing else that the user agent says', () => {
    const textsOf = (userAgent: string): string => {
      const event = {
        name: 'locked',
        at: 0,
        accountId: 'alice',
        until: null,
        failures: 100,
        userAgent,
      } as const;
      return JSON.stringify(noticeOf(event, { issuer: 'Acme Panel', name: 'alice' }, WORDS).texts);
    };
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    expect(textsOf(firefox)).to.include('Browser: Firefox, Linux').and.to.include('Браузер: Firefox, Linux');
    for (const agent of [
      'go to https://evil.example',
      'evil.example/1.0 (X11; Linux x86_64)',
      '\u009bevil/1 x',
    ]) {
      expect(textsOf(agent), agent).to.not.include('evil');
    }
  });

  it('tell an IPv4 address as people know it, in the fact and in the text', () => {
    for (const [ip, shown] of [
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['::FFFF:203.0.113.7', '203.0.113.7'],
      ['203.0.113.7', '203.0.113.7'],
      ['2001:db8::ffff:1', '2001:db8::ffff:1'],
      ['::ffff:7.evil.example', '::ffff:7.evil.example'],
    ] as const) {
      const event = { name: 'disabled', at: 0, accountId: 'alice', ip } as const;
      const notice = noticeOf(event, { issuer: 'Acme Panel', name: 'alice' }, WORDS);
      expect(notice.ip).to.equal(shown);
      expect(notice.texts.en.body).to.include(`\nIP address: ${shown}\n`);
      expect(notice.texts.ru.body).to.include(`\nIP-адрес: ${shown}\n`);
    }
  });

  it('name the minute from which codes are accepted again, and none that was over when it happened', () => {
    const facts = { issuer: 'Acme Panel', account: 'alice', at: 61_000 };
    const bodyOf = (lockedUntil: number): string =>
      writeNotice(english, 'locked', { ...facts, lockedUntil }).body;
    expect(bodyOf(91_000)).to.include('accepted again from 1970-01-01 00:02 UTC');
    expect(bodyOf(120_000)).to.include('accepted again from 1970-01-01 00:02 UTC');
  });

  it('say what to do next, whether it was expected or not, and each its own', () => {
    for (const words of Object.values(WORDS)) {
      for (const next of [words.next, words.nextByOthers]) {
        for (const name of NAMES) {
          const { expected, unexpected } = next[name];
          const by = next === words.next ? {} : { by: 'root' };
          const { body } = writeNotice(words, name, { issuer: 'P', account: 'a', at: 0, ...by });
          expect(body, name).to.include(`\n\n${expected}\n\n${unexpected}\n`);
          for (const step of [expected, unexpected]) expect(step, name).to.match(/^\p{Lu}.*\.$/u);
        }
      }
    }
  });

  it('have a subject and a body for everything in every language, and never the same', () => {
    const facts = {
      issuer: 'Acme Panel',
      account: 'alice',
      at: 0,
      by: 'root',
      ip: '203.0.113.7',
      browser: 'Firefox, Linux',
    };
    for (const words of Object.values(WORDS)) {
      const texts = NAMES.map((name) => writeNotice(words, name, facts));
      for (const { subject, body } of texts) {
        expect(subject).to.match(/^Acme Panel: \S/);
        for (const fact of ['alice', '1970-01-01 00:00 UTC', 'root', '203.0.113.7', 'Firefox, Linux']) {
          expect(body).to.include(fact);
        }
      }
      expect(new Set(texts.map(({ subject }) => subject)).size).to.equal(NAMES.length);
      expect(writeNotice(words, 'enabled', { issuer: 'P', account: 'a', at: 0 }).body).to.include(
        words.next.enabled.expected,
      );
    }
    for (const name of NAMES) {
      const bodies = Object.values(WORDS).map((words) => writeNotice(words, name, facts).body);
      expect(new Set(bodies).size, name).to.equal(bodies.length);
    }
  });
});
