import type { Soon } from '../soon.js';
import { whenThere } from '../soon.js';
import type { GuardDecision, GuardOptions, RequestSecondFactor } from './request-api.js';

/** The name of what every `req.secondFactor` has besides what applications see. All copies of the package share it. */
export const CHECK_ANEW = Symbol.for('passport-second-factor.check-anew');

/** What guards need from `req.secondFactor`. */
export interface Guarded extends RequestSecondFactor {
  /**
   * Checks the session with what the store has now, if it was checked with what was read some seconds ago
   * (`recheckSeconds`).
   */
  [CHECK_ANEW]?(): Soon<void>;
}

/** The decision of a guard. If the guard asks how old the proof is, it goes by what the store has now. */
export function guardDecision(secondFactor: Guarded, options: GuardOptions): Soon<GuardDecision> {
  const checked = options.maxAge === undefined ? undefined : secondFactor[CHECK_ANEW]?.();
  return whenThere(checked, () => secondFactor.evaluate(options));
}
