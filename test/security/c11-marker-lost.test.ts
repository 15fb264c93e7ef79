import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { onEachStore, isOut } from './support/acgl-panel.js';

describe('C11: a store that may lose what was spent', () => {
  onEachStore((target) => {
    it('is reported by the check when it may evict or keeps nothing on disk', async () => {
      const { redis } = target();
      const risks = async (): Promise<string> => JSON.stringify(await target().secondFactor.check());
      if (!redis) {
        expect(await risks()).not.to.match(/may evict|keeps nothing on disk/);
        return;
      }
      expect(await risks()).to.contain('keeps nothing on disk');
      await redis.config('SET', 'appendonly', 'yes', 'maxmemory-policy', 'allkeys-lru');
      expect(await risks())
        .to.contain('may evict')
        .and.not.to.contain('keeps nothing on disk');
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
      expect(await risks()).not.to.match(/may evict|keeps nothing on disk/);
      await redis.config('SET', 'appendonly', 'no');
    });

    it('lets nobody with an old session past a guard when it lost everything', async () => {
      const { jar } = await target().enrolled('alice');
      const waiting = await target().pending('alice');
      if (target().redis) await target().redis?.flushall();
      else await target().setRecord('alice', null);
      expect((await jar.get('/api/secret')).status).to.be.oneOf([401, 403]);
      await isOut(waiting);
    });
  });

  it('is said in the documentation: what an asynchronous failover can lose', () => {
    expect(readFileSync('docs/stores.md', 'utf8')).to.match(/failover/i);
  });
});
