import type { Account } from '../account/account.js';
import { findRemembered } from '../account/known-browsers.js';
import type { Core, Factor } from './core.js';
import { stampMatcher } from './core.js';
import type { Facts } from './evaluate-session.js';

/**
 * What a session is checked against.
 *
 * @param required whether the policy requires a second factor
 */
export function factsOf(core: Core, account: Account, factor: Factor | null, required: boolean): Facts {
  const { options } = core;
  const matches = stampMatcher(core, account);
  return {
    enrollment: factor?.enrollment ?? null,
    stampMatches: matches,
    required: required && !account.otherFactor,
    holdsBrowser: (id) =>
      factor !== null &&
      options.rememberBrowserDays !== null &&
      findRemembered(factor, id, options.clock(), matches) !== undefined,
  };
}
