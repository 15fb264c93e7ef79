import { expect } from 'chai';
import { anAccount } from '../support/account-bench.js';
import {
  NOW,
  STEP,
  STEP_MILLISECONDS,
  anAuthenticator,
  codeAt,
  wrongCode,
  wrongCodes,
} from '../support/records.js';

const ACCEPTED = { ok: true, method: 'otp', recoveryCodesLeft: 10 } as const;
const USED = { ok: false, reason: 'code-already-used' } as const;
const later = (steps: number): number => NOW + steps * STEP_MILLISECONDS;

describe('lib/account/attempt: codes of an authenticator', () => {
  describe('the window', () => {
    for (const window of [0, 1, 2, 10]) {
      it(`accepts ${window} steps on each side with window ${window}, and no more (B6)`, () => {
        for (let delta = -window - 2; delta <= window + 2; delta++) {
          for (const at of [NOW, NOW + 29_999]) {
            const account = anAccount({}, { window });
            const outcome = account.enterCodeOf(STEP + delta, at);
            expect(outcome.ok, `${delta}`).to.equal(Math.abs(delta) <= window);
            expect(account.record.failures).to.equal(outcome.ok ? 0 : 1);
          }
        }
      });
    }

    it('lies around the learned offset too', () => {
      for (const clockOffset of [-10, -4, 0, 4, 10]) {
        const accepted = steps(-14, 14).filter((delta) => {
          const account = anAccount({ authenticators: [anAuthenticator({ clockOffset })] });
          return account.enterCodeOf(STEP + delta).ok;
        });
        const expected = [-1, 0, 1, clockOffset - 1, clockOffset, clockOffset + 1];
        expect(accepted).to.deep.equal([...new Set(expected)].sort((a, b) => a - b));
      }
    });

    it('is exactly one code with window 0, whatever was learned before (B6)', () => {
      const accepted = steps(-6, 6).filter((delta) => {
        const account = anAccount({ authenticators: [anAuthenticator({ clockOffset: 4 })] }, { window: 0 });
        const { ok } = account.enterCodeOf(STEP + delta);
        expect(account.record.authenticators[0]?.clockOffset).to.equal(4);
        return ok;
      });
      expect(accepted).to.deep.equal([0]);
    });

    it('ends at 1970', () => {
      const account = anAccount({ authenticators: [anAuthenticator({ lastStep: -1 })] });
      expect(account.enterCodeOf(0, 0)).to.deep.equal(ACCEPTED);
    });
  });

  describe('single use', () => {
    it('refuses a code that was used before, uncharged (C1, C4)', () => {
      const account = anAccount();
      expect(account.enterCodeOf(STEP)).to.deep.equal(ACCEPTED);
      const before = account.kept;
      expect(account.enterCodeOf(STEP)).to.deep.equal(USED);
      expect(account.kept).to.equal(before);
    });

    it('refuses it a step later, inside the tolerance (C2)', () => {
      const account = anAccount();
      account.enterCodeOf(STEP);
      expect(account.enterCodeOf(STEP, later(1))).to.deep.equal(USED);
      expect(account.enterCodeOf(STEP, later(1) + 29_999)).to.deep.equal(USED);
      expect(account.enterCodeOf(STEP, later(2))).to.include({ ok: false, reason: 'code-invalid' });
    });

    it('refuses an older code after a newer one: T+1, then T, then T+1 (C6)', () => {
      const account = anAccount();
      expect(account.enterCodeOf(STEP + 1)).to.deep.equal(ACCEPTED);
      const before = account.kept;
      for (const step of [STEP, STEP - 1, STEP + 1]) expect(account.enterCodeOf(step)).to.deep.equal(USED);
      expect(account.kept).to.equal(before);
      expect(account.record.authenticators[0]?.lastStep).to.equal(STEP + 1);
    });

    it('refuses it after the clock went back (C9)', () => {
      const account = anAccount();
      account.enterCodeOf(STEP);
      const before = account.kept;
      for (const steps of [-1, -2]) {
        for (const step of [STEP + steps - 1, STEP + steps, STEP + steps + 1]) {
          expect(account.enterCodeOf(step, later(steps))).to.deep.equal(USED);
        }
      }
      expect(account.kept).to.equal(before);
    });

    it('refuses the code that confirmed the enrollment (C3)', () => {
      const account = anAccount({ authenticators: [anAuthenticator({ lastStep: STEP })] });
      expect(account.enterCodeOf(STEP)).to.deep.equal(USED);
      expect(account.enterCodeOf(STEP + 1)).to.deep.equal(ACCEPTED);
    });

    it('accepts every step once, in their order', () => {
      const account = anAccount();
      for (const step of steps(-1, 40)) {
        expect(account.enterCodeOf(STEP + step, later(step))).to.deep.equal(ACCEPTED);
        expect(account.record.authenticators[0]?.lastStep).to.equal(STEP + step);
      }
    });

    it('takes a code of two steps for the newer one, so that it is void for both', () => {
      const { app, older, newer } = collision();
      const account = anAccount({ authenticators: [app] }, { window: 10 });
      const at = older * STEP_MILLISECONDS;
      expect(account.enter(codeAt(app, older), at)).to.deep.equal(ACCEPTED);
      expect(account.record.authenticators[0]?.lastStep).to.equal(newer);
      expect(account.enter(codeAt(app, newer), at)).to.deep.equal(USED);
    });
  });

  describe('a wrong code', () => {
    it('is charged, and says so', () => {
      const account = anAccount();
      const { failures: _, ...rest } = account.record;
      expect(account.guess()).to.deep.equal({
        ...{ ok: false, reason: 'code-invalid', method: 'otp', failures: 1 },
        lock: { locked: false },
      });
      expect(account.record).to.deep.equal({ ...rest, failures: 1 });
    });

    it('is charged once, however many authenticators it is wrong for', () => {
      const account = anAccount({
        authenticators: [anAuthenticator(), anAuthenticator(), anAuthenticator()],
      });
      account.guess();
      expect(account.record.failures).to.equal(1);
    });

    it('is forgotten with the next right one', () => {
      const account = anAccount({ failures: 4, lockedUntil: NOW });
      expect(account.enterCodeOf(STEP)).to.deep.equal(ACCEPTED);
      expect(account.record).to.include({ failures: 0, lockedUntil: 0 });
    });

    it('is not forgotten with a code that was used before', () => {
      const account = anAccount({ failures: 4, authenticators: [anAuthenticator({ lastStep: STEP })] });
      expect(account.enterCodeOf(STEP)).to.deep.equal(USED);
      expect(account.record.failures).to.equal(4);
    });
  });

  describe('several authenticators', () => {
    it('have each a last step of their own', () => {
      const account = anAccount({ authenticators: [anAuthenticator(), anAuthenticator()] });
      expect(account.enterCodeOf(STEP + 1, NOW, undefined, 1)).to.deep.equal(ACCEPTED);
      expect(account.record.authenticators.map(({ lastStep }) => lastStep)).to.deep.equal([0, STEP + 1]);
      expect(account.enterCodeOf(STEP, NOW, undefined, 0)).to.deep.equal(ACCEPTED);
      expect(account.record.authenticators.map(({ lastStep }) => lastStep)).to.deep.equal([STEP, STEP + 1]);
      expect(account.enterCodeOf(STEP, NOW, undefined, 1)).to.deep.equal(USED);
      expect(account.enterCodeOf(STEP, NOW, undefined, 0)).to.deep.equal(USED);
    });

    it('have each an offset of their own', () => {
      const authenticators = [anAuthenticator({ clockOffset: 5 }), anAuthenticator({ clockOffset: -5 })];
      const account = anAccount({ authenticators });
      expect(account.enterCodeOf(STEP - 5, NOW, undefined, 0).ok).to.equal(false);
      expect(account.enterCodeOf(STEP + 5, NOW, undefined, 1).ok).to.equal(false);
      expect(account.enterCodeOf(STEP + 6, NOW, undefined, 0)).to.deep.equal(ACCEPTED);
      expect(account.enterCodeOf(STEP - 6, NOW, undefined, 1)).to.deep.equal(ACCEPTED);
      expect(account.record.authenticators.map(({ clockOffset }) => clockOffset)).to.deep.equal([6, -6]);
    });

    it('leave everything else of the record and of each other as it was', () => {
      const account = anAccount({
        authenticators: [anAuthenticator({ name: 'phone' }), anAuthenticator({ name: 'tablet', addedAt: 5 })],
      });
      const { record } = account;
      account.enterCodeOf(STEP, NOW, undefined, 1);
      const [phone, tablet] = record.authenticators;
      expect(account.record).to.deep.equal({
        ...record,
        authenticators: [phone, { ...tablet, lastStep: STEP }],
      });
    });

    it('with one secret accept a code once, not once each', () => {
      const { secret } = anAuthenticator();
      const account = anAccount({
        authenticators: [anAuthenticator({ secret }), anAuthenticator({ secret })],
      });
      expect(account.enterCodeOf(STEP)).to.deep.equal(ACCEPTED);
      const before = account.kept;
      expect(account.enterCodeOf(STEP)).to.deep.equal(USED);
      expect(account.kept).to.equal(before);
    });
  });

  describe('the learned offset', () => {
    const seen = (clockOffset: number, delta: number, window = 1): number | undefined => {
      const account = anAccount({ authenticators: [anAuthenticator({ clockOffset })] }, { window });
      expect(account.enterCodeOf(STEP + delta).ok).to.equal(true);
      return account.record.authenticators[0]?.clockOffset;
    };

    it('follows the phone by at most one step per accepted code', () => {
      expect(seen(0, 0)).to.equal(0);
      expect(seen(0, 1)).to.equal(1);
      expect(seen(0, -1)).to.equal(-1);
      expect(seen(5, 6)).to.equal(6);
      expect(seen(5, 5)).to.equal(5);
      expect(seen(5, 0)).to.equal(4);
      expect(seen(-5, 1)).to.equal(-4);
      expect(seen(0, 7, 10)).to.equal(1);
      expect(seen(0, -7, 10)).to.equal(-1);
    });

    it('never goes beyond ten steps', () => {
      expect(seen(10, 11)).to.equal(10);
      expect(seen(-10, -11)).to.equal(-10);
      expect(seen(9, 10)).to.equal(10);
      expect(seen(10, 9)).to.equal(9);
    });

    it('is not learned from codes that are refused', () => {
      const account = anAccount({ authenticators: [anAuthenticator({ lastStep: STEP + 1 })] });
      account.enterCodeOf(STEP + 1);
      account.enter(wrongCode(account.record, NOW));
      expect(account.record.authenticators[0]?.clockOffset).to.equal(0);
    });
  });

  it('gives a hundred wrong codes in a row a hundred times no for an answer', () => {
    const limits = { lockout: { after: 100, waitSeconds: 1, maxWaitSeconds: 1, hardLimit: 100 } };
    const account = anAccount({}, limits);
    const guesses = wrongCodes(account.record, NOW, 101);
    const reasons = guesses
      .map((guess) => account.enter(guess))
      .map((outcome) => !outcome.ok && outcome.reason);
    expect(reasons).to.deep.equal([...new Array<string>(100).fill('code-invalid'), 'locked']);
  });
});

function steps(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

/** An authenticator that shows one code in two steps which are at most ten apart. */
function collision(): { app: ReturnType<typeof anAuthenticator>; older: number; newer: number } {
  const app = anAuthenticator({ secret: Buffer.from('12345678901234567890') });
  const seen = new Map<string, number>();
  for (let step = 1; ; step++) {
    const code = codeAt(app, step);
    const older = seen.get(code);
    if (older !== undefined && step - older <= 10) return { app, older, newer: step };
    seen.set(code, step);
  }
}
