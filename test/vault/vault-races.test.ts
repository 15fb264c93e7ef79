import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from '../../adapters/memory.js';
import type { AttemptOutcome } from '../../lib/account/attempt.js';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../../lib/account/recovery-codes.js';
import { NOW, STEP, aBrowser, aRecord, codeAt, wrongCodes } from '../support/records.js';
import { counting, vaultOf } from '../support/vaults.js';
import type { CountingStore } from '../support/vaults.js';

/** What many requests at once were told; `unknown` stands for 503. */
type Told = AttemptOutcome | { readonly ok: false; readonly reason: 'unknown' };

interface Race {
  readonly store: CountingStore;
  /** Types all of these at once. */
  enter(typed: readonly unknown[], browser?: string): Promise<Told[]>;
  record(): Promise<AccountRecord>;
}

describe('lib/vault/vault: races', () => {
  it('tells a burst of 500 wrong codes no more than the limit, and refuses the right one then (B1)', async () => {
    const record = aRecord();
    const { enter, record: present, store } = await race(record);
    const told = await enter(wrongCodes(record, NOW, 500));
    expect(count(told, 'code-invalid')).to.be.within(1, 5);
    expect(count(told, 'code-invalid') + count(told, 'locked') + count(told, 'unknown')).to.equal(500);
    const { failures } = await present();
    expect(failures).to.equal(count(told, 'code-invalid'));

    await enter(wrongCodes(record, NOW, 5 - failures));
    const before = await store.get('alice');
    const [right] = await enter([codeAt(record.authenticators[0]!, STEP)]);
    expect(right).to.deep.equal({ ok: false, reason: 'locked', until: NOW + 30_000 });
    expect(await store.get('alice')).to.equal(before);
  });

  it('gives no known browser more than its own limit, and takes nothing from strangers (B1)', async () => {
    const record = aRecord({ browsers: [aBrowser({ id: 'home' })] });
    const { enter, record: present } = await race(record);
    const guesses = wrongCodes(record, NOW, 100);
    const [home, strangers] = await Promise.all([
      enter(guesses.slice(50), 'home'),
      enter(guesses.slice(0, 50)),
    ]);
    const { failures, browsers } = await present();
    expect(count(home, 'code-invalid')).to.be.at.most(5).and.equal(browsers[0]?.failures);
    expect(count(strangers, 'code-invalid')).to.be.at.most(5).and.equal(failures);
  });

  it('costs a flood of guesses while locked one read each', async () => {
    const record = aRecord({ failures: 5, lockedUntil: NOW + 1 });
    const { enter, store } = await race(record);
    store.calls.get = store.calls.compareAndSet = 0;
    const told = await enter(wrongCodes(record, NOW, 500));
    expect(count(told, 'locked')).to.equal(500);
    expect(store.calls).to.deep.equal({ get: 500, compareAndSet: 0 });
  });

  it('accepts one of twenty that type the same code at once (C5)', async () => {
    const record = aRecord();
    const { enter, record: present } = await race(record);
    const told = await enter(new Array(20).fill(codeAt(record.authenticators[0]!, STEP)));
    expect(told.filter(({ ok }) => ok)).to.have.length(1);
    expect(count(told, 'code-already-used')).to.equal(19);
    expect((await present()).authenticators[0]?.lastStep).to.equal(STEP);
  });

  it('never accepts an older code after a newer one, no matter who is faster', async () => {
    for (let round = 0; round < 20; round++) {
      const record = aRecord();
      const { enter, record: present } = await race(record);
      const told = await enter([1, 0, -1].map((delta) => codeAt(record.authenticators[0]!, STEP + delta)));
      expect(told[0]?.ok ?? false).to.equal((await present()).authenticators[0]?.lastStep === STEP + 1);
      expect(told.some(({ ok }) => ok)).to.equal(true);
    }
  });

  it('accepts one of twenty that type the same recovery code at once; one is gone (E2)', async () => {
    const { record, codes } = withRecoveryCodes();
    const { enter, record: present } = await race(record);
    const told = await enter(new Array(20).fill(codes[0]));
    expect(told.filter(({ ok }) => ok)).to.deep.equal([
      { ok: true, method: 'recovery-code', recoveryCodesLeft: 9 },
    ]);
    expect(count(told, 'code-invalid')).to.equal(19);
    expect((await present()).recoveryDigests).to.deep.equal(record.recoveryDigests.slice(1));
  });

  it('loses none of several recovery codes typed at once (E2)', async () => {
    const { record, codes } = withRecoveryCodes();
    const { enter, record: present } = await race(record);
    const told = await enter(codes.slice(0, 4));
    expect(told.map((outcome) => outcome.ok && outcome.recoveryCodesLeft).sort()).to.deep.equal([6, 7, 8, 9]);
    expect((await present()).recoveryDigests).to.deep.equal(record.recoveryDigests.slice(4));
  });
});

async function race(record: AccountRecord): Promise<Race> {
  const store = counting(memoryStore());
  const vault = vaultOf(store);
  await vault.update('alice', () => ({ outcome: undefined, next: record }));
  const one = async (typed: unknown, browser?: string): Promise<Told> => {
    try {
      return await vault.update('alice', (present) =>
        decideAttempt(present!, typed, NOW, DEFAULT_LIMITS, browser),
      );
    } catch (error) {
      expect(error).to.include({ code: 'store-unavailable' });
      return { ok: false, reason: 'unknown' };
    }
  };
  return {
    store,
    enter: (typed, browser) => Promise.all(typed.map((each) => one(each, browser))),
    record: async () => (await vault.read('alice'))!,
  };
}

function count(told: readonly Told[], reason: string): number {
  return told.filter((outcome) => !outcome.ok && outcome.reason === reason).length;
}

function withRecoveryCodes(): { record: AccountRecord; codes: string[] } {
  const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
  return { codes, record: aRecord(recoverySet(randomBytes(16).toString('base64url'), codes)) };
}
