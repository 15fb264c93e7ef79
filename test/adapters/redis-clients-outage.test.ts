import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import type { Store } from '../../lib/vault/store.js';
import { eventually, until } from '../support/eventually.js';
import { impatient } from '../support/impatient.js';
import { loadSlowly } from '../support/load-slowly.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { timeLimit } from '../support/time-limit.js';
import { listAccounts } from './list-accounts.js';
import { LIBRARIES } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';

const limit = timeLimit();

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
      store = impatient(redisStore(used(library.client(server)).client), limit.ms);
      await store.compareAndSet('alice', null, 'a');
    });
    afterEach(() => {
      limit.hold();
      for (const { close } of clients.splice(0)) close();
    });

    it('rejects while Redis is down, makes no such swap later, and works when it is back (J1)', async () => {
      await server.kill();
      limit.pass();
      await Promise.all([
        rejects(store.compareAndSet('alice', 'a', 'b')),
        rejects(listAccounts(store)),
        ...Array.from({ length: 50 }, () => rejects(store.get('alice'))),
      ]);
      await rejects(store.compareAndSet('alice', 'a', 'c'));
      limit.hold();
      await server.restart();
      expect(await recovered(store)).to.equal('a');
      expect(await store.compareAndSet('alice', 'a', 'd')).to.equal(true);
      expect(await listAccounts(store)).to.deep.equal(['alice']);
    });

    it('rejects while Redis is paused, and works when it goes on', async () => {
      server.pause();
      limit.pass();
      await Promise.all([
        rejects(store.get('alice')),
        rejects(store.compareAndSet('bob', 'a', 'b')),
        rejects(listAccounts(store)),
      ]);
      limit.hold();
      server.resume();
      expect(await store.get('alice')).to.equal('a');
    });

    it('answers late while Redis is slow', async () => {
      server.pause();
      const swap = store.compareAndSet('alice', 'a', 'b');
      await turn();
      server.resume();
      expect(await swap).to.equal(true);
      expect(await store.get('alice')).to.equal('b');
    });

    it('never says no to a swap that was made when connections are killed in flight', async () => {
      const outcomes: (boolean | Error | null)[] = [];
      for (let round = 0; round < 20; round++) {
        const account = `account-${round}`;
        await eventually('an answer', () => store.compareAndSet(account, null, 'a'));
        const [outcome] = await Promise.all([
          store.compareAndSet(account, 'a', 'b').catch((error: unknown) => error as Error),
          admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
        ]);
        outcomes.push(outcome);
        const kept = await eventually('an answer', () => store.get(account));
        if (outcome === false) expect.fail('it was the only one to swap');
        if (outcome === true) expect(kept).to.equal('b');
        else expect(kept).to.be.oneOf(['a', 'b']);
      }
      expect(outcomes).to.have.length(20);
    });

    /**
     * What a swap of `alice` tells that was made, and whose answer was lost with the connection.
     *
     * @param after what somebody else swaps in before the client is connected again; left out: nothing
     */
    async function answerLost(next: string | null, after: string | null = next): Promise<unknown> {
      const proxy = await startTcpProxy(server);
      const far = impatient(redisStore(used(library.client(proxy)).client), limit.ms);
      expect(await far.get('alice')).to.equal('a');

      proxy.holdAnswers();
      const swap = far.compareAndSet('alice', 'a', next).catch((error: unknown) => error);
      await until('the swap to be made', async () => (await store.get('alice')) === next);
      if (after !== next) await store.compareAndSet('alice', next, after);
      proxy.breakAll();

      const answer = await swap;
      expect(await store.get('alice')).to.equal(after);
      expect(await recovered(far)).to.equal(after);
      await proxy.close();
      return answer;
    }

    const resends = library.name.startsWith('ioredis');

    it(`${resends ? 'knows a swap that the client sends again' : 'rejects'} when a lost connection hides that it was made`, async () => {
      const answer = await answerLost('b');
      if (resends) expect(answer).to.equal(true);
      else expect(answer).to.be.an('error');
    });

    it('says that it does not know when a lost connection hides that a deletion was made', async () => {
      const answer = await answerLost(null);
      if (resends) expect(answer).to.equal(null);
      else expect(answer).to.be.an('error');
    });

    for (const next of ['b', null]) {
      const made = next === null ? 'deletion' : 'swap';
      it(`says that it does not know when somebody else has changed the value since a ${made} was made`, async () => {
        const answer = await answerLost(next, 'c');
        if (resends) expect(answer).to.equal(null);
        else expect(answer).to.be.an('error');
      });
    }

    it(`${resends ? 'creates a value again' : 'rejects, and does not create again, a value'} that somebody else deleted after its answer was lost`, async () => {
      const proxy = await startTcpProxy(server);
      const far = impatient(redisStore(used(library.client(proxy)).client), limit.ms);
      expect(await far.get('bob')).to.equal(null);

      proxy.holdAnswers();
      const swap = far.compareAndSet('bob', null, 'b').catch((error: unknown) => error);
      await until('the swap to be made', async () => (await store.get('bob')) === 'b');
      await store.compareAndSet('bob', 'b', null);
      proxy.breakAll();

      if (resends) expect(await swap).to.equal(true);
      else expect(await swap).to.be.an('error');
      expect(await eventually('an answer', () => far.get('bob'))).to.equal(resends ? 'b' : null);
      await proxy.close();
    });

    it('says no to a deletion that finds nothing while the connection holds', async () => {
      expect(await store.compareAndSet('nobody', 'a', null)).to.equal(false);
    });

    it('neither reads nor swaps on a replica', async () => {
      await admin.replicaof(server.host, 1);
      await rejects(store.get('alice'), /READONLY/);
      await rejects(store.compareAndSet('alice', 'a', 'b'), /READONLY/);
      await rejects(store.compareAndSet('alice', 'stale', 'b'), /READONLY/);
      await admin.replicaof('NO', 'ONE');
      expect(await store.get('alice')).to.equal('a');
    });

    it('reads on while Redis has no memory left, and refuses to swap', async () => {
      await admin.config('SET', 'maxmemory', '1');
      expect(await store.get('alice')).to.equal('a');
      await rejects(store.compareAndSet('alice', 'a', 'b'), /OOM/);
      await admin.config('SET', 'maxmemory', '0');
      expect(await store.get('alice')).to.equal('a');
    });

    it('rejects while Redis loads its data, and works when it has', async () => {
      const load = await loadSlowly(server);
      const answers = await Promise.allSettled([store.get('alice'), store.compareAndSet('alice', 'a', 'b')]);
      await load();
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
      await rejects(store.get('alice'), /closed/);
    });

    it('connects a client once that many calls wait for', async () => {
      const waiting = impatient(redisStore(used(library.client(server)).client), limit.ms);
      const answers = await Promise.all([waiting.get('alice'), waiting.get('bob'), listAccounts(waiting)]);
      expect(answers).to.deep.equal(['a', null, ['alice']]);
    });

    it('takes a client that the panel opens itself, at whatever moment', async () => {
      const opened = used(library.client(server));
      const other = impatient(redisStore(opened.client), limit.ms);
      const opening = opened.open();
      expect(await other.get('alice')).to.equal('a');
      await opening;
    });

    it('waits for a server that comes later', async () => {
      await server.kill();
      const late = impatient(redisStore(used(library.client(server)).client), limit.ms);
      limit.pass();
      await rejects(late.get('alice'));
      limit.hold();
      await server.restart();
      expect(await recovered(late)).to.equal('a');
    });
  });
}

async function rejects(promise: Promise<unknown>, message = /./): Promise<void> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).to.be.an('error').with.property('message').that.matches(message);
}

/** What `alice` is when the store works again. */
function recovered(store: Store): Promise<string | null> {
  return eventually('the store to work again', () => store.get('alice'));
}
