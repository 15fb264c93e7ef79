import type { Account } from '../account/account.js';
import { findRemembered } from '../account/known-browsers.js';
import type { Core, Factor } from './core.js';
import { hasOtherFactorOnly, stampMatcher } from './core.js';
import { offeredKeys } from './challenge.js';
import type { Facts } from './evaluate-session.js';
import type { Requirement } from './requirement.js';

/** The facts that a session is checked against. */
export function factsOf(
  core: Core,
  account: Account,
  factor: Factor | null,
  { required, phishingResistant }: Requirement,
): Facts {
  const { options } = core;
  const matches = stampMatcher(core, account);
  return {
    enrollment: factor?.enrollment ?? null,
    stampMatches: matches,
    required: required && !account.otherFactor,
    keysOnly: phishingResistant && !hasOtherFactorOnly({ account, factor }),
    hasKey: factor !== null && offeredKeys({ core }, factor).length > 0,
    holdsBrowser: (id) =>
      factor !== null &&
      options.rememberBrowserDays !== null &&
      findRemembered(factor, id, options.clock(), matches) !== undefined,
  };
}
