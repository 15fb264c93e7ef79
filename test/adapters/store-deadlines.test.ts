import { expect } from 'chai';
import { redisStore } from '../../adapters/redis.js';
import { createTotpTable, sqlStore } from '../../adapters/sql.js';
import type { Store } from '../../lib/vault/store.js';
import type { Vault } from '../../lib/vault/vault.js';
import { aRecord } from '../support/records.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { aKey, sealerOf, vaultOf } from '../support/vaults.js';
import { LIBRARIES } from './redis-clients.js';
import type { RedisLibrary, TestClient } from './redis-clients.js';
import { startRedisCluster } from './redis-cluster.js';
import { startReplicated } from './redis-sentinel.js';
import { BACKENDS } from './sql-backends.js';
import type { RunningBackend } from './sql-backends.js';

/** Deadlines in milliseconds: 2500 is longer than any limit that adapters once had of their own. */
const [SHORT, LONG, PATIENT] = [100, 2500, 120_000];

/** A store whose database answers when it is told to. */
interface Bench {
  readonly name: string;
  readonly store: Store;
  /** Keeps all answers back until the returned function is called. */
  hold(): Promise<() => Promise<unknown>>;
}

describe('the deadlines of stores', () => {
  const sealer = sealerOf(aKey());
  const ending: (() => unknown)[] = [];

  after(async () => {
    for (const end of ending.reverse()) await end();
  });

  /** Ends a client or server when all is done. */
  function ended<T>(thing: T, end: (thing: T) => unknown): T {
    ending.push(() => end(thing));
    return thing;
  }

  function redisBenches(
    kind: string,
    servers: readonly RedisServer[],
    connect: (library: RedisLibrary) => TestClient,
  ): Bench[] {
    return LIBRARIES.map((library) => {
      const { client } = ended(connect(library), ({ close }) => close());
      return {
        name: `${library.name}, ${kind}`,
        store: redisStore(client, { prefix: `${library.name}:` }),
        hold() {
          for (const server of servers) server.pause();
          return Promise.resolve(async () => {
            for (const server of servers) server.resume();
          });
        },
      };
    });
  }

  /** With a single connection, which is taken. */
  async function sqlBench(running: RunningBackend, name: string): Promise<Bench> {
    const db = running.open({
      postgres: { max: 1, connectionTimeoutMillis: 0 },
      mysql: { connectionLimit: 1 },
    });
    await createTotpTable(db);
    return {
      name,
      store: sqlStore(db),
      async hold() {
        let release = (): void => undefined;
        const released = new Promise<void>((resolve) => (release = resolve));
        let holding: Promise<void> = Promise.resolve();
        await new Promise<void>((held) => {
          holding = db.connection().execute(() => {
            held();
            return released;
          });
        });
        return () => {
          release();
          return holding;
        };
      },
    };
  }

  const SCENES: Record<string, () => Promise<Bench[]>> = {
    async 'one Redis'() {
      const server = ended(await startRedis(), ({ stop }) => stop());
      return redisBenches('one server', [server], (library) => library.client(server));
    },
    async 'Redis Cluster'() {
      const servers = ended(await startRedisCluster(), (all) => Promise.all(all.map(({ stop }) => stop())));
      return redisBenches('Cluster', servers, (library) => library.cluster(servers));
    },
    async 'Redis Sentinel'() {
      const { master, way, replica, sentinel } = await startReplicated();
      ended(way, (proxy) => proxy.close());
      for (const server of [master, replica, sentinel]) ended(server, ({ kill }) => kill());
      // the Sentinel stands still as well: it would make the replica the master
      return redisBenches('Sentinel', [sentinel, master], (library) => library.sentinel(sentinel));
    },
    async SQL() {
      return Promise.all(
        BACKENDS.map(async (backend) =>
          sqlBench(
            ended(await backend.start(), (r) => r.end()),
            backend.name,
          ),
        ),
      );
    },
  };

  for (const [scene, start] of Object.entries(SCENES)) {
    it(`are storeTimeoutMs and nothing else on ${scene}: a late answer counts, and one after it does not`, async () => {
      const benches = await start();
      const vaults = (bench: Bench) => (milliseconds: number) => vaultOf(bench.store, sealer, milliseconds);
      for (const bench of benches) {
        await vaults(bench)(PATIENT).update('alice', () => ({ outcome: 0, next: aRecord() }));
        await listed(vaults(bench)(PATIENT));
      }
      const releases: (() => Promise<unknown>)[] = [];
      for (const bench of benches) releases.push(await bench.hold());

      const patient = benches.map((bench) => answers(vaults(bench)(PATIENT)));
      let answered = false;
      void Promise.race(patient.flat()).finally(() => (answered = true));
      const late = [SHORT, LONG].map((milliseconds) =>
        benches.map((bench) => refusals(vaults(bench)(milliseconds))),
      );
      const told = await Promise.all(late.flat());
      expect(answered, 'no other limit').to.equal(false);
      for (const release of releases) await release();

      for (const [place, messages] of told.entries()) {
        const { name } = benches[place % benches.length]!;
        const milliseconds = place < benches.length ? SHORT : LONG;
        for (const message of messages) expect(message, name).to.contain(`within ${milliseconds} ms`);
      }
      for (const [place, calls] of patient.entries()) {
        expect(await Promise.all(calls), benches[place]!.name).to.deep.equal([
          'alice',
          'swapped',
          ['alice'],
          true,
        ]);
      }
    });
  }

  for (const backend of BACKENDS) {
    it(`never send on ${backend.name} what waited for a connection until it was given up`, async () => {
      const running = ended(await backend.start(), (r) => r.end());
      const bench = await sqlBench(running, backend.name);
      const release = await bench.hold();
      const swap = vaultOf(bench.store, sealer, SHORT).update('bob', () => ({ outcome: 0, next: aRecord() }));
      expect(await swap.catch((error: unknown) => (error as Error).message)).to.contain('did not answer');
      const direct = bench.store.compareAndSet('bob', null, 'late', { signal: AbortSignal.abort() });
      await release();
      expect(await direct.catch((error: unknown) => error)).to.be.an('error');
      expect(await bench.store.get('bob')).to.equal(null);
    });
  }
});

/** What each kind of call is answered with. */
function answers(vault: Vault): Promise<unknown>[] {
  return [
    vault.read('alice').then((record) => record && 'alice'),
    vault.update('alice', (record) => ({ outcome: 'swapped', next: { ...record!, failures: 1 } })),
    listed(vault),
    vault.inspect().then(({ warnings }) => Array.isArray(warnings)),
  ];
}

/** Why each kind of call was refused. */
function refusals(vault: Vault): Promise<string[]> {
  return Promise.all(
    answers(vault).map((answer) =>
      answer.then(
        () => 'answered',
        (error: unknown) => (error as Error).message,
      ),
    ),
  );
}

async function listed(vault: Vault): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of vault.list()) ids.push(id);
  return ids;
}
