import type { Account } from '../account/account.js';
import { rememberedBrowsers } from '../account/known-browsers.js';
import type { KnownBrowsers, RememberedBrowser } from '../account/known-browsers.js';
import type { Core } from './core.js';
import { stampMatcher } from './core.js';

/**
 * The browsers of an account that are asked for no code at this moment: none without the option, and none that was
 * remembered under another security stamp.
 *
 * @param account left out where the application cannot describe it: its stamp then counts as unchanged
 */
export function rememberedNow(core: Core, known: KnownBrowsers, account?: Account): RememberedBrowser[] {
  const { clock, rememberBrowserDays } = core.options;
  if (rememberBrowserDays === null) return [];
  return rememberedBrowsers(known, clock(), account ? stampMatcher(core, account) : () => true);
}
