import { once } from 'node:events';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisStore } from '../../adapters/redis.js';
import { assessRedis } from '../../adapters/redis-report.js';
import type { RedisSettings } from '../../adapters/redis-report.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { LIBRARIES } from './redis-clients.js';
import type { TestClient } from './redis-clients.js';

const SAFE: RedisSettings = { policy: 'noeviction', maximumBytes: 1, appendOnly: true, snapshots: null };

describe('adapters/redis-report', () => {
  describe('assessRedis', () => {
    const cases: [string, Partial<RedisSettings>, RegExp | null][] = [
      ['a limit that evicts nothing', {}, null],
      ['eviction of any key', { policy: 'allkeys-lru' }, /^R may evict records when memory is short/],
      [
        'eviction of any key that waits for a limit',
        { policy: 'allkeys-lfu', maximumBytes: 0 },
        /as soon as/,
      ],
      ['eviction of expiring keys', { policy: 'volatile-lru' }, /may evict records that were given a time/],
      ['eviction of expiring keys without a limit', { policy: 'volatile-ttl', maximumBytes: 0 }, null],
      [
        'nothing on disk',
        { appendOnly: false, snapshots: '' },
        /^R keeps nothing on disk.*set appendonly yes/,
      ],
      ['snapshots', { appendOnly: false, snapshots: '3600 1' }, null],
    ];
    for (const [title, settings, message] of cases) {
      it(`${message ? 'warns of' : 'takes'} ${title}`, () => {
        const { found, unknown } = assessRedis('R', { ...SAFE, ...settings });
        expect(unknown).to.deep.equal([]);
        expect(found).to.have.length(message ? 1 : 0);
        if (message) expect(found[0]).to.match(message);
      });
    }

    it('says what it could not find out', () => {
      const nothing = { policy: null, maximumBytes: null, appendOnly: null, snapshots: null };
      const { found, unknown } = assessRedis('R', nothing);
      expect(found).to.deep.equal([]);
      expect(unknown).to.have.length(2);
      for (const sentence of unknown) expect(sentence).to.match(/could not be checked: make sure/);
    });
  });

  for (const library of LIBRARIES) {
    describe(`with ${library.name}`, () => {
      let server: RedisServer;
      let admin: Redis;
      const clients: TestClient[] = [];

      before(async () => {
        server = await startRedis({ args: ['--appendonly', 'yes', '--maxmemory', '100mb'] });
        admin = new Redis(server.url);
      });
      after(async () => {
        admin.disconnect();
        await server.kill();
      });
      afterEach(async () => {
        for (const { close } of clients.splice(0)) close();
        await admin.call('ACL', 'SETUSER', 'default', '+@all');
        await admin.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'yes');
      });

      function make(awkward = false): ReturnType<typeof redisStore> {
        const client = awkward ? library.awkwardClient(server) : library.client(server);
        clients.push(client);
        return redisStore(client.client);
      }

      it('tells the time, and has nothing to say of a server that keeps what it has', async () => {
        const asked = Date.now();
        const { serverTime, warnings } = (await make().inspect?.()) ?? {};
        expect(serverTime).to.be.within(asked - 1000, Date.now() + 1000);
        expect(warnings).to.deep.equal([]);
      });

      for (const awkward of [false, true]) {
        it(`warns of eviction and of nothing on disk${awkward ? ', however replies are mapped' : ''}`, async () => {
          await admin.config('SET', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no');
          const { warnings } = (await make(awkward).inspect?.()) ?? {};
          expect(warnings).to.have.length(2);
          expect(warnings?.[0]).to.match(/evict.*set maxmemory-policy noeviction\.$/);
          expect(warnings?.[1]).to.match(/keeps nothing on disk.*set appendonly yes\.$/);
        });
      }

      it('says what could not be checked where CONFIG and INFO are forbidden', async () => {
        const store = make();
        await store.get('alice');
        await admin.call('ACL', 'SETUSER', 'default', '-config', '-info', '-time');
        const { serverTime, warnings } = (await store.inspect?.()) ?? {};
        expect(serverTime).to.equal(null);
        expect(warnings).to.have.length(2);
        expect(warnings?.join()).to.match(
          /maxmemory-policy.*could not be checked.*disk.*could not be checked/,
        );
        expect(await store.get('alice')).to.equal(null);
      });

      it('warns the process once per store, after the first answer', async () => {
        await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
        const warnings: (Error & { code?: string })[] = [];
        const listen = (warning: Error): void => void warnings.push(warning);
        process.on('warning', listen);
        const warned = once(process, 'warning');
        const store = make();
        await store.get('alice');
        await warned;
        await store.get('alice');
        await store.inspect?.();
        await store.compareAndSet('alice', null, 'a');
        process.off('warning', listen);

        expect(warnings.map(({ code }) => code)).to.deep.equal(['SECOND_FACTOR_STORE_MAY_LOSE']);
        expect(warnings[0]?.message).to.match(/may evict records/);
        await store.compareAndSet('alice', 'a', null);
      });
    });
  }
});
