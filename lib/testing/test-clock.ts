import { APP_PARAMETERS } from '../account/totp.js';

/** A clock that stands still until it is moved: for the option `clock` of an instance under test. */
export interface TestClock {
  /** Milliseconds since 1970: what the option `clock` takes. */
  readonly now: () => number;
  /** Moves on by so many seconds; back with a negative number. */
  advance(seconds: number): void;
  /** Moves on by one time step (30 s, RFC 6238 §5.2), so that authenticator apps show a code nobody has used. */
  nextStep(): void;
}

/**
 * Makes a clock.
 *
 * @param start milliseconds since 1970; by default the present moment
 * @example
 * const clock = createTestClock();
 * const secondFactor = createMemorySecondFactor({ passport, account, findUser, clock: clock.now });
 * clock.advance(600);
 */
export function createTestClock(start: number = Date.now()): TestClock {
  let time = start;
  return {
    now: () => time,
    advance(seconds) {
      time += seconds * 1000;
    },
    nextStep() {
      time += APP_PARAMETERS.period * 1000;
    },
  };
}
