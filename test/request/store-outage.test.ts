import { once } from 'node:events';
import { expect } from 'chai';
import session from 'express-session';
import type { Redis } from 'ioredis';
import { redisStore } from 'passport-second-factor/redis';
import { until } from '../support/eventually.js';
import { connectRedis, startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

const limit = timeLimit();

interface Scene {
  readonly panel: Panel;
  readonly phone: Phone;
  /** Verified as alice. */
  readonly verified: Client;
  /** Parked as alice. */
  readonly parked: Client;
  /** Signed in as bob, who has no second factor. */
  readonly plain: Client;
}

describe('when the store is in trouble (J1)', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeEach(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    redis = connectRedis(server);
  });
  afterEach(async () => {
    limit.hold();
    await stopPanels();
    redis.disconnect();
    await server.kill();
  });

  /** Records are on Redis and sessions are not, so that every answer is about the records. */
  async function scene(): Promise<Scene> {
    const panel = await startPanel({
      redis,
      session: { store: new session.MemoryStore() },
      store: redisStore(redis),
      options: { storeTimeoutMs: limit.ms },
    });
    const { client: verified, phone } = await enrolled(panel);
    const plain = await loggedIn(panel, 'bob');
    const parked = await loggedIn(panel);
    panel.told();
    return { panel, phone, verified, parked, plain };
  }

  async function isRefused(call: Promise<Answer>): Promise<void> {
    const answer = await call;
    expect(answer.status).to.equal(503);
    expect(answer.body.code).to.equal('store-unavailable');
  }

  /** Every operation while records cannot be read: 503 when the time is over, and nobody gets in. */
  async function everyDoorIsShut({ panel, phone, verified, parked, plain }: Scene): Promise<void> {
    limit.pass();
    await Promise.all([
      isRefused(verified.get('/secret')),
      isRefused(verified.get('/me')),
      isRefused(plain.get('/me')),
      isRefused(parked.post('/two-step/verify', { code: phone.nextCode() })),
      isRefused(new Client(panel).login('alice')),
      isRefused(new Client(panel).login('bob')),
    ]);
    const error = await panel.secondFactor.verify('alice', '123456').catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'store-unavailable' });
    limit.hold();
    expect(panel.told())
      .to.include.members(['store-unavailable', 'sign-in-refused'])
      .and.not.include('signed-in');
  }

  async function everythingWorks({ panel, phone, verified, parked, plain }: Scene): Promise<void> {
    expect((await verified.get('/secret')).body).to.deep.equal({ secret: true });
    expect(await plain.me()).to.equal('bob');
    expect((await parked.post('/two-step/verify', { code: phone.nextCode() })).body).to.include({
      state: 'verified',
    });
    expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
    expect((await new Client(panel).login('bob')).status).to.equal(200);
  }

  it('refuses with 503 while Redis is down, and works when it is back', async () => {
    const made = await scene();
    const lost = once(redis, 'close');
    await server.stop();
    await lost;
    await everyDoorIsShut(made);
    await server.restart();
    await until('the client to be ready', () => redis.status === 'ready');
    await everythingWorks(made);
  });

  it('refuses with 503 while Redis hangs, and works when it goes on', async () => {
    const made = await scene();
    server.pause();
    await everyDoorIsShut(made);
    server.resume();
    await redis.ping();
    await everythingWorks(made);
  });

  it('refuses codes with 503 while Redis takes no writes; who is in stays in, and nothing is spent', async () => {
    const made = await scene();
    const { panel, phone, verified, parked } = made;
    const before = await panel.store.get('alice');
    await redis.config('SET', 'maxmemory', '1');
    const code = phone.nextCode();
    await isRefused(parked.post('/two-step/verify', { code }));
    await isRefused(verified.post('/two-step/step-up', { code }));
    await isRefused(verified.post('/two-step/disable', { code }));
    expect((await verified.get('/secret')).status).to.equal(200);
    expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
    await redis.config('SET', 'maxmemory', '0');
    expect(await panel.store.get('alice')).to.equal(before);
    expect((await parked.post('/two-step/verify', { code })).status).to.equal(200);
    await everythingWorks({ ...made, parked: await loggedIn(panel) });
  });

  it('enables nothing while Redis takes no writes, and the unfinished set-up can still be confirmed', async () => {
    const { panel } = await scene();
    const client = await loggedIn(panel, 'bob');
    await client.post('/two-step/setup');
    await redis.config('SET', 'maxmemory', '1');
    const refused = await enroll(panel, 'bob').catch((error: unknown) => error as Error);
    expect((refused as Error).message).to.include('store-unavailable');
    await redis.config('SET', 'maxmemory', '0');
    expect((await panel.secondFactor.status('bob')).enrolled).to.equal(false);
    await enroll(panel, 'bob');
    expect((await panel.secondFactor.status('bob')).enrolled).to.equal(true);
  });

  it('tells nobody the outcome of a guess whose swap is unknown, and charges it at most once (B11)', async () => {
    const { panel, phone, parked } = await scene();
    const swap = panel.store.compareAndSet.bind(panel.store);
    panel.store.compareAndSet = async (...args) => {
      await swap(...args);
      throw new Error('connection lost after the write');
    };
    const code = phone.nextCode();
    await isRefused(parked.post('/two-step/verify', { code }));
    panel.store.compareAndSet = swap;
    expect(await parked.me()).to.equal(null);
    expect((await parked.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
    expect((await parked.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  it('lets nobody in while sessions and records are on the same dead Redis, and works when it is back', async () => {
    const panel = await startPanel({ redis, options: { storeTimeoutMs: limit.ms } });
    const { client, phone } = await enrolled(panel);
    const parked = await loggedIn(panel);
    const lost = once(redis, 'close');
    await server.kill();
    await lost;
    limit.pass();
    for (const call of [
      client.get('/secret'),
      client.get('/me'),
      parked.post('/two-step/verify', { code: phone.nextCode() }),
      new Client(panel).login('bob'),
    ]) {
      const answer = await call;
      expect(answer.status).to.be.at.least(500);
      expect(answer.body).not.to.have.any.keys('secret', 'user', 'state');
    }
    limit.hold();
    await server.restart();
    await until('the client to be ready', () => redis.status === 'ready');
    expect((await client.get('/secret')).body).to.deep.equal({ secret: true });
    expect((await parked.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
  });

  it('names the cause in the error that Express gets and in the event, without a secret, and tells it to no client (I5)', async () => {
    const { panel, verified } = await scene();
    const get = panel.store.get.bind(panel.store);
    const { peek } = panel.store;
    panel.store.get = () => Promise.reject(new Error('no route to redis://panel:canary@redis.example:6379'));
    panel.store.peek = panel.store.get;
    const answer = await verified.get('/secret');
    await verified.get('/me');
    const login = await new Client(panel).login('alice');
    Object.assign(panel.store, { get, peek });
    const cause = 'no route to redis://…@redis.example:6379';
    const told = panel.events.filter(({ name }) => name === 'store-unavailable');
    expect(told).not.to.have.length(0);
    for (const event of told) expect(event).to.have.property('error', cause);
    expect(panel.errors).not.to.have.length(0);
    for (const error of panel.errors as Error[])
      expect(error.message).to.contain(cause).and.not.contain('canary');
    for (const { body } of [answer, login]) expect(JSON.stringify(body)).not.to.match(/redis|canary/);
  });

  it('takes nothing from a store that answers after its time', async () => {
    const { panel, verified } = await scene();
    const { peek } = panel.store;
    let release = (): void => undefined;
    panel.store.peek = () => {
      limit.pass();
      return new Promise((answer) => (release = () => answer(null)));
    };
    await isRefused(verified.get('/secret'));
    limit.hold();
    panel.store.peek = peek!;
    release();
    expect((await verified.get('/secret')).status, 'the late "no record" demotes nobody').to.equal(200);
  });
});
