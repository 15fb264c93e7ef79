import { expect } from 'chai';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { callsOf } from '../support/calls-of.js';
import { NOW, STEP, aRecord, anAuthenticator, codeAt, nearlyRight, wrongCodes } from '../support/records.js';

const RECOVERY = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(24));

describe('I1: time or an early exit tells how much of a code is right', () => {
  const record = aRecord({ authenticators: [anAuthenticator()], ...recoverySet('a key', RECOVERY) });
  const [app] = record.authenticators;
  const [wrong] = wrongCodes(record, NOW, 1) as [string];
  const right = codeAt(app!, STEP);
  /** As right as it can be without being so: all digits but the last one. */
  const near = nearlyRight(app!, STEP);
  const evaluate = (typed: string, spent = 0): unknown =>
    decideAttempt({ ...record, authenticators: [{ ...app!, lastStep: spent }] }, typed, NOW, DEFAULT_LIMITS)
      .outcome;

  /** How many comparisons in constant time a code costs. */
  const comparisons = async (typed: string, spent?: number): Promise<number> =>
    (await callsOf(['timingSafeEqual'], () => evaluate(typed, spent))).timingSafeEqual;

  it('compares with every acceptable step, whichever is right and whether any is', async () => {
    const typed = [wrong, near, ...[-1, 0, 1].map((step) => codeAt(app!, STEP + step))];
    for (const code of typed) expect(await comparisons(code)).to.equal(3);
    expect(await comparisons(right, STEP + 1)).to.equal(3);
  });

  it('compares with every recovery code, whichever is right and whether any is', async () => {
    const typed = ['A'.repeat(24), ...RECOVERY];
    for (const code of typed) expect(await comparisons(code)).to.equal(10);
  });
});
