import type { Account } from '../account/account.js';
import { findBrowser, isTrusted } from '../account/known-browsers.js';
import type { Core, Factor } from './core.js';
import { stampMatches } from './core.js';
import type { Facts } from './judge.js';

/**
 * What a session is judged against.
 *
 * @param required whether the policy requires a second factor; never for those who act as somebody else
 */
export function factsOf(core: Core, account: Account, factor: Factor | null, required: boolean): Facts {
  const { options } = core;
  const matches = (digest: string | null): boolean => stampMatches(core, account, digest);
  return {
    enrolment: factor?.enrolment ?? null,
    stampMatches: matches,
    required,
    holdsBrowser: (id) =>
      factor !== null &&
      options.trustedBrowserDays !== null &&
      isTrusted(findBrowser(factor, id, matches), options.clock()),
  };
}
