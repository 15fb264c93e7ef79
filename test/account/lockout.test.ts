import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { NO_FAILURES, afterFailure, lockAt, waitSeconds } from '../../lib/account/lockout.js';
import { NOW } from '../support/records.js';

const { lockout } = DEFAULT_LIMITS;

describe('lib/account/lockout', () => {
  it('waits 30 s from the fifth failure on, doubling to an hour', () => {
    const waits = Array.from({ length: 14 }, (_, place) => waitSeconds(place, lockout));
    expect(waits).to.deep.equal([0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect(waitSeconds(100, lockout)).to.equal(3600);
    expect(waitSeconds(10_000, lockout)).to.equal(3600);
  });

  it('goes by the limits it is given', () => {
    const limits = { after: 1, waitSeconds: 7, maxWaitSeconds: 20, hardLimit: 5 };
    expect([0, 1, 2, 3, 4].map((count) => waitSeconds(count, limits))).to.deep.equal([0, 7, 14, 20, 20]);
    expect(waitSeconds(1, { ...limits, maxWaitSeconds: 3 })).to.equal(3);
  });

  it('counts a failure and says until when the next is not checked', () => {
    expect(afterFailure({ failures: 3, lockedUntil: 5 }, NOW, lockout)).to.deep.equal({
      failures: 4,
      lockedUntil: 0,
    });
    expect(afterFailure({ failures: 4, lockedUntil: 0 }, NOW, lockout)).to.deep.equal({
      failures: 5,
      lockedUntil: NOW + 30_000,
    });
  });

  it('ends in the millisecond it says', () => {
    const failures = { failures: 5, lockedUntil: NOW };
    expect(lockAt(failures, NOW - 1, lockout)).to.deep.equal({ locked: true, until: NOW });
    expect(lockAt(failures, NOW, lockout)).to.deep.equal({ locked: false });
  });

  it('has no end from the hard limit on', () => {
    expect(lockAt({ failures: 99, lockedUntil: 0 }, NOW, lockout)).to.deep.equal({ locked: false });
    for (const failures of [100, 101]) {
      expect(lockAt({ failures, lockedUntil: 0 }, NOW, lockout)).to.deep.equal({ locked: true, until: null });
    }
  });

  it('begins with a budget that nobody has used', () => {
    expect(NO_FAILURES).to.deep.equal({ failures: 0, lockedUntil: 0 });
    expect(lockAt(NO_FAILURES, 0, lockout)).to.deep.equal({ locked: false });
  });
});
