import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES, nodeRedisPool } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';

describe('adapters/redis with each library', () => {
  let server: RedisServer;
  let redis: Redis;
  const clients: TestClient[] = [];

  before(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());
  afterEach(() => {
    for (const { close } of clients.splice(0)) close();
  });

  function used(client: TestClient): TestClient {
    clients.push(client);
    return client;
  }

  for (const library of LIBRARIES) {
    describe(library.name, () => {
      const make = (): Store => redisStore(used(library.client(server)).client);

      for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);

      it('sends the script again when it was flushed, and loses nothing (J6)', async () => {
        const store = make();
        await store.compareAndSet('alice', null, '0');
        for (let count = 0; count < 100; count++) {
          const swap = store.compareAndSet('alice', String(count), String(count + 1));
          const [swapped] = await Promise.all([swap, redis.script('FLUSH')]);
          expect(swapped).to.equal(true);
        }
        expect(await store.get('alice')).to.equal('100');
      });

      it('shares its records with the other libraries', async () => {
        await make().compareAndSet('a:b', null, 'a');
        expect(await redis.keys('*')).to.deep.equal(['second-factor:a%3Ab']);
        expect(await redis.ttl('second-factor:a%3Ab')).to.equal(-1);
        for (const other of LIBRARIES) {
          expect(await redisStore(used(other.client(server)).client).get('a:b'), other.name).to.equal('a');
        }
      });

      it('does not close the client', async () => {
        const { client } = used(library.client(server));
        const store = redisStore(client);
        await store.get('alice');
        await store.close?.();
        expect(await store.get('alice')).to.equal(null);
      });

      describe('with options that change keys, commands and replies', () => {
        const awkward = (): Store =>
          redisStore(used(library.awkwardClient(server)).client, { prefix: 'two?step\\{factor}:' });

        for (const { title, run } of storeContract(awkward, { sharedBackend: true })) it(title, run);

        it("puts the client's own prefix first, and lists without it", async () => {
          const store = awkward();
          await store.compareAndSet('alice', null, 'a');
          const other = redis.duplicate({ db: 3 });
          const own = library.prefixes ? 'panel[1]*:' : '';
          expect(await other.keys('*')).to.deep.equal([`${own}two?step\\{factor}:alice`]);
          expect(await listAccounts(store)).to.deep.equal(['alice']);
          other.disconnect();
        });

        it('tells the time of the server', async () => {
          const asked = Date.now();
          const report = await awkward().inspect?.();
          expect(report?.serverTime).to.be.within(asked - 1000, Date.now() + 1000);
        });
      });
    });
  }

  describe('a pool of node-redis', () => {
    const make = (): Store => redisStore(used(nodeRedisPool(server)).client);
    for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);
  });
});
