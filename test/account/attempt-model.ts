import type { AttemptOutcome } from '../../lib/account/attempt.js';
import type { Limits } from '../../lib/account/limits.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { STEP_MILLISECONDS, codeAt } from '../support/records.js';

/** A budget of guesses as the limits describe it. */
interface Budget {
  told: number;
  until: number;
}

/** What an authenticator was seen to do. */
interface SeenAuthenticator {
  readonly secret: Uint8Array;
  last: number;
  offset: number;
  /** Steps accepted; an operator who takes the last step back gives those after it free again. */
  readonly accepted: Set<number>;
}

/**
 * An account as RFC 6238 and docs/limits.md describe it, written down a second time and naively: its codes
 * come from the independent authenticator, its budgets from the sequence of what was told. Every attempt is
 * first foretold and then compared; what must never happen is thrown.
 */
export class AttemptModel {
  readonly #limits: Limits;
  readonly #authenticators: SeenAuthenticator[];
  readonly #recoveryCodes: Set<string>;
  readonly #strangers: Budget = { told: 0, until: 0 };
  readonly #browsers: ReadonlyMap<string, Budget>;
  readonly #codes = new Map<string, string>();

  constructor(record: AccountRecord, recoveryCodes: readonly string[], limits: Limits) {
    this.#limits = limits;
    this.#recoveryCodes = new Set(recoveryCodes);
    this.#browsers = new Map(record.browsers.map(({ id }) => [id, { told: 0, until: 0 }]));
    this.#authenticators = record.authenticators.map(({ secret, lastStep, clockOffset }) => ({
      ...{ secret, last: lastStep, offset: clockOffset },
      accepted: new Set<number>(),
    }));
  }

  /** What the next attempt must be told; the account is then as it is after that. */
  attempt(typed: string, now: number, browser: string | undefined): AttemptOutcome {
    if (typed.length > 6) return this.#recover(typed, now);
    const budget = this.#browsers.get(browser ?? '') ?? this.#strangers;
    const { after, waitSeconds, maxWaitSeconds, hardLimit } = this.#limits.lockout;
    if (budget.told >= hardLimit) return { ok: false, reason: 'locked', until: null };
    if (now < budget.until) return { ok: false, reason: 'locked', until: budget.until };

    const matching = this.#authenticators.map((app, place) => ({
      app,
      step: this.#acceptable(app, now).findLast((step) => this.#code(place, step) === typed),
    }));
    const proved = matching.filter(({ app, step }) => step !== undefined && step > app.last);
    for (const { app, step } of proved) this.#accept(app, step!, now);
    if (proved.length > 0) {
      Object.assign(budget, { told: 0, until: 0 });
      return { ok: true, method: 'otp', recoveryCodesLeft: this.#recoveryCodes.size };
    }
    if (matching.some(({ step }) => step !== undefined)) return { ok: false, reason: 'code-already-used' };

    budget.told += 1;
    if (budget.told >= after) {
      const wait = Math.min(maxWaitSeconds, waitSeconds * Math.pow(2, budget.told - after));
      budget.until = now + wait * 1000;
    }
    const hard = budget.told >= hardLimit;
    const locked = hard || budget.until > now;
    const lock = locked ? { locked, until: hard ? null : budget.until } : { locked };
    return { ok: false, reason: 'code-invalid', method: 'otp', lock, failures: budget.told };
  }

  /** What becomes of the account when an operator ends its locks. */
  unlock(now: number): void {
    this.#clear();
    for (const app of this.#authenticators) {
      app.last = Math.min(app.last, this.#acceptable(app, now).at(-1)!);
      for (const step of app.accepted) if (step > app.last) app.accepted.delete(step);
    }
  }

  /** What of a record can be foretold. */
  get expected(): object {
    const budget = ({ told, until }: Budget): object => ({ failures: told, lockedUntil: until });
    return {
      ...budget(this.#strangers),
      browsers: [...this.#browsers.values()].map(budget),
      authenticators: this.#authenticators.map(({ last, offset }) => ({
        lastStep: last,
        clockOffset: offset,
      })),
      recoveryCodes: this.#recoveryCodes.size,
    };
  }

  #recover(code: string, now: number): AttemptOutcome {
    if (!this.#recoveryCodes.delete(code)) {
      const lock = { locked: false } as const;
      return { ok: false, reason: 'code-invalid', method: 'recovery-code', lock, failures: 0 };
    }
    this.#clear();
    for (const app of this.#authenticators) app.last = Math.max(app.last, this.#acceptable(app, now).at(-1)!);
    return { ok: true, method: 'recovery-code', recoveryCodesLeft: this.#recoveryCodes.size };
  }

  #clear(): void {
    for (const budget of [this.#strangers, ...this.#browsers.values()]) {
      Object.assign(budget, { told: 0, until: 0 });
    }
  }

  #accept(app: SeenAuthenticator, step: number, now: number): void {
    if (app.accepted.has(step)) throw new Error(`step ${String(step)} accepted twice`);
    app.accepted.add(step);
    app.last = step;
    if (this.#limits.window === 0) return;
    const seen = step - Math.floor(now / STEP_MILLISECONDS);
    if (seen > app.offset) app.offset = Math.min(app.offset + 1, 10);
    if (seen < app.offset) app.offset = Math.max(app.offset - 1, -10);
  }

  /** In rising order. */
  #acceptable({ offset }: SeenAuthenticator, now: number): number[] {
    const { window } = this.#limits;
    const current = Math.floor(now / STEP_MILLISECONDS);
    const near = (step: number, centre: number): boolean => Math.abs(step - centre) <= window;
    const around = Array.from({ length: 61 }, (_, place) => current - 30 + place);
    return around.filter((step) => near(step, current) || (window > 0 && near(step, current + offset)));
  }

  #code(place: number, step: number): string {
    const key = `${String(place)}:${String(step)}`;
    const code = this.#codes.get(key) ?? codeAt(this.#authenticators[place]!, step);
    this.#codes.set(key, code);
    return code;
  }
}
