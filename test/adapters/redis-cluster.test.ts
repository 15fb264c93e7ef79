import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { storeContract } from '../../lib/testing/store-contract.js';
import type { Store } from '../../lib/vault/store.js';
import { eventually } from '../support/eventually.js';
import { impatient } from '../support/impatient.js';
import type { RedisServer } from '../support/redis-server.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';
import { startRedisCluster, waitForCluster } from './redis-cluster.js';

/** Far more than a list takes; some clients wait for a master as long as it takes. */
const LISTED_MILLISECONDS = 3000;
/** How often a client is asked while it finds its way. */
const ROUNDS = 5;

describe('adapters/redis on a cluster', () => {
  let servers: readonly RedisServer[];
  const clients: TestClient[] = [];

  function used(client: TestClient): TestClient {
    clients.push(client);
    return client;
  }

  before(async () => {
    servers = await startRedisCluster();
  });
  afterEach(() => {
    for (const { close } of clients.splice(0)) close();
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  async function flush(command: 'FLUSHALL' | 'SCRIPT'): Promise<void> {
    for (const { url } of servers) {
      const client = new Redis(url);
      await (command === 'SCRIPT' ? client.script('FLUSH') : client.flushall());
      client.disconnect();
    }
  }

  const ids = Array.from({ length: 60 }, (_, index) => `account-${index}`);

  for (const library of LIBRARIES) {
    describe(`with ${library.name}`, () => {
      const make = (): Store => redisStore(used(library.cluster(servers)).client);
      for (const { title, run } of storeContract(make, { sharedBackend: true })) it(title, run);

      describe('that prefers replicas', () => {
        const awkward = (): Store => redisStore(used(library.awkwardCluster(servers)).client);
        for (const { title, run } of storeContract(awkward, { sharedBackend: true })) it(title, run);
      });

      it('waits for a client that is still finding its way around the cluster', async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const { client, open } = used(library.cluster(servers));
          const opened = open();
          const store = redisStore(client);
          const answers: Promise<string | null>[] = [];
          const opening = { done: false };
          void opened.finally(() => (opening.done = true));
          while (!opening.done) {
            answers.push(store.get('alice'));
            await setImmediate();
          }
          expect(new Set(await Promise.all(answers))).to.deep.equal(new Set([null]));
        }
      });

      it('sends the script to every master that does not know it', async () => {
        const store = make();
        await store.get('alice');
        for (let round = 0; round < 2; round++) {
          await flush('SCRIPT');
          expect(await Promise.all(ids.map((accountId) => store.get(accountId)))).to.deep.equal(
            ids.map(() => null),
          );
        }
      });

      it('tells what may lose records on each of the masters', async () => {
        const asked = Date.now();
        const { serverTime, warnings } = (await make().inspect?.()) ?? {};
        expect(serverTime).to.be.within(asked - 1000, Date.now() + 1000);
        expect(warnings).to.have.length(servers.length);
        for (const { host, port } of servers) {
          expect(warnings?.join('\n')).to.include(
            `The Redis master ${host}:${String(port)} keeps nothing on disk`,
          );
        }
      });
    });
  }

  describe('of which one master is down', () => {
    it('rejects a list that would miss accounts, and lists again when the master is back', async () => {
      await flush('FLUSHALL');
      const stores = LIBRARIES.map((library) => redisStore(used(library.cluster(servers)).client));
      for (const accountId of ids) await stores[0]?.compareAndSet(accountId, null, 'a');
      for (const store of stores) expect((await listAccounts(store)).sort()).to.deep.equal([...ids].sort());

      await servers[2]?.kill();
      const lists = stores.map((store) => listAccounts(impatient(store, LISTED_MILLISECONDS)));
      for (const { status } of await Promise.allSettled(lists)) expect(status).to.equal('rejected');

      await servers[2]?.restart();
      await waitForCluster(servers);
      for (const [index, store] of stores.entries()) {
        const name = LIBRARIES[index]?.name;
        const listed = new Set(
          await eventually('a list', () => listAccounts(impatient(store, LISTED_MILLISECONDS))),
        );
        for (const accountId of ids) {
          expect(await store.get(accountId), name).to.equal(listed.has(accountId) ? 'a' : null);
        }
        expect(listed.size, name).to.be.within(1, ids.length - 1);
      }
    });
  });
});
