import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import type { Store } from '../../lib/vault/store.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { Address, TestClient } from './redis-clients.js';
import { startReplicated, startSentinel, waitFor } from './redis-sentinel.js';

describe('adapters/redis behind Sentinel', function () {
  this.timeout(120_000); // on a starved machine Sentinel does nothing for 30 s (its TILT mode)
  const servers: RedisServer[] = [];
  const clients: TestClient[] = [];

  afterEach(async () => {
    for (const { close } of clients.splice(0)) close();
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  });

  /** A store of each library on the master that a Sentinel tells. */
  function storesOn(sentinel: Address, libraries = LIBRARIES): { name: string; store: Store }[] {
    return libraries.map((library) => {
      const client = library.sentinel(sentinel);
      clients.push(client);
      return { name: library.name, store: redisStore(client.client, { prefix: `${library.name}:` }) };
    });
  }

  for (const end of ['crashes', 'is cut off and comes back'] as const) {
    it(`works on without a restart when the master ${end}, and never takes an old answer for a new one`, async () => {
      const { master, replica, sentinel } = await startReplicated();
      servers.push(master, replica, sentinel);
      const stores = storesOn(sentinel);
      for (const { store, name } of stores) {
        expect(await store.compareAndSet('alice', null, 'old'), name).to.equal(true);
        expect(await listAccounts(store), name).to.deep.equal(['alice']);
      }
      const admin = new Redis(master.url);
      await admin.call('WAIT', '1', '0');
      admin.disconnect();

      if (end === 'crashes') await master.kill();
      else master.pause();
      await waitFor(replica, 'ROLE', (role) => (role as unknown[])[0] === 'master');

      for (const { store, name } of stores) {
        expect(await answered(() => store.get('alice')), name).to.equal('old');
        expect(await swapped(store, 'old', 'new'), name).to.equal('new');
      }

      if (end === 'crashes') return;
      master.resume();
      const old = { waiting: true };
      const demoted = waitFor(master, 'ROLE', (role) => (role as unknown[])[0] === 'slave');
      void demoted.then(() => (old.waiting = false));
      while (old.waiting) {
        for (const { store, name } of stores) {
          const value = await store.get('alice').catch(() => 'no answer');
          expect(value, name).to.be.oneOf(['new', 'no answer']);
        }
        await sleep(20);
      }
      for (const { store, name } of stores) {
        expect(await answered(() => store.get('alice')), name).to.equal('new');
        expect(await answered(() => listAccounts(store)), name).to.deep.equal(['alice']);
      }
    });
  }

  describe('that tells of a failover while a client asks it for the master', () => {
    let proxy: TcpProxy;
    let stores: { name: string; store: Store }[];

    /** Brings it about, and does something else just before the client is told. */
    async function failOver(meanwhile: () => void): Promise<void> {
      const { master, replica, sentinel } = await startReplicated();
      servers.push(master, replica, sentinel);
      proxy = await startTcpProxy(sentinel);
      stores = storesOn(
        proxy,
        LIBRARIES.filter(({ name }) => name.startsWith('ioredis')), // the one that listens for failovers
      );
      for (const { store } of stores) await store.compareAndSet('alice', null, 'a');
      const listening = (list: unknown): number => String(list).split('sub=1').length - 1;
      await waitFor(sentinel, 'CLIENT LIST', (list) => listening(list) >= stores.length);

      proxy.delayNew();
      await waitFor(master, 'CLIENT KILL TYPE normal', () => true);
      await sleep(300); // the clients ask for the master, and wait for the answer
      meanwhile();
      await waitFor(sentinel, 'SENTINEL FAILOVER panel', () => true);
      const present = 'SENTINEL GET-MASTER-ADDR-BY-NAME panel';
      await waitFor(sentinel, present, (address) => (address as string[])[1] === String(replica.port));
      await sleep(300);
      proxy.admit();
    }

    afterEach(() => proxy.close());

    it('works on, though the client has ended', async () => {
      await failOver(() => undefined);
      for (const { store, name } of stores) {
        expect(await answered(() => store.get('alice')), name).to.equal('a');
      }
    });

    it('leaves clients alone that were closed meanwhile', async () => {
      await failOver(() => {
        for (const { close } of clients) close();
      });
      await sleep(1000);
      for (const { store, name } of stores) {
        const refusal = await store.get('alice').catch((error: unknown) => String(error));
        expect(refusal, name).to.include('closed and does not connect again');
      }
    });
  });

  it('says that it does not know when a lost connection hides that a swap was made', async () => {
    const server = await startRedis();
    const proxy = await startTcpProxy(server);
    const sentinel = await startSentinel(proxy);
    servers.push(server, sentinel);
    const near = new Redis(server.url);
    near.on('error', () => undefined);
    clients.push({ client: near, open: () => near.ping(), close: () => near.disconnect() });

    for (const [index, { store, name }] of storesOn(sentinel).entries()) {
      expect(await answered(() => store.compareAndSet('alice', null, 'a')), name).to.equal(true);
      const [key = ''] = (await near.keys('*')).filter((each) => each.includes(`${LIBRARIES[index]?.name}:`));

      proxy.holdAnswers();
      const swap = store.compareAndSet('alice', 'a', 'b').catch((error: unknown) => error);
      while ((await near.get(key)) !== 'b') await sleep(5);
      proxy.breakAll();

      expect(await swap, name).to.be.an('error');
      expect(await near.get(key), name).to.equal('b');
      expect(await answered(() => store.get('alice')), name).to.equal('b');
    }
    await proxy.close();
  });
});

/** The answer once there is one. */
async function answered<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (tried === 30) throw error;
      await sleep(100);
    }
  }
}

/** What is kept after a swap that may have to be tried more than once. */
async function swapped(store: Store, expected: string, next: string): Promise<string | null> {
  await answered(() => store.compareAndSet('alice', expected, next));
  return answered(() => store.get('alice'));
}
