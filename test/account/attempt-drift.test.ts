import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { decideConfirmation } from '../../lib/account/enrollment.js';
import { anAccount } from '../support/account-bench.js';
import type { AccountBench } from '../support/account-bench.js';
import { NOW, anAuthenticator } from '../support/records.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Signed in at these hours of every day. */
const VISITS = [8, 8.05, 12.5, 18, 23.9];

/** A phone whose clock goes wrong, and the account whose codes it shows. */
interface DriftingPhone {
  readonly account: AccountBench;
  /** Milliseconds by which its clock is ahead. */
  ahead: number;
  /** Every code that was accepted, by the step it was computed for. */
  readonly accepted: number[];
  /** Types what the phone shows; an owner who is told that it was used before waits for the next one. */
  signIn(at: number): void;
}

describe('lib/account/attempt: a phone whose clock drifts', () => {
  for (const [direction, secondsPerDay] of [
    ['fast', 10],
    ['slow', -10],
  ] as const) {
    it(`is followed for a year at ten seconds a day (${direction}), corrected, and never locks its owner out`, () => {
      const phone = enrolled();
      for (let day = 0; day < 365; day++) {
        if (day % 30 === 0) phone.ahead = 0; // it has found a network again
        for (const hour of VISITS) {
          phone.signIn(NOW + day * DAY + hour * HOUR);
          phone.ahead += (secondsPerDay * 1000) / VISITS.length;
        }
      }
      expect(phone.accepted).to.have.length(365 * VISITS.length);
      expect(new Set(phone.accepted).size).to.equal(phone.accepted.length);
      expect(phone.accepted).to.deep.equal(phone.accepted.toSorted((a, b) => a - b));
      expect(phone.account.record.failures).to.equal(0);
    });
  }

  it('is followed when its owner comes every third day only', () => {
    const phone = enrolled();
    for (let day = 0; day <= 30; day += 3) {
      phone.ahead = day * 10_000;
      phone.signIn(NOW + day * DAY);
    }
    expect(phone.account.record.authenticators[0]?.clockOffset).to.equal(10);
  });

  it('may be corrected at any moment: codes used before are told so, uncharged, until the clocks meet', () => {
    for (const ahead of [300_000, -300_000]) {
      const phone = enrolled();
      for (let step = 0; step <= 10; step++) {
        phone.ahead = (ahead * step) / 10;
        phone.signIn(NOW + step * DAY);
      }
      expect(phone.account.record.authenticators[0]?.clockOffset).to.equal(Math.sign(ahead) * 10);
      phone.ahead = 0;
      const at = NOW + 10 * DAY + MINUTE;
      phone.signIn(at);
      expect(phone.account.record.failures).to.equal(0);
      for (let visit = 1; visit <= 10; visit++) phone.signIn(at + visit * HOUR);
      expect(phone.account.record.authenticators[0]?.clockOffset).to.equal(0);
    }
  });

  it('is not followed beyond ten steps: further off its codes are wrong', () => {
    const phone = enrolled();
    for (let day = 0; day <= 33; day++) {
      phone.ahead = day * 10_000;
      phone.signIn(NOW + day * DAY);
    }
    phone.ahead = 12 * 30_000;
    expect(() => phone.signIn(NOW + 40 * DAY)).to.throw('code-invalid');
    expect(phone.account.record.authenticators[0]?.clockOffset).to.equal(10);
  });

  it('may be five steps off from the beginning', () => {
    for (const steps of [-5, 5]) {
      const app = anAuthenticator();
      const totp = new TOTP({ secret: Secret.fromHex(Buffer.from(app.secret).toString('hex')) });
      const code = totp.generate({ timestamp: NOW + steps * 30_000 });
      const confirmed = decideConfirmation(app.secret, code, NOW, 1);
      if (!confirmed.ok) throw new Error(confirmed.reason);
      const { step: lastStep, clockOffset } = confirmed;
      const phone = enrolled(anAuthenticator({ ...app, lastStep, clockOffset }));
      phone.ahead = steps * 30_000;
      for (let day = 1; day <= 10; day++) phone.signIn(NOW + day * DAY);
      expect(phone.account.record.authenticators[0]).to.include({ clockOffset: steps });
    }
  });
});

function enrolled(app = anAuthenticator()): DriftingPhone {
  const account = anAccount({ authenticators: [app] });
  const totp = new TOTP({ secret: Secret.fromHex(Buffer.from(app.secret).toString('hex')) });
  const accepted: number[] = [];
  const phone: DriftingPhone = {
    account,
    ahead: 0,
    accepted,
    signIn(at) {
      for (let waited = 0; waited <= 12 * MINUTE; waited += 30_000) {
        const timestamp = at + waited + phone.ahead;
        const { failures } = account.record;
        const outcome = account.enter(totp.generate({ timestamp }), at + waited);
        if (outcome.ok) {
          accepted.push(totp.counter({ timestamp }));
          return;
        }
        if (outcome.reason !== 'code-already-used') throw new Error(outcome.reason);
        expect(account.record.failures).to.equal(failures);
      }
      throw new Error('waited in vain');
    },
  };
  return phone;
}
