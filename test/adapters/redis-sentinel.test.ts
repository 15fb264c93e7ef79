import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import type { Store } from '../../lib/vault/store.js';
import { eventually, until } from '../support/eventually.js';
import { impatient } from '../support/impatient.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { Address, TestClient } from './redis-clients.js';
import { ask, failOverTo, startReplicated, startSentinel, toldDown } from './redis-sentinel.js';

/** Those that listen for failovers by themselves. */
const LISTENING = LIBRARIES.filter(({ name }) => name.startsWith('ioredis'));

describe('adapters/redis behind Sentinel', () => {
  const servers: RedisServer[] = [];
  const proxies: TcpProxy[] = [];
  const clients: TestClient[] = [];

  afterEach(async () => {
    for (const { close } of clients.splice(0)) close();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  });

  /** Until so many clients listen for failovers: those of ioredis, until they have heard of one. */
  function listening(sentinel: RedisServer, count: number): Promise<void> {
    return until(`${String(count)} clients to listen for failovers`, async () => {
      const list = String(await ask(sentinel, 'CLIENT', 'LIST'));
      return list.split('sub=1').length === count + 1;
    });
  }

  /** A store of each library on the master that a Sentinel tells. Calls are given up after so many milliseconds. */
  function storesOn(
    sentinel: Address,
    { libraries = LIBRARIES, patience = 3000 } = {},
  ): { name: string; store: Store }[] {
    return libraries.map((library) => {
      const client = library.sentinel(sentinel);
      clients.push(client);
      return {
        name: library.name,
        store: impatient(redisStore(client.client, { prefix: `${library.name}:` }), patience),
      };
    });
  }

  for (const end of ['crashes', 'is cut off and comes back'] as const) {
    it(`works on without a restart when the master ${end}, and never takes an old answer for a new one`, async () => {
      const { master, way, replica, sentinel } = await startReplicated();
      servers.push(master, replica, sentinel);
      proxies.push(way);
      const stores = storesOn(sentinel);
      for (const { store, name } of stores) {
        expect(await swapped(store, null, 'old'), name).to.equal('old');
        expect(await listAccounts(store), name).to.deep.equal(['alice']);
      }
      await listening(sentinel, LISTENING.length);
      await until('the replica to have it all', async () => (await ask(replica, 'DBSIZE')) === stores.length);

      if (end === 'crashes') await master.kill();
      else way.cutOff();
      await toldDown(sentinel);
      await failOverTo(replica, sentinel);

      for (const { store, name } of stores) {
        expect(await eventually(`${name} to read`, () => store.get('alice')), name).to.equal('old');
        expect(await swapped(store, 'old', 'new'), name).to.equal('new');
      }

      if (end === 'crashes') return;
      way.restore(); // and takes itself for the master, with the old value
      for (let round = 0; round < 20; round++) {
        for (const { store, name } of stores) {
          const value = await store.get('alice').catch(() => 'no answer');
          expect(value, name).to.be.oneOf(['new', 'no answer']);
        }
      }
      await ask(master, 'REPLICAOF', replica.host, replica.port); // as Sentinel does in time
      for (const { store, name } of stores) {
        expect(await eventually(`${name} to read`, () => store.get('alice')), name).to.equal('new');
        const listed = await eventually(`${name} to list`, () => listAccounts(store));
        expect(listed, name).to.deep.equal(['alice']);
      }
    });
  }

  describe('that tells of a failover while a client asks it for the master', () => {
    let proxy: TcpProxy;
    let stores: { name: string; store: Store }[];

    async function failOver(): Promise<void> {
      const { master, way, replica, sentinel } = await startReplicated();
      servers.push(master, replica, sentinel);
      proxies.push(way);
      proxy = await startTcpProxy(sentinel);
      proxies.push(proxy);
      stores = storesOn(proxy, { libraries: LISTENING });
      for (const { store } of stores) await swapped(store, null, 'a');
      await listening(sentinel, LISTENING.length);
      await until('the replica to have it all', async () => (await ask(replica, 'DBSIZE')) === stores.length);

      proxy.delayNew();
      await ask(master, 'CLIENT', 'KILL', 'TYPE', 'normal');
      await until('the clients to ask for the master', () => proxy.waiting() === clients.length);
      await failOverTo(replica, sentinel);
      await listening(sentinel, 0);
    }

    it('opens the clients again that have ended, when they are used', async () => {
      await failOver();
      proxy.admit();
      await until('the clients to end', () =>
        clients.every(({ client }) => (client as Redis).status === 'end'),
      );
      for (const { store, name } of stores) {
        expect(await eventually(`${name} to read`, () => store.get('alice')), name).to.equal('a');
      }
    });
  });

  it('knows a swap that the client sends again when a lost connection hides that it was made', async () => {
    const server = await startRedis();
    const proxy = await startTcpProxy(server);
    proxies.push(proxy);
    const sentinel = await startSentinel(proxy);
    servers.push(server, sentinel);
    const near = new Redis(server.url);
    near.on('error', () => undefined);
    clients.push({ client: near, open: () => near.ping(), close: () => near.disconnect() });

    for (const [index, { store, name }] of storesOn(sentinel, { patience: 60_000 }).entries()) {
      expect(await swapped(store, null, 'a'), name).to.equal('a');
      const [key = ''] = (await near.keys('*')).filter((each) => each.includes(`${LIBRARIES[index]?.name}:`));

      proxy.holdAnswers();
      const swap = store.compareAndSet('alice', 'a', 'b').catch((error: unknown) => error);
      await until('the swap to be made', async () => (await near.get(key)) === 'b');
      proxy.breakAll();

      expect(await swap, name).to.equal(true);
      expect(await near.get(key), name).to.equal('b');
      expect(await eventually(`${name} to read`, () => store.get('alice')), name).to.equal('b');

      proxy.holdAnswers();
      const overtaken = store.compareAndSet('alice', 'b', 'c').catch((error: unknown) => error);
      await until('the swap to be made', async () => (await near.get(key)) === 'c');
      await near.set(key, 'd');
      proxy.breakAll();

      expect(await overtaken, name).to.equal(null);
      expect(
        await eventually(`${name} to swap`, () => store.compareAndSet('alice', 'c', 'e')),
        name,
      ).to.equal(false);
      expect(await near.get(key), name).to.equal('d');
    }
  });
});

/** What is kept after a swap that may have to be tried more than once. */
async function swapped(store: Store, expected: string | null, next: string): Promise<string | null> {
  await eventually('a swap', () => store.compareAndSet('alice', expected, next));
  return eventually('an answer', () => store.get('alice'));
}
