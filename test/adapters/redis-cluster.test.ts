import { expect } from 'chai';
import { Cluster } from 'ioredis';
import type { ClusterOptions } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { storeContract } from '../../lib/vault/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import type { RedisServer } from '../support/redis-server.js';
import { listAccounts } from './list-accounts.js';
import { startRedisCluster, waitForCluster } from './redis-cluster.js';

type Options = Omit<ClusterOptions, 'redisOptions'>;

describe('adapters/redis on a cluster', () => {
  let servers: readonly RedisServer[];
  const clients: Cluster[] = [];

  function connect(options: Options = {}): Cluster {
    const client = new Cluster(
      servers.map(({ host, port }) => ({ host, port })),
      options,
    );
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  before(async () => {
    servers = await startRedisCluster();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  describe('with a client for each store', () => {
    for (const { title, run } of storeContract(() => redisStore(connect()), { sharedBackend: true })) {
      it(title, run);
    }
  });

  describe('with a lazy client that prefixes, pipelines and prefers replicas', () => {
    const options: Options = {
      lazyConnect: true,
      keyPrefix: 'panel:',
      enableAutoPipelining: true,
      scaleReads: 'slave',
    };
    const make = (): Store => redisStore(connect(options));
    for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);
  });

  it('sends the script to every master that does not know it', async () => {
    const client = connect();
    const store = redisStore(client);
    await store.get('alice');
    for (let round = 0; round < 2; round++) {
      for (const node of client.nodes('master')) await node.script('FLUSH');
      const ids = Array.from({ length: 20 }, (_, index) => `account-${index}`);
      expect(await Promise.all(ids.map((accountId) => store.get(accountId)))).to.deep.equal(
        ids.map(() => null),
      );
    }
  });

  describe('of which one master is down', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `account-${index}`);

    it('rejects a list that would miss accounts, and lists again when the master is back', async () => {
      const store = redisStore(connect());
      await Promise.all(ids.map((accountId) => store.compareAndSet(accountId, null, 'a')));
      expect((await listAccounts(store)).sort()).to.deep.equal([...ids].sort());

      await servers[2]?.kill();
      for (let round = 0; round < 3; round++) {
        expect(await listAccounts(store).catch((error: unknown) => error)).to.be.an('error');
      }

      await servers[2]?.restart();
      await waitForCluster(servers);
      const listed = new Set(await listAccounts(store));
      for (const accountId of ids) {
        expect(await store.get(accountId)).to.equal(listed.has(accountId) ? 'a' : null);
      }
      expect(listed.size).to.be.within(1, ids.length - 1);
    });
  });
});
