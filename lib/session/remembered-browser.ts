import type { Account } from '../account/account.js';
import { findBrowser, isTrusted, withBrowserUsed } from '../account/known-browsers.js';
import { LAST_USED_MILLISECONDS } from '../account/limits.js';
import { presentedBrowser } from './browser-cookie.js';
import type { Context } from './context.js';
import { now, originOf } from './context.js';
import type { Factor } from './core.js';
import { stampMatcher } from './core.js';
import { updateRecord } from './update-record.js';

/**
 * The id of the browser of a request when the account remembers it and no code is to be asked for. Its use
 * is written down once a day at most.
 */
export async function rememberedBrowser(
  context: Context,
  account: Account,
  factor: Factor,
): Promise<string | undefined> {
  const { core } = context;
  if (core.options.trustedBrowserDays === null) return undefined;
  const matches = stampMatcher(core, account);
  const browser = findBrowser(factor, presentedBrowser(context, account.id), matches);
  if (!isTrusted(browser, now(context))) return undefined;
  if (now(context) - browser.lastUsedAt < LAST_USED_MILLISECONDS) return browser.id;
  return (await writeUse(context, account.id, factor.enrolment, browser.id)) ? browser.id : undefined;
}

function writeUse(context: Context, account: string, enrolment: string, browser: string): Promise<boolean> {
  const changed = { accountId: account, origin: originOf(context) };
  return updateRecord<boolean>(context.core, changed, (record) => {
    const holds = record?.enrolment === enrolment && record.browsers.some(({ id }) => id === browser);
    return holds
      ? { outcome: true, next: withBrowserUsed(record, browser, now(context)) }
      : { outcome: false, next: 'unchanged' };
  });
}
