import { expect } from 'chai';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { anAccount } from '../support/account-bench.js';
import { NOW, STEP, STEP_MILLISECONDS, aBrowser, anAuthenticator } from '../support/records.js';

const WRONG = {
  ...{ ok: false, reason: 'code-invalid', method: 'recovery-code', failures: 0 },
  lock: { locked: false },
} as const;
const OTHER = '0000-1111-2222-3333-4444-5555';

describe('lib/account/attempt: recovery codes', () => {
  it('are void after use, and the others are not (E1)', () => {
    const account = anAccount();
    account.recoveryCodes.forEach((code, place) => {
      expect(account.enter(code)).to.deep.equal({
        ...{ ok: true, method: 'recovery-code' },
        recoveryCodesLeft: 9 - place,
      });
      const before = account.kept;
      expect(account.enter(code)).to.deep.equal(WRONG);
      expect(account.kept).to.equal(before);
    });
    expect(account.record.recoveryDigests).to.deep.equal([]);
  });

  it('leave the digests of the others, in their order', () => {
    const account = anAccount();
    const digests = account.record.recoveryDigests;
    account.enter(account.recoveryCodes[3]);
    expect(account.record.recoveryDigests).to.deep.equal([...digests.slice(0, 3), ...digests.slice(4)]);
  });

  for (const [before, after] of [
    [false, true],
    [true, true],
    [null, null],
  ] as const) {
    it(`tell that their set is saved, where that is asked: ${String(before)} becomes ${String(after)}`, () => {
      const account = anAccount({ recoveryConfirmed: before });
      account.enter(OTHER);
      account.enterCodeOf(STEP);
      expect(account.record.recoveryConfirmed).to.equal(before);
      account.enter(account.recoveryCodes[0]);
      expect(account.record.recoveryConfirmed).to.equal(after);
    });
  }

  it('are taken in any spelling (E9)', () => {
    const spell: readonly ((code: string) => string)[] = [
      (code) => code,
      (code) => code.toLowerCase(),
      (code) => code.replaceAll('-', ''),
      (code) => code.replaceAll('-', ' '),
      (code) => `  ${code.replaceAll('-', ' - ')}  `,
      (code) => code.replaceAll('0', 'O'),
      (code) => code.replaceAll('0', 'o'),
      (code) => code.replaceAll('1', 'I').replace('I', 'l'),
      (code) => code.replaceAll('1', 'L').toLowerCase(),
      (code) => code.replaceAll('1', 'i'),
    ];
    const account = anAccount();
    const accepted = spell.map(
      (spelling, place) => account.enter(spelling(account.recoveryCodes[place]!)).ok,
    );
    expect(accepted).to.deep.equal(new Array(10).fill(true));
  });

  it('are not charged when they are wrong, and nothing is written', () => {
    const account = anAccount({ failures: 4 });
    const before = account.kept;
    for (let guess = 0; guess < 200; guess++) expect(account.enter(OTHER)).to.deep.equal(WRONG);
    expect(account.kept).to.equal(before);
  });

  it('are wrong, not malformed, when none is left, or of another set (E4)', () => {
    const account = anAccount();
    const [code] = account.recoveryCodes;
    account.replace((record) => ({ ...record, ...recoverySet('another key', [OTHER]) }));
    expect(account.enter(code)).to.deep.equal(WRONG);
    expect(account.enter(OTHER)).to.include({ ok: true, recoveryCodesLeft: 0 });
    expect(account.enter(OTHER)).to.deep.equal(WRONG);
  });

  it('match nothing under the key of another set', () => {
    const account = anAccount();
    account.replace((record) => ({ ...record, recoveryKey: 'another key' }));
    expect(account.enter(account.recoveryCodes[0])).to.deep.equal(WRONG);
  });

  it('are wrong beside digests that are none', () => {
    const account = anAccount({ recoveryDigests: ['', 'short', 'ä'.repeat(43)] });
    expect(account.enter(OTHER)).to.deep.equal(WRONG);
  });

  it('make void what could be read before on every authenticator, for this step and the next (C12)', () => {
    const authenticators = [
      anAuthenticator(),
      anAuthenticator({ clockOffset: 4, lastStep: STEP - 20 }),
      anAuthenticator({ clockOffset: -4, lastStep: STEP }),
      anAuthenticator({ lastStep: STEP + 9 }),
    ];
    const account = anAccount({ authenticators });
    account.enter(account.recoveryCodes[0]);
    expect(account.record.authenticators.map(({ lastStep }) => lastStep - STEP)).to.deep.equal([1, 5, 1, 9]);
    expect(account.record.authenticators.map(({ clockOffset }) => clockOffset)).to.deep.equal([0, 4, -4, 0]);
    const before = account.kept;
    for (const at of [NOW, NOW + STEP_MILLISECONDS - 1]) {
      authenticators.forEach(({ clockOffset }, place) => {
        for (const delta of [-1, 0, 1, clockOffset - 1, clockOffset, clockOffset + 1]) {
          const outcome = account.enterCodeOf(STEP + delta, at, undefined, place);
          expect(outcome).to.deep.equal({ ok: false, reason: 'code-already-used' });
        }
      });
    }
    expect(account.kept).to.equal(before);
    expect(account.enterCodeOf(STEP + 2, NOW + STEP_MILLISECONDS)).to.include({ ok: true });
  });

  it('with window 0 make void this step alone', () => {
    const account = anAccount({ authenticators: [anAuthenticator({ clockOffset: 4 })] }, { window: 0 });
    account.enter(account.recoveryCodes[0]);
    expect(account.record.authenticators[0]?.lastStep).to.equal(STEP);
  });

  it('lift every lock, those of known browsers too', () => {
    const browsers = [aBrowser({ failures: 100 }), aBrowser({ failures: 5, lockedUntil: NOW + 9999 })];
    const account = anAccount({ failures: 100, lockedUntil: NOW + 9999, browsers });
    expect(account.enter(account.recoveryCodes[0], NOW, browsers[0]?.id)).to.include({ ok: true });
    expect(account.record).to.include({ failures: 0, lockedUntil: 0 });
    expect(account.record.browsers).to.deep.equal(
      browsers.map((browser) => ({ ...browser, failures: 0, lockedUntil: 0 })),
    );
  });

  it('change nothing else', () => {
    const account = anAccount({ browsersStamp: 'stamp' });
    const { authenticators: _, recoveryDigests: __, recoveryConfirmed: ___, ...rest } = account.record;
    account.enter(account.recoveryCodes[9]);
    expect(account.record).to.deep.include(rest);
  });
});
