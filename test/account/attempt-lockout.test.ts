import { expect } from 'chai';
import type { AttemptOutcome } from '../../lib/account/attempt.js';
import { unlocked } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { anAccount } from '../support/account-bench.js';
import type { AccountBench } from '../support/account-bench.js';
import { NOW, STEP, STEP_MILLISECONDS, aBrowser, anAuthenticator } from '../support/records.js';

const LOCKED_FOR_GOOD = { ok: false, reason: 'locked', until: null } as const;
const SECOND = 1000;

describe('lib/account/attempt: locks', () => {
  it('tells the wait that a wrong code brings, doubling to an hour (B3)', () => {
    const account = anAccount();
    let at = NOW;
    const waits: number[] = [];
    for (let guess = 1; guess <= 14; guess++) {
      const wait = waitOf(account.guess(at), at);
      waits.push(wait);
      at += wait * SECOND;
    }
    expect(waits).to.deep.equal([0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  it('gives right and wrong codes the same answer meanwhile, and changes nothing', () => {
    const account = locked();
    const before = account.kept;
    const expected = { ok: false, reason: 'locked', until: NOW + 30 * SECOND };
    for (const at of [NOW, NOW + 29_999]) {
      expect(account.guess(at)).to.deep.equal(expected);
      for (const delta of [-1, 0, 1]) expect(account.enterCodeOf(STEP + delta, at)).to.deep.equal(expected);
      expect(account.kept).to.equal(before);
    }
  });

  it('gives a code that was used before the same answer too', () => {
    const account = anAccount({
      ...{ failures: 5, lockedUntil: NOW + 1 },
      authenticators: [anAuthenticator({ lastStep: STEP })],
    });
    expect(account.enterCodeOf(STEP)).to.deep.equal({ ok: false, reason: 'locked', until: NOW + 1 });
  });

  it('evaluates again after the wait, and a right code clears the count', () => {
    const account = locked();
    const at = NOW + 30 * SECOND;
    expect(account.enterCodeOf(STEP + 1, at)).to.include({ ok: true });
    expect(account.record).to.include({ failures: 0, lockedUntil: 0 });
  });

  it('goes on with the count after the wait, however long nobody came (B8)', () => {
    const account = locked();
    const year = NOW + 365 * 86_400 * SECOND;
    expect(waitOf(account.guess(year), year)).to.equal(60);
    expect(account.record.failures).to.equal(6);
  });

  it('reaches the hard limit of 100 however the guesses are spread over time (B8)', () => {
    const account = anAccount();
    let at = NOW;
    let told = 0;
    for (;;) {
      const outcome = account.guess(at);
      if (!outcome.ok && outcome.reason === 'locked') {
        if (outcome.until === null) break;
        at = outcome.until + 10 * 86_400 * SECOND;
      } else told += 1;
    }
    expect(told).to.equal(100);
    expect(account.record.failures).to.equal(100);
  });

  it('says with the hundredth wrong code that there is no end', () => {
    const account = anAccount({ failures: 99 });
    expect(account.guess()).to.deep.equal({
      ...{ ok: false, reason: 'code-invalid', method: 'otp', failures: 100 },
      lock: { locked: true, until: null },
    });
  });

  it('refuses right codes for good at the hard limit, and writes nothing', () => {
    const account = anAccount({ failures: 100, lockedUntil: NOW });
    const before = account.kept;
    const day = 2880;
    for (const steps of [0, 1, day, 3650 * day]) {
      expect(account.enterCodeOf(STEP + steps, NOW + steps * STEP_MILLISECONDS)).to.deep.equal(
        LOCKED_FOR_GOOD,
      );
    }
    expect(account.kept).to.equal(before);
  });

  it('end with a recovery code, at the hard limit too (B7)', () => {
    for (const failures of [5, 99, 100]) {
      const account = anAccount({ failures, lockedUntil: NOW + 3600 * SECOND });
      expect(account.enter(account.recoveryCodes[0])).to.include({ ok: true, method: 'recovery-code' });
      expect(account.record).to.include({ failures: 0, lockedUntil: 0 });
      expect(account.enterCodeOf(STEP + 2, NOW + 2 * STEP_MILLISECONDS)).to.include({ ok: true });
    }
  });

  describe('ended by an operator', () => {
    it('clear every budget and nothing else', () => {
      const account = anAccount({
        ...{ failures: 100, lockedUntil: NOW + 1 },
        authenticators: [anAuthenticator({ lastStep: STEP - 1, clockOffset: 3 })],
        browsers: [aBrowser({ failures: 7, lockedUntil: NOW + 5 }), aBrowser({ failures: 100 })],
      });
      const { record } = account;
      expect(unlocked(record, NOW, DEFAULT_LIMITS)).to.deep.equal({
        ...record,
        ...{ failures: 0, lockedUntil: 0 },
        browsers: record.browsers.map((browser) => ({ ...browser, failures: 0, lockedUntil: 0 })),
      });
    });

    it('bring a mark in the future back to the newest step now acceptable (C10)', () => {
      const lastStep = STEP + 100;
      const authenticators = [
        anAuthenticator({ lastStep }),
        anAuthenticator({ lastStep, clockOffset: 4 }),
        anAuthenticator({ lastStep, clockOffset: -4 }),
        anAuthenticator({ lastStep: STEP + 1 }),
        anAuthenticator({ lastStep: STEP - 50 }),
      ];
      const account = anAccount({ authenticators });
      expect(account.enterCodeOf(STEP)).to.deep.equal({ ok: false, reason: 'code-already-used' });
      account.replace((record) => unlocked(record, NOW, DEFAULT_LIMITS));
      expect(account.record.authenticators.map(({ lastStep }) => lastStep - STEP)).to.deep.equal([
        1, 5, 1, 1, -50,
      ]);
    });

    it('make no code right that could be read before', () => {
      const account = anAccount({ authenticators: [anAuthenticator({ lastStep: STEP + 100 })] });
      account.replace((record) => unlocked(record, NOW, DEFAULT_LIMITS));
      for (const delta of [-1, 0, 1]) {
        expect(account.enterCodeOf(STEP + delta)).to.deep.equal({ ok: false, reason: 'code-already-used' });
      }
      expect(account.enterCodeOf(STEP + 2, NOW + STEP_MILLISECONDS)).to.include({ ok: true });
    });

    it('go by the window', () => {
      const account = anAccount({
        authenticators: [anAuthenticator({ lastStep: STEP + 100, clockOffset: 4 })],
      });
      const limits = { ...DEFAULT_LIMITS, window: 0 };
      expect(unlocked(account.record, NOW, limits).authenticators[0]?.lastStep).to.equal(STEP);
    });
  });
});

/** An account after the fifth wrong code. */
function locked(): AccountBench {
  const account = anAccount();
  for (let guess = 1; guess <= 5; guess++) account.guess();
  return account;
}

/** The wait in seconds that a wrong code brought. */
function waitOf(outcome: AttemptOutcome, at: number): number {
  if (outcome.ok || outcome.reason !== 'code-invalid')
    throw new Error(`not evaluated: ${JSON.stringify(outcome)}`);
  if (!outcome.lock.locked) return 0;
  if (outcome.lock.until === null) throw new Error('locked for good');
  return (outcome.lock.until - at) / SECOND;
}
