import { SecondFactorError } from 'passport-second-factor';
import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { listAccounts } from './list-accounts.js';

/** Without the `undefined` that the constructor does not take. */
type Options = Omit<RedisOptions, 'replyMapping'> & { replyMapping?: 'legacy' | 'resp3' };

describe('adapters/redis', () => {
  let server: RedisServer;
  let redis: Redis;

  before(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  const clients: (Redis | Cluster)[] = [];
  function connect(options: Options = {}, port = server.port): Redis {
    const client = new Redis({ host: server.host, port, ...options });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  describe('with a client for each store', () => {
    for (const { title, run } of storeContract(() => redisStore(connect()), { sharedBackend: true })) {
      it(title, run);
    }
  });

  describe('with a client whose options change keys, commands and replies', () => {
    const options: Options = {
      keyPrefix: 'panel[1]*:',
      enableAutoPipelining: true,
      stringNumbers: true,
      replyMapping: 'resp3',
      lazyConnect: true,
      db: 3,
    };
    const make = (): Store => redisStore(connect(options), { prefix: 'two?step\\{factor}:' });
    for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);
  });

  it('takes the clients of ioredis as they are typed', () => {
    const accepts = (...args: Parameters<typeof redisStore>): number => args.length;
    const resp3 = connect({ replyMapping: 'resp3' }) as Redis<'resp3'>;
    const cluster = new Cluster([], { lazyConnect: true });
    const clusterOfResp3 = new Cluster<'resp3'>([], { lazyConnect: true });
    clients.push(cluster, clusterOfResp3);
    expect([accepts(redis), accepts(resp3), accepts(cluster), accepts(clusterOfResp3)]).to.have.length(4);
  });

  describe('keys', () => {
    it('keeps one key per account, never with a time to live', async () => {
      const store = redisStore(redis);
      await store.compareAndSet('a:b', null, 'a');
      await store.compareAndSet('a:b', 'a', 'b');
      expect(await redis.keys('*')).to.deep.equal(['second-factor:a%3Ab']);
      expect(await redis.get('second-factor:a%3Ab')).to.equal('b');
      expect(await redis.ttl('second-factor:a%3Ab')).to.equal(-1);
    });

    it('takes back a time to live that somebody else set', async () => {
      const store = redisStore(redis);
      await store.compareAndSet('alice', null, 'a');
      await redis.expire('second-factor:alice', 100);
      expect(await store.get('alice')).to.equal('a');
      expect(await redis.ttl('second-factor:alice')).to.equal(-1);
    });

    it('deletes the key with the value', async () => {
      const store = redisStore(redis);
      await store.compareAndSet('alice', null, '');
      expect(await redis.keys('*')).to.have.length(1);
      await store.compareAndSet('alice', '', null);
      expect(await redis.keys('*')).to.deep.equal([]);
    });

    it('keeps panels apart whose prefixes begin alike', async () => {
      const [outer, inner] = [redisStore(redis, { prefix: 'a:' }), redisStore(redis, { prefix: 'a:b:' })];
      for (const accountId of ['b', 'b:x', 'x']) await outer.compareAndSet(accountId, null, 'outer');
      for (const accountId of ['x', 'y', 'b:x']) await inner.compareAndSet(accountId, null, 'inner');

      expect((await listAccounts(outer)).sort()).to.deep.equal(['b', 'b:x', 'x']);
      expect((await listAccounts(inner)).sort()).to.deep.equal(['b:x', 'x', 'y']);
      expect(await outer.get('b:y')).to.equal(null);
      expect(await outer.get('b:x')).to.equal('outer');
      expect(await inner.get('b:x')).to.equal('inner');
    });

    it('does not take a prefix for a pattern', async () => {
      const prefixes = ['?:', '*:', '[ab]:', '[^c]:', '\\?:', '\\:', 'a:', 'ab:', '{x}:', ':'];
      const stores = prefixes.map((prefix) => redisStore(redis, { prefix }));
      for (const [index, store] of stores.entries()) await store.compareAndSet(`of-${index}`, null, 'a');
      for (const [index, store] of stores.entries()) {
        expect(await listAccounts(store), prefixes[index]).to.deep.equal([`of-${index}`]);
      }
    });

    it('lists only keys that it would have made itself', async () => {
      const foreign = ['', 'a:b', '%61', '%', '%zz', '%c3', 'a b', 'ä'];
      for (const rest of foreign) await redis.set(`second-factor:${rest}`, 'a');
      await redis.set('xsecond-factor:alice', 'a');
      const store = redisStore(redis);
      await store.compareAndSet('alice', null, 'a');
      expect(await listAccounts(store)).to.deep.equal(['alice']);
    });

    it("puts the client's own prefix first, and lists without it", async () => {
      const store = redisStore(connect({ keyPrefix: 'app:' }));
      await store.compareAndSet('alice', null, 'a');
      await redisStore(redis).compareAndSet('bob', null, 'b');
      expect((await redis.keys('*')).sort()).to.deep.equal(['app:second-factor:alice', 'second-factor:bob']);
      expect(await listAccounts(store)).to.deep.equal(['alice']);
    });
  });

  describe('commands', () => {
    async function commandsDuring(action: () => Promise<unknown>): Promise<string[]> {
      const monitor = await redis.monitor();
      const seen: string[] = [];
      const done = new Promise<void>((resolve) => {
        monitor.on('monitor', (_time: string, [command]: string[], source: string) => {
          if (command === 'echo') resolve();
          else if (source !== 'lua') seen.push(String(command));
        });
      });
      await action();
      await redis.echo('done');
      await done;
      monitor.disconnect();
      return seen;
    }

    it('makes one round trip to read and one to swap', async () => {
      const store = redisStore(redis);
      await store.get('alice');
      await store.inspect?.(); // what follows the first answer comes before this one's
      expect(await commandsDuring(() => store.get('alice'))).to.deep.equal(['evalsha']);
      const [peeked, ...others] = await commandsDuring(() => store.peek!('alice'));
      // The script, which a replica refuses, once a second.
      expect(peeked).to.be.oneOf(['get', 'evalsha']);
      expect(others).to.deep.equal([]);
      expect(await commandsDuring(() => store.compareAndSet('alice', null, 'a'))).to.deep.equal(['evalsha']);
      expect(await commandsDuring(() => store.compareAndSet('alice', null, 'b'))).to.deep.equal(['evalsha']);
    });

    it('sends the script once more after it was flushed', async () => {
      const store = redisStore(redis);
      await store.compareAndSet('alice', null, 'a');
      await store.inspect?.();
      await redis.script('FLUSH');
      const swap = (next: string) => commandsDuring(() => store.compareAndSet('alice', 'a', next));
      expect(await swap('b')).to.deep.equal(['evalsha', 'eval']);
      expect(await swap('c')).to.deep.equal(['evalsha']);
    });

    it('loses nothing when the scripts are flushed again and again (J6)', async () => {
      const store = redisStore(connect());
      await store.compareAndSet('alice', null, '0');
      for (let count = 0; count < 200; count++) {
        const swap = store.compareAndSet('alice', String(count), String(count + 1));
        const [swapped] = await Promise.all([swap, redis.script('FLUSH')]);
        expect(swapped).to.equal(true);
      }
      expect(await store.get('alice')).to.equal('200');
    });
  });

  it('does not close the client that was handed in', async () => {
    const store = redisStore(redis);
    await store.close?.();
    expect(await store.get('alice')).to.equal(null);
    expect(redis.status).to.equal('ready');
  });

  it('adds the same few listeners to a client, however many stores use it', async () => {
    const client = connect();
    await client.ping();
    redisStore(client);
    const before = countListeners(client);
    const stores = Array.from({ length: 20 }, () => redisStore(client));
    await Promise.all(stores.map((store) => store.get('alice')));
    expect(countListeners(client)).to.deep.equal(before);
  });

  it('reads something else than a text as a text that is no record, and does not replace it', async () => {
    await redis.lpush('second-factor:alice', 'a');
    const store = redisStore(redis);
    expect(await store.get('alice')).to.equal('');
    expect(await store.peek?.('alice')).to.equal('');
    expect(await rejection(store.compareAndSet('alice', null, 'a'))).to.match(/WRONGTYPE/);
  });

  describe('wrong arguments', () => {
    const wrong: Record<string, [unknown, unknown, RegExp]> = {
      'no client': [undefined, {}, /client of ioredis.*got undefined/],
      'a URL': ['redis://localhost', {}, /new Redis\(url\).*got string/],
      'a client of another library': [
        { connect() {}, on() {}, get() {}, set() {}, options: {} },
        {},
        /without eval, evalsha, call, status/,
      ],
      'node-redis before its fifth major version': [
        { connect() {}, on() {}, evalSha() {}, eval() {}, isOpen: true },
        {},
        /createClient\(\{ url \}\).*without sendCommand/,
      ],
      'a prefix without a colon': ['ours', { prefix: 'a' }, /prefix must end in a colon/],
      'an empty prefix': ['ours', { prefix: '' }, /prefix must end in a colon/],
      'a prefix that is no string': ['ours', { prefix: 7 }, /prefix must end in a colon.*got number/],
      'an unknown option': [
        'ours',
        { keyPrefix: 'a:' },
        /unknown redisStore option keyPrefix; known are: prefix/,
      ],
      'options that are none': ['ours', 'a:', /redisStore options must be an object, got string/],
    };
    for (const [name, [client, options, message]] of Object.entries(wrong)) {
      it(`refuses ${name}, and says what to hand in`, () => {
        expect(() => redisStore((client === 'ours' ? redis : client) as Redis, options as object)).to.throw(
          SecondFactorError,
          message,
        );
      });
    }

    it('takes undefined for absent', async () => {
      await redisStore(redis, { prefix: undefined }).compareAndSet('alice', null, 'a');
      expect(await redis.keys('*')).to.deep.equal(['second-factor:alice']);
    });
  });
});

async function rejection(promise: Promise<unknown>): Promise<string> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).to.be.an('error');
  return (reason as Error).message;
}

function countListeners(client: Redis): Record<string, number> {
  return Object.fromEntries(client.eventNames().map((name) => [String(name), client.listenerCount(name)]));
}
