import { expect } from 'chai';
import { anAccount } from '../support/account-bench.js';
import type { AccountBench } from '../support/account-bench.js';
import { NOW, STEP, STEP_MILLISECONDS, aBrowser } from '../support/records.js';

const HOUR = 3_600_000;
const HOME = 'home';
const OFFICE = 'office';

describe('lib/account/attempt: known browsers', () => {
  it('have each a budget of their own, with the same limits', () => {
    const account = withBrowsers();
    for (let guess = 1; guess <= 5; guess++) account.guess(NOW, HOME);
    const until = NOW + 30_000;
    expect(account.guess(NOW, HOME)).to.deep.equal({ ok: false, reason: 'locked', until });
    expect(budgets(account)).to.deep.equal({ strangers: 0, home: 5, office: 0 });
    expect(account.enterCodeOf(STEP, NOW, HOME)).to.deep.equal({ ok: false, reason: 'locked', until });
    expect(account.enterCodeOf(STEP, NOW, OFFICE)).to.include({ ok: true });
  });

  it('clear with a right code their own budget and no other', () => {
    const account = withBrowsers({ strangers: 4, home: 3, office: 2 });
    account.enterCodeOf(STEP, NOW, HOME);
    expect(budgets(account)).to.deep.equal({ strangers: 4, home: 0, office: 2 });
    expect(account.record.browsers[0]).to.include({ failures: 0, lockedUntil: 0 });
  });

  it('leave their budget as it was when a stranger gives a right code', () => {
    const account = withBrowsers({ strangers: 4, home: 3, office: 2 });
    account.enterCodeOf(STEP);
    expect(budgets(account)).to.deep.equal({ strangers: 0, home: 3, office: 2 });
  });

  it('are charged nothing by strangers, and the other way round', () => {
    const account = withBrowsers();
    account.guess();
    account.guess(NOW, OFFICE);
    account.guess(NOW, OFFICE);
    expect(budgets(account)).to.deep.equal({ strangers: 1, home: 0, office: 2 });
  });

  it('that the record does not know are strangers', () => {
    const account = withBrowsers();
    for (const browser of ['', 'revoked', '__proto__', undefined]) account.guess(NOW, browser);
    expect(budgets(account)).to.deep.equal({ strangers: 4, home: 0, office: 0 });
    account.enterCodeOf(STEP, NOW, 'revoked');
    expect(budgets(account)).to.deep.equal({ strangers: 0, home: 0, office: 0 });
  });

  it('go on when strangers are at their hard limit, and never end it', () => {
    const account = withBrowsers({ strangers: 100 });
    for (let visit = 0; visit < 5; visit++) {
      expect(account.enterCodeOf(STEP + visit, NOW + visit * STEP_MILLISECONDS, HOME)).to.include({
        ok: true,
      });
      expect(account.guess(NOW + visit * STEP_MILLISECONDS)).to.include({ reason: 'locked', until: null });
    }
    expect(budgets(account)).to.deep.equal({ strangers: 100, home: 0, office: 0 });
  });

  it('do not stop strangers and each other when one is at its hard limit', () => {
    const account = withBrowsers({ home: 100 });
    expect(account.enterCodeOf(STEP, NOW, HOME)).to.deep.equal({ ok: false, reason: 'locked', until: null });
    expect(account.enterCodeOf(STEP, NOW, OFFICE)).to.include({ ok: true });
    expect(account.enterCodeOf(STEP + 1, NOW)).to.include({ ok: true });
    expect(budgets(account)).to.deep.equal({ strangers: 0, home: 100, office: 0 });
  });

  it('give strangers 100 guesses in all, however often the owner visits from one', () => {
    const account = withBrowsers();
    let told = 0;
    for (let hour = 0; hour < 300; hour++) {
      const at = NOW + hour * HOUR;
      const step = STEP + (hour * HOUR) / STEP_MILLISECONDS;
      for (let guess = 0; guess < 3; guess++) {
        const outcome = account.guess(at);
        if (!outcome.ok && outcome.reason === 'code-invalid') told += 1;
      }
      expect(account.enterCodeOf(step, at, HOME)).to.include({ ok: true });
    }
    expect(told).to.equal(100);
  });

  it('spend a code for all browsers', () => {
    const account = withBrowsers();
    account.enterCodeOf(STEP, NOW, HOME);
    for (const browser of [HOME, OFFICE, undefined]) {
      expect(account.enterCodeOf(STEP, NOW, browser)).to.deep.equal({
        ok: false,
        reason: 'code-already-used',
      });
    }
  });

  it('keep everything but their budget', () => {
    const account = withBrowsers({ home: 2 });
    const { browsers, browsersStamp } = account.record;
    account.guess(NOW, HOME);
    expect(account.record.browsers).to.deep.equal([{ ...browsers[0], failures: 3 }, browsers[1]]);
    account.enterCodeOf(STEP, NOW, HOME);
    expect(account.record.browsers).to.deep.equal([{ ...browsers[0], failures: 0 }, browsers[1]]);
    expect(account.record.browsersStamp).to.equal(browsersStamp);
  });
});

/** An account with two known browsers; say which budgets are used how far. */
function withBrowsers({ strangers = 0, home = 0, office = 0 } = {}): AccountBench {
  return anAccount({
    failures: strangers,
    browsers: [
      aBrowser({
        id: HOME,
        failures: home,
        name: 'Chrome',
        firstUsedAt: 1,
        lastUsedAt: 2,
        rememberedUntil: 3,
      }),
      aBrowser({ id: OFFICE, failures: office }),
    ],
    browsersStamp: 'stamp',
  });
}

function budgets({ record }: AccountBench): Record<string, number> {
  const [home, office] = record.browsers.map(({ failures }) => failures);
  return { strangers: record.failures, home: home!, office: office! };
}
