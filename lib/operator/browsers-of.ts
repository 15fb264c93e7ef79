import type { KnownBrowsers, RememberedBrowser } from '../account/known-browsers.js';
import type { Core } from '../session/core.js';
import { findAccount } from '../session/core.js';
import { rememberedNow } from '../session/remembered-browsers.js';

/**
 * The browsers of an account that are asked for no code, for operators. The application is only asked about an account
 * that has some; if it cannot describe the account, they are those of the record.
 */
export async function browsersOf(
  core: Core,
  accountId: string,
  record: KnownBrowsers,
): Promise<RememberedBrowser[]> {
  const recorded = rememberedNow(core, record);
  if (recorded.length === 0) return recorded;
  const found = await findAccount(core, accountId).catch(() => null);
  return found ? rememberedNow(core, record, found.account) : recorded;
}
