import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { memoryStore } from '../../adapters/memory.js';
import type { AttemptOutcome } from '../../lib/account/attempt.js';
import { decideAttempt, unlocked } from '../../lib/account/attempt.js';
import type { Limits } from '../../lib/account/limits.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../../lib/account/recovery-codes.js';
import type { Store } from '../../lib/vault/store.js';
import {
  NOW,
  STEP_MILLISECONDS,
  aBrowser,
  aRecord,
  anAuthenticator,
  codeAt,
  wrongCode,
} from '../support/records.js';
import { aKey, sealerOf, vaultOf } from '../support/vaults.js';
import { AttemptModel } from './attempt-model.js';

/** How many sequences are tried; `PROPERTY_RUNS=20000` for a long run. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 100);
const LONG_RUN_MILLISECONDS = 3_600_000;

/** Where the code came from. */
const BROWSERS = [undefined, 'home', 'office', 'unknown'];
const AUTHENTICATORS = 3;

type Typed =
  | { readonly kind: 'right'; readonly place: number; readonly delta: number }
  | { readonly kind: 'again'; readonly back: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'recovery'; readonly place: number };
type Attempt = Typed & { readonly browser: string | undefined };
type Event =
  | { readonly kind: 'attempts'; readonly attempts: readonly Attempt[] }
  | { readonly kind: 'clock'; readonly seconds: number }
  | { readonly kind: 'unlock' };

