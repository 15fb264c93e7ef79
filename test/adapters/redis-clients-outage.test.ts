import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import type { Store } from '../../lib/vault/store.js';
import { impatient } from '../support/impatient.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';

/** What a vault waits by default, and what a timer may be late by on a busy machine. */
const PATIENCE_MILLISECONDS = 2000 + 500;
/** How long a client may take to notice that Redis is back. */
const RECOVERY_MILLISECONDS = 5000;

for (const library of LIBRARIES) {
  describe(`adapters/redis with ${library.name} when Redis is in trouble`, () => {
    let server: RedisServer;
    let admin: Redis;
    let store: Store;
    const clients: TestClient[] = [];

    function used(client: TestClient): TestClient {
      clients.push(client);
      return client;
    }

    before(async () => {
      const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'yes'];
      server = await startRedis({ args });
      admin = new Redis(server.url);
      admin.on('error', () => undefined);
    });
    after(async () => {
      admin.disconnect();
      await server.kill();
    });
    beforeEach(async () => {
      await admin.flushall();
      store = impatient(redisStore(used(library.client(server)).client));
      await store.compareAndSet('alice', null, 'a');
    });
    afterEach(() => {
      for (const { close } of clients.splice(0)) close();
    });

    it('rejects in time while Redis is down, makes no such swap later, and works when it is back (J1)', async () => {
      await server.kill();
      await Promise.all([
        rejectsInTime(store.compareAndSet('alice', 'a', 'b')),
        rejectsInTime(listAccounts(store)),
        ...Array.from({ length: 50 }, () => rejectsInTime(store.get('alice'))),
      ]);
      await rejectsInTime(store.compareAndSet('alice', 'a', 'c'));
      await server.restart();
      expect(await recovered(store)).to.equal('a');
      expect(await store.compareAndSet('alice', 'a', 'd')).to.equal(true);
      expect(await listAccounts(store)).to.deep.equal(['alice']);
    });

    it('rejects in time while Redis is paused, and works when it goes on', async () => {
      await admin.client('PAUSE', 2600, 'ALL');
      await Promise.all([
        rejectsInTime(store.get('alice')),
        rejectsInTime(store.compareAndSet('bob', 'a', 'b')),
        rejectsInTime(listAccounts(store)),
      ]);
      await admin.ping();
      expect(await store.get('alice')).to.equal('a');
    });

    it('answers late while Redis is slow', async () => {
      await admin.client('PAUSE', 300, 'ALL');
      expect(await store.compareAndSet('alice', 'a', 'b')).to.equal(true);
      expect(await store.get('alice')).to.equal('b');
    });

    it('never says no to a swap that was made when connections are killed in flight', async () => {
      const outcomes: (boolean | Error)[] = [];
      for (let round = 0; round < 20; round++) {
        const account = `account-${round}`;
        await untilAnswered(() => store.compareAndSet(account, null, 'a'));
        const [outcome] = await Promise.all([
          store.compareAndSet(account, 'a', 'b').catch((error: unknown) => error as Error),
          admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
        ]);
        outcomes.push(outcome);
        const kept = await untilAnswered(() => store.get(account));
        if (outcome === false) expect.fail('it was the only one to swap');
        if (outcome === true) expect(kept).to.equal('b');
        else expect(kept).to.be.oneOf(['a', 'b']);
      }
      expect(outcomes).to.have.length(20);
    });

    it('says that it does not know when a lost connection hides that a swap was made', async () => {
      const proxy = await startTcpProxy(server);
      const far = impatient(redisStore(used(library.client(proxy)).client));
      expect(await far.get('alice')).to.equal('a');

      proxy.holdAnswers();
      const swap = far.compareAndSet('alice', 'a', 'b').catch((error: unknown) => error);
      while ((await store.get('alice')) !== 'b') await sleep(5);
      proxy.breakAll();

      expect(await swap).to.be.an('error');
      expect(await store.get('alice')).to.equal('b');
      expect(await recovered(far)).to.equal('b');
      await proxy.close();
    });

    it('neither reads nor swaps on a replica', async () => {
      await admin.replicaof(server.host, 1);
      await rejectsInTime(store.get('alice'), /READONLY/);
      await rejectsInTime(store.compareAndSet('alice', 'a', 'b'), /READONLY/);
      await rejectsInTime(store.compareAndSet('alice', 'stale', 'b'), /READONLY/);
      await admin.replicaof('NO', 'ONE');
      expect(await store.get('alice')).to.equal('a');
    });

    it('reads on while Redis has no memory left, and refuses to swap', async () => {
      await admin.config('SET', 'maxmemory', '1');
      expect(await store.get('alice')).to.equal('a');
      await rejectsInTime(store.compareAndSet('alice', 'a', 'b'), /OOM/);
      await admin.config('SET', 'maxmemory', '0');
      expect(await store.get('alice')).to.equal('a');
    });

    it('rejects while Redis loads its data, and works when it has', async () => {
      await admin.call('DEBUG', 'POPULATE', '3000');
      await admin.config('SET', 'loading-process-events-interval-bytes', '1024', 'key-load-delay', '400');
      const loaded = admin.call('DEBUG', 'RELOAD');
      await sleep(100);
      const answers = await Promise.allSettled([store.get('alice'), store.compareAndSet('alice', 'a', 'b')]);
      await loaded;
      for (const answer of answers) {
        expect(answer)
          .to.have.property('reason')
          .that.has.property('message')
          .that.matches(/^LOADING/);
      }
      expect(await store.get('alice')).to.equal('a');
    });

    it('rejects at once when the client was closed', async () => {
      for (const { close } of clients.splice(0)) close();
      await sleep(50);
      const started = performance.now();
      await rejectsInTime(store.get('alice'), /closed/);
      expect(performance.now() - started).to.be.below(500);
    });

    it('connects a client once that many calls wait for', async () => {
      const waiting = impatient(redisStore(used(library.client(server)).client));
      const answers = await Promise.all([waiting.get('alice'), waiting.get('bob'), listAccounts(waiting)]);
      expect(answers).to.deep.equal(['a', null, ['alice']]);
    });

    it('takes a client that the panel opens itself, at whatever moment', async () => {
      const opened = used(library.client(server));
      const other = impatient(redisStore(opened.client));
      const opening = opened.open();
      expect(await other.get('alice')).to.equal('a');
      await opening;
    });

    it('waits for a server that comes later', async () => {
      await server.kill();
      const late = impatient(redisStore(used(library.client(server)).client));
      await rejectsInTime(late.get('alice'));
      await server.restart();
      expect(await recovered(late)).to.equal('a');
    });
  });
}

async function rejectsInTime(promise: Promise<unknown>, message = /./): Promise<void> {
  const started = performance.now();
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).to.be.an('error').with.property('message').that.matches(message);
  expect(performance.now() - started).to.be.below(PATIENCE_MILLISECONDS);
}

/** What `alice` is when the store works again. */
function recovered(store: Store): Promise<string | null> {
  return untilAnswered(() => store.get('alice'));
}

async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + RECOVERY_MILLISECONDS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
