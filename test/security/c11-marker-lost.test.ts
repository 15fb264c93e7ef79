import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { warningsOf } from '../support/warnings.js';
import type { Warning } from '../support/warnings.js';
import { runConsole } from '../support/example-process.js';
import { startExamplePanel } from '../support/example-panel.js';
import { attack, isOut } from '../support/attack.js';
import { signedIn, enrolled, pending } from '../support/people.js';

describe('C11: a store that may lose what was spent', () => {
  attack('on %s', (target) => {
    it('is reported by the check when it may evict or keeps nothing on disk', async () => {
      const { redis } = target();
      const risks = async (): Promise<string> => JSON.stringify(await target().secondFactor.admin.check());
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

    it('is reported at start-up, and by the command', async () => {
      const { env, redis } = target();
      const reports = (warned: readonly Warning[]): readonly Warning[] =>
        warned.filter(({ code }) => code === 'SECOND_FACTOR_STORE_MAY_LOSE');
      const warned = await warningsOf(async (heard) => {
        const panel = await startExamplePanel(env.REDIS_URL);
        await signedIn(panel, 'alice');
        if (redis) await until('the report', () => reports(heard).length > 0);
        await panel.end();
      });
      expect(reports(warned)).to.have.length(redis ? 1 : 0);
      const { code, out } = await runConsole(env, 'check');
      expect([code, out.includes('keeps nothing on disk')]).to.deep.equal(redis ? [3, true] : [0, false]);
    });

    it('lets nobody with an old session past a guard when it lost everything', async () => {
      const { client } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      if (target().redis) await target().redis?.flushall();
      else await target().setRecord('alice', null);
      expect((await client.get('/api/secret')).status).to.be.oneOf([401, 403]);
      await isOut(waiting);
    });
  });

  it('is said in the documentation: what an asynchronous failover can lose', () => {
    const text = readFileSync('docs/stores.md', 'utf8').replace(/\s+/g, ' ');
    expect(text).to.match(
      /When a replica takes over [^.]*swaps that it had not received are gone[^.]*a code that was used may be usable again/,
    );
  });
});
