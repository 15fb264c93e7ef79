import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import type { AccountRecord } from '../../lib/account/record.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { judgeAttempt } from '../../lib/account/attempt.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { NOW, aRecord } from '../support/records.js';
import { attack } from './support/befh-panels.js';
import { burst, enrolled, tally } from './support/befh-people.js';

const GUESSES = 500;

attack('E6: recovery codes as an attack on the processor', (on) => {
  it('answers others as quickly in a flood of recovery codes as in one of ordinary codes', async () => {
    const { panel } = on;
    const owner = await enrolled(panel);
    const other = await panel.signedIn('bob');
    const flooded = async (code: string): Promise<{ slowest: number; told: Record<string, number> }> => {
      let slowest = 0;
      const flood = { over: false };
      const watch = (async () => {
        while (!flood.over) {
          const began = performance.now();
          expect((await other.get('/api/me')).status).to.equal(200);
          slowest = Math.max(slowest, performance.now() - began);
        }
      })();
      // Of somebody who is signed in: there no number of wrong recovery codes ends anything.
      const told = tally(await burst(GUESSES, () => owner.jar.post('/two-step/step-up', { code })));
      flood.over = true;
      await watch;
      expect(Object.keys(told)).to.not.include('verified');
      return { slowest, told };
    };
    const ordinary = await flooded(owner.wrong(1)[0]!);
    const recovery = await flooded('AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
    expect(recovery.told).to.deep.equal({ 'code-invalid': GUESSES });
    // A slow hash of 50 ms for each of them would add 10 seconds; a machine that is busy adds less than this.
    expect(recovery.slowest).to.be.below(ordinary.slowest * 4 + 2000);
  });
});

describe('E6: the price of a recovery-shaped guess', () => {
  it('costs less than a millisecond of the process', () => {
    const codes = Array.from({ length: 10 }, (_, i) => String(i).repeat(24));
    const record: AccountRecord = aRecord(recoverySet('a key', codes));
    const times = Array.from({ length: 200 }, () => {
      const began = performance.now();
      judgeAttempt(record, 'A'.repeat(24), NOW, DEFAULT_LIMITS);
      return performance.now() - began;
    });
    expect(times.sort((a, b) => a - b)[100]).to.be.below(1);
  });
});