const place = fc.nat({ max: AUTHENTICATORS - 1 });
const typed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('right'), place, delta: fc.integer({ min: -2, max: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('right'), place, delta: fc.integer({ min: -13, max: 13 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('again'), back: fc.nat({ max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('wrong') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recovery'), place: fc.nat({ max: 11 }) }) },
) as fc.Arbitrary<Typed>;
const attempt: fc.Arbitrary<Attempt> = fc
  .tuple(typed, fc.constantFrom(...BROWSERS))
  .map(([what, browser]) => ({ ...what, browser }));
const clock = fc.oneof(
  fc.integer({ min: 0, max: 45 }),
  fc.constant(30),
  fc.integer({ min: -90, max: 300 }),
  fc.integer({ min: -7200, max: 7200 }),
);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: attempt.map((one) => ({ kind: 'attempts' as const, attempts: [one] })) },
  {
    weight: 1,
    arbitrary: fc
      .array(attempt, { minLength: 2, maxLength: 4 })
      .map((attempts) => ({ kind: 'attempts' as const, attempts })),
  },
  { weight: 8, arbitrary: clock.map((seconds) => ({ kind: 'clock' as const, seconds })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unlock' as const }) },
);
const limits: fc.Arbitrary<Limits> = fc.record({
  window: fc.constantFrom(0, 1, 1, 1, 2),
  lockout: fc.record({
    after: fc.constantFrom(1, 2, 3),
    waitSeconds: fc.constantFrom(10, 30),
    maxWaitSeconds: fc.constantFrom(30, 100),
    hardLimit: fc.constantFrom(3, 5, 8),
  }),
});

describe('lib/account/attempt: any sequence of codes', () => {
  it(`accepts no step twice, never falls back, and keeps every limit (${RUNS} sequences)`, async function () {
    this.timeout(LONG_RUN_MILLISECONDS);
    const offsets = fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 1, maxLength: AUTHENTICATORS });
    await fc.assert(
      fc.asyncProperty(limits, offsets, fc.array(event, { minLength: 10, maxLength: 60 }), walk),
      { numRuns: RUNS },
    );
  });
});

/** Plays the events against a vault and the model, and compares after each of them. */
async function walk(limits: Limits, offsets: readonly number[], events: readonly Event[]): Promise<void> {
  const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
  const first = aRecord({
    ...recoverySet(randomBytes(16).toString('base64url'), codes),
    authenticators: offsets.map((clockOffset) => anAuthenticator({ clockOffset })),
    browsers: [aBrowser({ id: 'home' }), aBrowser({ id: 'office' })],
  });
  const model = new AttemptModel(first, codes, limits);
  const store = memoryStore();
  const sealer = sealerOf(aKey());
  const vault = vaultOf(store, sealer);
  await vault.update('alice', () => ({ outcome: undefined, next: first }));

  let now = NOW;
  let record = first;
  let turn = 0;
  const entered: string[] = [];

  for (const event of events) {
    const before = record;
    if (event.kind === 'clock') now += event.seconds * 1000;
    if (event.kind === 'unlock') {
      await vault.update('alice', (present) => ({
        outcome: undefined,
        next: unlocked(present!, now, limits),
      }));
      model.unlock(now);
    }
    if (event.kind === 'attempts') {
      const told = await Promise.all(event.attempts.map(enter));
      for (const { code, browser, outcome } of told.sort((a, b) => a.at - b.at)) {
        expect(outcome).to.deep.equal(model.attempt(code, now, browser));
        if (outcome.ok) entered.push(code);
      }
    }
    record = (await vault.read('alice'))!;
    expect(view(record)).to.deep.equal(model.expected);
    if (event.kind !== 'unlock')
      keepsItsPromises(before, record, event.kind === 'attempts' ? event.attempts.length : 0);
  }

  /** Types one code. `at` tells when the store decided it: with the swap, or else with the read. */
  async function enter(
    attempt: Attempt,
  ): Promise<{ at: number; code: string; browser: string | undefined; outcome: AttemptOutcome }> {
    let at = 0;
    const marking: Store = {
      ...store,
      get(accountId) {
        at = ++turn;
        return store.get(accountId);
      },
      compareAndSet(accountId, expected, next) {
        at = ++turn;
        return store.compareAndSet(accountId, expected, next);
      },
    };
    const { browser } = attempt;
    const code = codeFor(attempt);
    const outcome = await vaultOf(marking, sealer).update('alice', (present) =>
      decideAttempt(present!, code, now, limits, browser),
    );
    return { at, code, browser, outcome };
  }

  function codeFor(attempt: Typed): string {
    switch (attempt.kind) {
      case 'right': {
        const app = first.authenticators[attempt.place % first.authenticators.length]!;
        return codeAt(app, Math.floor(now / STEP_MILLISECONDS) + attempt.delta);
      }
      case 'again':
        return entered.at(-1 - attempt.back) ?? wrongCode(first, now);
      case 'wrong':
        return wrongCode(first, now);
      case 'recovery':
        return codes[attempt.place] ?? '0000-0000-0000-0000-0000-0000';
    }
  }
}

/** What holds from one record to the next, whatever the model says. */
function keepsItsPromises(before: AccountRecord, after: AccountRecord, attempts: number): void {
  after.authenticators.forEach(({ lastStep, clockOffset }, place) => {
    const was = before.authenticators[place]!;
    expect(lastStep).to.be.at.least(was.lastStep);
    expect(Math.abs(clockOffset)).to.be.at.most(10);
    expect(Math.abs(clockOffset - was.clockOffset)).to.be.at.most(attempts);
  });
  expect(after.recoveryDigests.length).to.be.within(
    before.recoveryDigests.length - attempts,
    before.recoveryDigests.length,
  );
  const { enrollment, enrolledAt, recoveryKey, recoveryConfirmed, browsersStamp } = before;
  expect(after).to.include({ enrollment, enrolledAt, recoveryKey, browsersStamp });
  if (recoveryConfirmed) expect(after.recoveryConfirmed).to.equal(true);
}

/** What the model foretells of a record. */
function view(record: AccountRecord): object {
  const budget = ({ failures, lockedUntil }: { failures: number; lockedUntil: number }): object => ({
    failures,
    lockedUntil,
  });
  return {
    ...budget(record),
    browsers: record.browsers.map(budget),
    authenticators: record.authenticators.map(({ lastStep, clockOffset }) => ({ lastStep, clockOffset })),
    recoveryCodes: record.recoveryDigests.length,
  };
}
