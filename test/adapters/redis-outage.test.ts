import { once } from 'node:events';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import type { Store } from '../../lib/vault/store.js';
import { until } from '../support/eventually.js';
import { impatient } from '../support/impatient.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { listAccounts } from './list-accounts.js';

const limit = timeLimit();

/** Without the `undefined` that the constructor does not take. */
type Options = Omit<RedisOptions, 'replyMapping'> & { replyMapping?: 'legacy' | 'resp3' };

describe('adapters/redis when Redis is in trouble', () => {
  let server: RedisServer;
  let store: Store;
  let client: Redis;
  const clients: Redis[] = [];

  function connect(options: Options = {}): Redis {
    const made = new Redis({ host: server.host, port: server.port, ...options });
    made.on('error', () => undefined);
    clients.push(made);
    return made;
  }

  async function loseServer(): Promise<void> {
    const lost = new Promise((resolve) => client.once('close', resolve));
    await server.kill();
    await lost;
  }

  beforeEach(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    client = connect();
    store = impatient(redisStore(client), limit.ms);
    await store.compareAndSet('alice', null, 'a');
  });
  afterEach(async () => {
    limit.hold();
    for (const each of clients.splice(0)) each.disconnect();
    await server.kill();
  });

  it('works on after a restart, with the same client', async () => {
    await server.restart();
    expect(await store.get('alice')).to.equal('a');
    expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(true);
    expect(await listAccounts(store)).to.deep.equal(['alice']);
  });

  it('rejects while Redis is down, and works when it is back (J1)', async () => {
    await loseServer();
    const before = countListeners(client);
    limit.pass();
    await Promise.all([
      rejects(store.compareAndSet('alice', 'a', 'b'), /has no connection/),
      rejects(listAccounts(store), /has no connection/),
      ...Array.from({ length: 50 }, () => rejects(store.get('alice'), /has no connection/)),
    ]);
    expect(countListeners(client)).to.deep.equal(before);

    limit.hold();
    await server.restart();
    await until('the client to be ready', () => client.status === 'ready');
    expect(await store.get('alice')).to.equal('a');
    expect(countListeners(client)).to.deep.equal(before);
  });

  it('answers calls that waited for the connection', async () => {
    const late = connect({ lazyConnect: true });
    const waiting = impatient(redisStore(late), limit.ms);
    const answers = await Promise.all([waiting.get('alice'), waiting.get('bob'), listAccounts(waiting)]);
    expect(answers).to.deep.equal(['a', null, ['alice']]);
  });

  it('rejects while Redis is frozen, and works when it goes on', async () => {
    server.pause();
    limit.pass();
    await Promise.all([
      rejects(store.get('alice'), /did not answer within/),
      rejects(store.compareAndSet('bob', 'a', 'b'), /did not answer within/),
      rejects(listAccounts(store), /did not answer within/),
    ]);
    limit.hold();
    server.resume();
    expect(await store.get('alice')).to.equal('a');
  });

  it('rejects when it cannot connect to a frozen Redis', async () => {
    server.pause();
    limit.pass();
    const late = impatient(redisStore(connect()), limit.ms);
    await rejects(late.get('alice'), /has no connection, it is "connect/);
    limit.hold();
    server.resume();
    expect(await late.get('alice')).to.equal('a');
  });

  it('connects a client that waits for its first command', async () => {
    const lazy = connect({ lazyConnect: true, enableOfflineQueue: false });
    expect(await redisStore(lazy).get('alice')).to.equal('a');
  });

  it('rejects at once when a lazy client cannot connect and will not try again', async () => {
    await server.kill();
    const lazy = impatient(redisStore(connect({ lazyConnect: true, retryStrategy: null })), limit.ms);
    await rejects(lazy.get('alice'), /is closed and does not connect again/);
  });

  it('rejects at once when the client is closed, and works when it is opened again', async () => {
    await client.quit();
    if (client.status !== 'end') await once(client, 'end');
    await rejects(store.get('alice'), /is closed and does not connect again/);
    await client.connect();
    expect(await store.get('alice')).to.equal('a');
  });

  it('rejects calls that wait as soon as the client gives up', async () => {
    await server.kill();
    const giving = connect({ retryStrategy: (times) => (times < 3 ? 100 : null) });
    await rejects(
      impatient(redisStore(giving), limit.ms).get('alice'),
      /is closed and does not connect again/,
    );
  });

  it('knows a swap that the client sends again when a lost connection hides that it was made', async () => {
    const other = impatient(redisStore(connect()), limit.ms);
    expect(await other.get('alice')).to.equal('a');
    server.pause();
    const sentBefore = client.stream.bytesWritten;
    const swap = store.compareAndSet('alice', 'a', 'b');
    swap.catch(() => undefined);
    await until('the swap to be sent', () => client.stream.bytesWritten > sentBefore);
    client.stream.destroy();
    server.resume();
    expect(await swap).to.equal(true);
    expect(await other.get('alice')).to.equal('b');
  });

  it('tells a stale expectation for certain once the connection is back', async () => {
    await server.restart();
    expect(await store.compareAndSet('alice', 'stale', 'b')).to.equal(false);
  });
});

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).to.be.an('error').with.property('message').that.matches(message);
}

function countListeners(client: Redis): Record<string, number> {
  const events = ['ready', 'end', 'close'];
  return Object.fromEntries(events.map((name) => [name, client.listenerCount(name)]));
}
