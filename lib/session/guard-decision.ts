import type { Soon } from '../soon.js';
import { whenThere } from '../soon.js';
import type { GuardDecision, GuardOptions, RequestSecondFactor } from './request-api.js';

/** The name of what every `req.secondFactor` has besides what applications see. All copies of the package share it. */
export const CHECK_ANEW = Symbol.for('passport-second-factor.check-anew');

/** What guards need from `req.secondFactor`. */
export interface Guarded extends RequestSecondFactor {
  /**
   * Checks the session with what the store has now, if the body has arrived since it was loaded; also if it was checked
   * with what was read some seconds ago (`recheckSeconds`) and the guard asks how old the proof is.
   */
  [CHECK_ANEW]?(asksAge: boolean): Soon<void>;
}

/** The decision of a guard. If it asks how old the proof is, or the body came late, it goes by what the store has now. */
export function guardDecision(secondFactor: Guarded, options: GuardOptions): Soon<GuardDecision> {
  return whenThere(secondFactor[CHECK_ANEW]?.(options.maxAge !== undefined), () =>
    secondFactor.evaluate(options),
  );
}
