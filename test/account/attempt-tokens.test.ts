import { expect } from 'chai';
import { unlocked } from '../../lib/account/attempt.js';
import { decideConfirmation } from '../../lib/account/enrollment.js';
import { DEFAULT_LIMITS, MAXIMUM_OFFSET_STEPS } from '../../lib/account/limits.js';
import { anAccount } from '../support/account-bench.js';
import { NOW, STEP, TOKEN_PARAMETERS, anAuthenticator, codeAt } from '../support/records.js';

const MINUTE = 60_000;
/** The step of a token that begins at {@link NOW}. */
const MINUTES = NOW / MINUTE;
const token = (): ReturnType<typeof anAuthenticator> => anAuthenticator({ parameters: TOKEN_PARAMETERS });

describe('lib/account/attempt: tokens of eight digits and a minute', () => {
  it('go by steps of their own: each code once, and none before it', () => {
    const account = anAccount({ authenticators: [token()] });
    expect(account.enterCodeOf(MINUTES)).to.include({ ok: true, method: 'otp' });
    expect(account.record.authenticators[0]).to.include({ lastStep: MINUTES, clockOffset: 0 });
    for (const step of [MINUTES, MINUTES - 1]) {
      expect(account.enterCodeOf(step)).to.deep.equal({ ok: false, reason: 'code-already-used' });
    }
    expect(account.enterCodeOf(MINUTES + 2)).to.include({ reason: 'code-invalid' });
    expect(account.enterCodeOf(MINUTES + 1)).to.include({ ok: true });
  });

  it('are followed a step at a time, up to ten minutes', () => {
    for (const direction of [1, -1]) {
      const account = anAccount({ authenticators: [token()] });
      let at = NOW;
      for (let minutes = 1; minutes <= MAXIMUM_OFFSET_STEPS + 1; minutes++) {
        at += 20 * MINUTE;
        const shown = at / MINUTE + direction * minutes;
        expect(account.enterCodeOf(shown, at), String(minutes)).to.include({ ok: true });
      }
      const [followed] = account.record.authenticators;
      expect(followed!.clockOffset).to.equal(direction * MAXIMUM_OFFSET_STEPS);
    }
  });

  it('show nothing that can be used after a recovery code, whatever stands beside them', () => {
    const account = anAccount({ authenticators: [anAuthenticator(), token()] });
    expect(account.enter(account.recoveryCodes[0])).to.include({ ok: true, method: 'recovery-code' });
    expect(account.record.authenticators.map(({ lastStep }) => lastStep)).to.deep.equal([
      STEP + 1,
      MINUTES + 1,
    ]);
    for (const delta of [-1, 0, 1]) {
      expect(account.enterCodeOf(STEP + delta)).to.include({ reason: 'code-already-used' });
      expect(account.enterCodeOf(MINUTES + delta, NOW, undefined, 1)).to.include({
        reason: 'code-already-used',
      });
    }
  });

  it('come back from a clock that was set ahead by mistake when an operator unlocks', () => {
    const account = anAccount({ authenticators: [{ ...token(), lastStep: MINUTES + 1000 }] });
    expect(account.enterCodeOf(MINUTES)).to.include({ reason: 'code-already-used' });
    account.replace((record) => unlocked(record, NOW, DEFAULT_LIMITS));
    expect(account.record.authenticators[0]!.lastStep).to.equal(MINUTES + 1);
    expect(account.enterCodeOf(MINUTES + 2, NOW + 2 * MINUTE)).to.include({ ok: true });
  });

  it('are not what a set-up takes: it shows a key for apps, with six digits', () => {
    const app = anAuthenticator();
    const eight = codeAt({ ...app, parameters: { ...app.parameters, digits: 8 } }, STEP);
    for (const typed of [eight, eight.slice(1)]) {
      expect(decideConfirmation(app.secret, typed, NOW, 1)).to.deep.equal({
        ok: false,
        reason: 'code-malformed',
      });
    }
    expect(decideConfirmation(app.secret, codeAt(app, STEP), NOW, 1)).to.include({ ok: true });
  });

  it('take no code where an account has keys alone, and charge none', () => {
    const account = anAccount({ authenticators: [], keys: [] });
    expect(
      ['123456', '1234567', '12345678'].map((typed) => {
        const before = account.kept;
        const outcome = account.enter(typed);
        return [outcome.ok, account.kept === before];
      }),
    ).to.deep.equal(Array(3).fill([false, true]));
  });
});
