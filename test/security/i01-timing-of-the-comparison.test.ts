import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { judgeAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { NOW, STEP, aRecord, anAuthenticator, codeAt, wrongCodes } from '../support/records.js';

const SAMPLES = 2000;
const RECOVERY = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(24));

describe('I1: time or an early exit tells how much of a code is right', () => {
  const record = aRecord({ authenticators: [anAuthenticator()], ...recoverySet('a key', RECOVERY) });
  const [app] = record.authenticators;
  const [wrong] = wrongCodes(record, NOW, 1) as [string];
  const right = codeAt(app!, STEP);
  /** As right as it can be without being so: all digits but the last one. */
  const near = wrongCodes(record, NOW, 900_000).find((code) => code.startsWith(right.slice(0, 5)))!;
  const judge = (typed: string, spent = 0): unknown =>
    judgeAttempt({ ...record, authenticators: [{ ...app!, lastStep: spent }] }, typed, NOW, DEFAULT_LIMITS)
      .outcome;

  /** How many comparisons in constant time something makes. */
  function comparisons(act: () => unknown): number {
    const real = crypto.timingSafeEqual;
    let count = 0;
    crypto.timingSafeEqual = (a, b) => {
      count++;
      return real(a, b);
    };
    syncBuiltinESMExports();
    try {
      act();
    } finally {
      crypto.timingSafeEqual = real;
      syncBuiltinESMExports();
    }
    return count;
  }

  it('compares with every acceptable step, whichever is right and whether any is', () => {
    const typed = [wrong, near, ...[-1, 0, 1].map((step) => codeAt(app!, STEP + step))];
    expect(typed.map((code) => comparisons(() => judge(code)))).to.deep.equal([3, 3, 3, 3, 3]);
    expect(comparisons(() => judge(right, STEP + 1))).to.equal(3);
  });

  it('compares with every recovery code, whichever is right and whether any is', () => {
    const typed = ['A'.repeat(24), ...RECOVERY];
    expect(typed.map((code) => comparisons(() => judge(code)))).to.deep.equal(Array<number>(11).fill(10));
  });

  it('takes as long for a code that is wrong in its last digit as for one that is wrong in all', () => {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < 2 * SAMPLES; i++) {
      const began = performance.now();
      judge(i % 2 === 0 ? wrong : near);
      times[i % 2 === 0 ? 0 : 1].push(performance.now() - began);
    }
    const [far, close] = times.map((each) => each.sort((a, b) => a - b)[SAMPLES / 2]!) as [number, number];
    expect(Math.abs(far - close) / far).to.be.below(0.25);
  });
});
