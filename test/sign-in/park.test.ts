import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { burst, enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { sessionId } from '../support/sessions.js';
import { SlowSessions } from '../support/slow-sessions.js';
import type { Panel, PanelParts } from '../support/panel.js';

const DAY_MILLISECONDS = 86_400_000;

describe('sign-in/park: the life of a parked sign-in (M3, A13)', () => {
  let server: RedisServer;
  let redis: Redis;

  before(async () => {
    server = await sharedRedis();
    redis = connectRedis(server);
  });
  afterEach(async () => {
    await stopPanels();
    await redis.flushall();
  });
  after(async () => {
    redis.disconnect();
  });

  const start = (parts: PanelParts = {}): Promise<Panel> =>
    startPanel({
      redis,
      session: { cookie: { maxAge: DAY_MILLISECONDS }, rolling: true, resave: true },
      ...parts,
    });
  const ttl = (client: Client): Promise<number> => redis.ttl(`sess:${sessionId(client)}`);

  it('has a life in the store of what is left, in a cookie as the application makes them', async () => {
    const panel = await start();
    const phone = await enroll(panel);
    const client = new Client(panel);
    const parked = await client.login('alice');
    expect(sessionExpires(parked) - Date.now()).to.be.above(DAY_MILLISECONDS - 60_000);
    expect(await ttl(client)).to.be.within(500, 601);

    const verified = await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(sessionExpires(verified) - Date.now()).to.be.above(DAY_MILLISECONDS - 60_000);
    expect(await ttl(client)).to.be.above(86_000);
  });

  for (const [cookie, least, most] of [
    [{ expires: false }, 500, 601],
    [{ maxAge: false }, 500, 601],
    [{ maxAge: null }, 500, 601],
    [{ maxAge: 120_000 }, 1, 120],
  ] as const)
    it(`lives no longer than the sessions of the application, and has else all of its time: ${JSON.stringify(cookie)}`, async () => {
      const panel = await start({ session: { cookie: cookie as never } });
      await enroll(panel);
      const client = new Client(panel);
      await client.login('alice');
      expect(await ttl(client)).to.be.within(least, most);
      await client.get('/two-step/verify');
      expect(await ttl(client)).to.be.within(least, most);
    });

  for (const where of ['Redis', 'the process'] as const) {
    it(`ends for a POST as one that is over where its session is gone from ${where}: no session for an old cookie`, async () => {
      const panel = where === 'Redis' ? await start() : await startPanel();
      const phone = await enroll(panel);
      const late = await loggedIn(panel);
      await new Promise<void>((resolve, reject) =>
        panel.sessionStore.destroy(sessionId(late), (error) => (error ? reject(error as Error) : resolve())),
      );
      // And one whose first click was right: the second one still carries the parked cookie.
      const twice = await loggedIn(panel);
      const { cookie } = twice;
      const code = phone.nextCode();
      expect((await twice.post('/two-step/verify', { code })).status).to.equal(200);
      for (const [client, old] of [
        [late, late.cookie],
        [twice, cookie],
        [new Client(panel), ''],
      ] as const) {
        for (const path of ['verify', 'step-up', 'setup', 'setup/confirm', 'setup/cancel', 'VERIFY/']) {
          const answer = await client.post(`/two-step/${path}`, { code: phone.nextCode() }, { cookie: old });
          expect([answer.status, answer.body.code], path).to.deep.equal([401, 'sign-in-expired']);
          expect(answer.headers['set-cookie'], path).to.equal(undefined);
        }
      }
      expect(await twice.me()).to.equal('alice');
      expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
    });
  }

  it('never lasts longer by being asked for', async () => {
    const panel = await start();
    await enroll(panel);
    const client = await loggedIn(panel);
    let until = (await panel.stored(client))?.passportSecondFactor?.until;
    for (const seconds of [100, 200, 200]) {
      panel.now += seconds * 1000;
      for (const path of ['/two-step', '/two-step/verify', '/me', '/secret']) await client.get(path);
      await client.post('/two-step/verify', { code: '000000' });
      await client.get('/secret', { accept: 'text/html' });
      const left = (Number(until) - panel.now) / 1000;
      expect(await ttl(client)).to.be.within(left - 90, left + 1);
      expect((await panel.stored(client))?.passportSecondFactor?.until).to.equal(until);
      until = (await panel.stored(client))?.passportSecondFactor?.until;
    }
  });

  it('ends at its time: the right code is refused and not spent', async () => {
    const panel = await start();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    panel.told();
    panel.now += 600_000;
    const code = phone.nextCode();
    expect((await client.post('/two-step/verify', { code })).body.code).to.equal('sign-in-expired');
    expect(await client.me()).to.equal(null);
    expect((await client.get('/two-step')).body.state).to.equal('anonymous');
    expect(panel.told().filter((name) => name === 'sign-in-ended')).to.have.length(1);
    const again = await loggedIn(panel);
    expect((await again.post('/two-step/verify', { code })).status).to.equal(200);
  });

  it('lives for pendingSeconds', async () => {
    const panel = await start({ options: { pendingSeconds: 60 } });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    expect(await ttl(client)).to.be.within(1, 61);
    panel.now += 29_999; // the phone moves the clock by 30 s more
    expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    const late = await loggedIn(panel);
    panel.now += 30_000;
    expect((await late.post('/two-step/verify', { code: phone.nextCode() })).body.code).to.equal(
      'sign-in-expired',
    );
  });

  it('is in the store without the password or anything of the application (D19)', async () => {
    const panel = await start();
    await enroll(panel);
    const client = await loggedIn(panel);
    const text = (await redis.get(`sess:${sessionId(client)}`))!;
    expect(JSON.parse(text)).to.have.all.keys('cookie', 'passportSecondFactor');
    expect(text).not.to.match(/"password"|:"password/);
    const values = await Promise.all((await redis.keys('sess:*')).map((key) => redis.get(key)));
    expect(values.join('')).not.to.include('"password"');
  });

  for (const [what, change] of [
    ['the password changed', (panel: Panel) => (panel.users[0]!.passwordChangedAt = 2)],
    ['the account is gone', (panel: Panel) => panel.users.splice(0, 1)],
    [
      'the factor was disabled',
      (panel: Panel) => panel.secondFactor.admin.disable('alice', { by: 'operator' }),
    ],
  ] as const) {
    it(`is dead when ${what} between the steps (A12)`, async () => {
      const panel = await start();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const { cookie } = client;
      await change(panel);
      const answer = await client.post('/two-step/verify', { code: phone.nextCode() });
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('sign-in-expired');
      expect(await client.me()).to.equal(null);
      expect(await panel.stored(cookie)).to.equal(null);
      expect(panel.events.at(-1)).to.include({ name: 'sign-in-ended', reason: 'account-changed' });
    });
  }

  it('is dead when the factor was replaced between the steps: neither code counts (A12)', async () => {
    const panel = await start();
    const old = await enroll(panel);
    const [first, second] = [await loggedIn(panel), await loggedIn(panel)];
    await panel.secondFactor.admin.disable('alice', { by: 'operator' });
    const phone = await enroll(panel);
    const before = await panel.store.get('alice');
    expect((await first.post('/two-step/verify', { code: old.nextCode() })).body.code).to.equal(
      'sign-in-expired',
    );
    expect((await second.post('/two-step/verify', { code: phone.nextCode() })).body.code).to.equal(
      'sign-in-expired',
    );
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('ends after five wrong recovery codes, which are charged to nobody', async () => {
    const panel = await start();
    await enroll(panel);
    const before = await panel.store.get('alice');
    const client = await loggedIn(panel);
    const code = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
    for (let attempt = 1; attempt <= 5; attempt++) {
      const expected = attempt < 5 ? 'code-invalid' : 'sign-in-expired';
      expect((await client.post('/two-step/verify', { code })).body.code).to.equal(expected);
    }
    expect((await client.get('/two-step')).body.state).to.equal('anonymous');
    expect(await panel.store.get('alice')).to.equal(before);
    expect(panel.events.at(-1)).to.include({ name: 'sign-in-ended', reason: 'attempts' });
  });

  it('is told to have ended once, however many requests end it at the same moment', async () => {
    const panel = await start();
    await enroll(panel);
    const code = 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
    for (const [path, reason] of [
      ['verify', 'attempts'],
      ['cancel', 'cancelled'],
    ] as const) {
      const client = await loggedIn(panel);
      for (let attempt = 1; attempt <= 4; attempt++) await client.post('/two-step/verify', { code });
      const from = panel.events.length;
      await burst(8, () => client.copy().post(`/two-step/${path}`, { code }));
      const ends = panel.events.slice(from).filter(({ name }) => name === 'sign-in-ended');
      expect(ends.map((event) => 'reason' in event && event.reason)).to.deep.equal([reason]);
    }
  });

  it('is told to have ended once, where it is cancelled and logged out at the same moment', async () => {
    const panel = await start({ session: { store: new SlowSessions() } });
    await enroll(panel);
    for (const ways of [
      ['/two-step/cancel', '/logout'],
      ['/logout', '/two-step/cancel'],
    ]) {
      const client = await loggedIn(panel);
      panel.told();
      await Promise.all(ways.map((path) => client.copy().post(path)));
      expect(panel.told()).to.have.lengthOf(1);
    }
  });

  it('is not told to have been cancelled where the code came first', async () => {
    const panel = await start({ session: { store: new SlowSessions() } });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const late = client.copy();
    let cancelled: Promise<Answer> | undefined;
    panel.secondFactor.events.on('code-accepted', () => (cancelled = late.post('/two-step/cancel')));
    panel.told();
    const code = phone.nextCode();
    expect((await client.post('/two-step/verify', { code })).body.state).to.equal('verified');
    expect((await cancelled)?.body).to.deep.equal({ state: 'anonymous' });
    expect(panel.told()).to.deep.equal(['code-accepted', 'signed-in']);
    expect(await client.me()).to.equal('alice');
  });

  it('is given up by cancelling, and asks nobody who is signed in to go', async () => {
    const panel = await start();
    await enroll(panel);
    const client = await loggedIn(panel);
    const { cookie } = client;
    expect((await client.post('/two-step/cancel')).body).to.deep.equal({ state: 'anonymous' });
    expect(await panel.stored(cookie)).to.equal(null);
    const bob = await loggedIn(panel, 'bob');
    expect((await bob.post('/two-step/cancel')).body).to.deep.equal({ state: 'signed-in' });
    expect(await bob.me()).to.equal('bob');
  });
});

/** When the session cookie of an answer ends, milliseconds since 1970. */
function sessionExpires({ headers }: Answer): number {
  const cookie = headers['set-cookie']?.find((line) => line.startsWith('connect.sid=')) ?? '';
  return Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? '');
}
