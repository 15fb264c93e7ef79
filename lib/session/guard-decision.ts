import type { Soon } from '../soon.js';
import { whenThere } from '../soon.js';
import type { GuardDecision, GuardOptions, RequestSecondFactor } from './request-api.js';

/** Names what every `req.secondFactor` has beside what applications see; all copies of the package share it. */
export const CHECK_ANEW = Symbol.for('passport-second-factor.check-anew');

/** What guards ask of `req.secondFactor`. */
export interface Guarded extends RequestSecondFactor {
  /** Checks the session by the store, where it was checked by what was read some seconds ago (`recheckSeconds`). */
  [CHECK_ANEW]?(): Soon<void>;
}

/** What a guard decides. Where it asks how old the proof is, by what the store says now. */
export function guardDecision(secondFactor: Guarded, options: GuardOptions): Soon<GuardDecision> {
  const checked = options.maxAge === undefined ? undefined : secondFactor[CHECK_ANEW]?.();
  return whenThere(checked, () => secondFactor.evaluate(options));
}
