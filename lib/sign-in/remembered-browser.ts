import type { Account } from '../account/account.js';
import { findRemembered, withBrowserUsed } from '../account/known-browsers.js';
import { LAST_USED_MILLISECONDS } from '../account/limits.js';
import { presentedBrowser } from '../session/browser-cookie.js';
import type { Context } from '../session/context.js';
import { now, originOf } from '../session/context.js';
import type { Factor } from '../session/core.js';
import { stampMatcher } from '../session/core.js';
import { updateRecord } from '../session/account-record.js';

/**
 * The id of the browser of a request, if the account remembers it and no code is to be asked for. Its use is written
 * once a day at most, and when it first sends a new token, which ends the previous one.
 */
export async function rememberedBrowser(
  context: Context,
  account: Account,
  factor: Factor,
): Promise<string | undefined> {
  const { core } = context;
  if (core.options.rememberBrowserDays === null) return undefined;
  const matches = stampMatcher(core, account);
  const at = now(context);
  const browser = findRemembered(factor, presentedBrowser(context, account.id), at, matches);
  if (!browser) return undefined;
  const { id, formerId, lastUsedAt } = browser;
  if (formerId === null && at - lastUsedAt < LAST_USED_MILLISECONDS) return id;
  const changed = { accountId: account.id, origin: originOf(context, account.id) };
  return updateRecord<string | undefined>(core, changed, (record) =>
    record?.enrollment === factor.enrollment && findRemembered(record, id, at, matches)
      ? { outcome: id, next: withBrowserUsed(record, id, at), activity: 'remembered-browser' }
      : { outcome: undefined, next: 'unchanged' },
  );
}
