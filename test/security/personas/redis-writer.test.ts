import { expect } from 'chai';
import { Redis } from 'ioredis';
import { sharedRedis } from '../../support/redis-server.js';
import type { RedisServer } from '../../support/redis-server.js';
import { Client } from '../../support/client.js';
import { startExamplePanel } from '../../support/example-panel.js';
import type { ExamplePanel } from '../../support/example-panel.js';
import { enrolled, pending, said, signedIn, verify } from '../../support/people.js';
import { isIn } from '../../support/attack.js';

interface Stored {
  cookie: object;
  passport?: { user?: unknown };
  passportSecondFactor?: Record<string, unknown>;
  [key: string]: unknown;
}

describe('Somebody who writes the sessions in Redis and has no key', () => {
  let server: RedisServer;
  let panel: ExamplePanel;
  let redis: Redis;

  before(async () => {
    server = await sharedRedis();
    panel = await startExamplePanel(server.url);
    redis = new Redis(server.url);
  });
  afterEach(() => panel.reset());
  after(async () => {
    redis.disconnect();
    await panel.end();
  });

  const keyOf = (client: Client): string => {
    const cookie = decodeURIComponent(client.cookies.get('panel.sid') ?? '');
    return `sess:${cookie.slice(2, cookie.lastIndexOf('.'))}`;
  };
  async function read(client: Client): Promise<Stored> {
    return JSON.parse((await redis.get(keyOf(client))) ?? '{}') as Stored;
  }
  async function write(client: Client, session: object): Promise<void> {
    await redis.set(keyOf(client), JSON.stringify(session));
  }
  async function stateOf(client: Client): Promise<Record<string, unknown>> {
    const { passportSecondFactor: state } = await read(client);
    if (!state) throw new Error('no state');
    return state;
  }
  /** Everything of a session of their own but who is there and how. */
  async function forge(client: Client, user: string | undefined, state: unknown): Promise<void> {
    const { cookie } = await read(client);
    await write(client, {
      cookie,
      ...(user !== undefined && { passport: { user } }),
      passportSecondFactor: state,
    });
  }

  it('copies the session of somebody else over their own, and is that person (not prevented)', async () => {
    const alice = await enrolled(panel);
    const thief = await signedIn(panel, 'bob');
    await write(thief, await read(alice.client));
    expect(await isIn(thief)).to.equal(true);
    expect(await thief.who()).to.equal('alice');
    // It ends with what ends that of alice.
    await panel.secondFactor.admin.disable('alice', { by: 'operator', reason: 'test' });
    expect(await isIn(thief)).to.equal(false);
  });

  it('makes of a sign-in that waits for the code a verified one (not prevented)', async () => {
    await enrolled(panel);
    const thief = await pending(panel);
    const { account, stamp, enrollment } = await stateOf(thief);
    const times = { passwordAt: panel.now, factorAt: panel.now };
    await forge(thief, 'alice', { state: 'verified', account, stamp, enrollment, ...times, method: 'otp' });
    expect(await isIn(thief)).to.equal(true);
  });

  it('names a user without a state: they are who has no second factor (not prevented), the others are asked for a code', async () => {
    await enrolled(panel);
    const thief = await signedIn(panel, 'bob');
    await forge(thief, 'admin', undefined);
    expect(await thief.who()).to.equal('admin');
    await forge(thief, 'alice', undefined);
    expect(await thief.who()).to.equal('code-required');
    expect(await isIn(thief)).to.equal(false);
  });

  it('forges a state without one of that account to copy from: nobody is in', async () => {
    const alice = await enrolled(panel);
    const bob = await enrolled(panel, 'bob');
    const own = await stateOf(bob.client);
    const real = await stateOf(alice.client);
    const states: Record<string, object> = {
      'their own, renamed': { ...own, account: 'alice' },
      'without a stamp': { ...real, stamp: null },
      'with their stamp': { ...real, stamp: own.stamp },
      'with their enrollment': { ...real, enrollment: own.enrollment },
      'without a factor': {
        state: 'signed-in',
        account: 'alice',
        stamp: real.stamp,
        passwordAt: panel.now,
      },
      'of somebody else': own,
    };
    for (const [what, state] of Object.entries(states)) {
      const thief = await signedIn(panel, 'admin');
      await forge(thief, 'alice', state);
      expect(await isIn(thief), what).to.equal(false);
      expect(await thief.who(), what).to.be.oneOf(['login-required', 'code-required']);
    }
  });

  it('forges a stack: the rules hold for it all the same, and an hour stays an hour', async () => {
    await enrolled(panel);
    const thief = await signedIn(panel, 'bob');
    const mark = await stateOf(thief);
    const { stamp } = await stateOf(await signedIn(panel, 'admin'));
    const actor = { account: 'bob', stamp: mark.stamp, user: 'bob', mark };
    const until = panel.now + 3_600_000;
    const acting = { state: 'impersonating', account: 'admin', stamp, until, actors: [actor] };
    await forge(thief, 'admin', acting);
    expect(await thief.who()).to.equal('bob');

    const admin = await signedIn(panel, 'admin');
    await admin.actAs('bob');
    const real = await read(admin);
    await write(admin, {
      ...real,
      passportSecondFactor: { ...real.passportSecondFactor, until: panel.now + 36_000_000 },
    });
    expect(await admin.who()).to.equal('admin');

    const nobody = await signedIn(panel, 'bob');
    for (const actors of [
      [],
      [{ ...actor, mark: null }],
      [{ ...actor, account: 'root' }],
      [{ account: 'root' }],
    ]) {
      await forge(nobody, 'admin', { ...acting, actors });
      // What is no state counts as none: see above for what that is worth.
      expect(await nobody.who()).not.to.match(/>/);
    }
  });

  it('puts themselves down as an actor whose session they have seen (not prevented)', async () => {
    const root = await signedIn(panel, 'root');
    const thief = await signedIn(panel, 'bob');
    await write(thief, await read(root));
    expect(await thief.who()).to.equal('root > admin');
    await thief.leave();
    expect(await thief.who()).to.equal('root');
  });

  it('lets one account wait and another be signed in: that is nobody', async () => {
    const alice = await enrolled(panel);
    const bob = await enrolled(panel, 'bob');
    const thief = await pending(panel, 'bob');
    const own = await stateOf(thief);
    const waiting = await stateOf(await pending(panel));
    for (const state of [
      { ...own, user: 'alice' },
      { ...own, account: 'alice' },
      { ...own, account: 'alice', user: 'alice' },
      { ...waiting, user: 'bob' },
    ]) {
      await forge(thief, undefined, state);
      expect(said(await verify(thief, bob.phone.nextCode()))).to.equal('sign-in-expired');
      expect(await isIn(thief)).to.equal(false);
      await thief.login('bob');
    }
    // Not even a real one of alice is taken with their code.
    await forge(thief, undefined, waiting);
    expect(said(await verify(thief, bob.phone.nextCode()))).to.equal('code-invalid');
    expect(await alice.client.who()).to.equal('alice');
  });

  it('lets a sign-in wait for longer (not prevented), which is worth nothing without the code', async () => {
    await enrolled(panel);
    const thief = await pending(panel);
    const state = await stateOf(thief);
    panel.advance(3600);
    const now = panel.now;
    await forge(thief, undefined, { ...state, since: now, until: now + 86_400_000, recoveryFailures: -9 });
    expect(said(await verify(thief, '000000'))).to.equal('code-invalid');
    expect(await isIn(thief)).to.equal(false);
  });

  it('puts a session back that was signed out (not prevented); with another password it is worth nothing', async () => {
    const alice = await enrolled(panel);
    const kept = await read(alice.client);
    const copy = alice.client.copy();
    await alice.client.post('/logout');
    expect(await isIn(copy)).to.equal(false);
    await write(copy, kept);
    expect(await isIn(copy)).to.equal(true);
    const admin = await signedIn(panel, 'admin');
    await admin.post('/staff/alice/edit', { password: 'another-password' });
    expect(await isIn(copy)).to.equal(false);
    await write(copy, kept);
    expect(await isIn(copy)).to.equal(false);
    await admin.post('/staff/alice/edit', { password: 'alice-password' });
  });

  it('writes rubbish: nobody is in, and the panel goes on', async () => {
    await enrolled(panel);
    const thief = await pending(panel);
    const state = await stateOf(thief);
    const rubbish: unknown[] = [
      null,
      0,
      '',
      'verified',
      [],
      [state],
      {},
      { state: 'verified' },
      JSON.parse(`{"__proto__":${JSON.stringify(state)}}`),
    ];
    for (const name of ['verified', 'remembered', 'impersonating', 'constructor', '__proto__']) {
      rubbish.push({ ...state, state: name });
    }
    for (const field of Object.keys(state)) rubbish.push({ ...state, [field]: { toString: 'x' } });
    for (const each of rubbish) {
      const waiting = await signedIn(panel, 'bob');
      await forge(waiting, undefined, each);
      const { status } = await waiting.get('/api/secret');
      expect(status, JSON.stringify(each)).to.equal(401);
      // A user that is no id is an error of the panel's own deserializeUser: 500, and nobody.
      expect((await verify(waiting, '000000')).status, JSON.stringify(each)).to.be.oneOf([400, 401, 500]);
      expect(await isIn(waiting), JSON.stringify(each)).to.equal(false);
    }
  });

  it('puts something else than a text under the key of a record: 503, and nobody is in', async () => {
    const alice = await enrolled(panel);
    await redis.del('second-factor:alice');
    await redis.hset('second-factor:alice', 'a', 'b');
    expect(said(await new Client(panel).login('alice'))).to.equal('record-unreadable');
    expect((await alice.client.get('/api/secret')).status).to.equal(503);
    expect((await panel.secondFactor.admin.check()).unreadableAccounts).to.deep.equal(['alice']);
    expect((await panel.secondFactor.admin.rekey()).unreadable).to.deep.equal(['alice']);
    await redis.del('second-factor:alice');
  });
});
