import type { Activity } from '../account/activity.js';
import type { ActivityEntry } from '../activity.js';
import { reporting } from '../session/account-record.js';
import type { Context } from '../session/context.js';
import { originOf } from '../session/context.js';
import { isUser } from '../session/state.js';

/**
 * What happened lately to the signed-in account, the newest first; `null`: for everybody but its owner, and if the
 * option `recentActivity` is off. One store read. No other page, and no session, has it.
 *
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
 */
export async function recentActivity(context: Context): Promise<ActivityEntry[] | null> {
  const { core, known, state } = context;
  const factor = known?.factor;
  if (!core.options.recentActivity || !isUser(state) || !factor) return null;
  const accountId = known.account.id;
  const record = await reporting(core, { accountId, origin: originOf(context) }, () =>
    core.vault.read(accountId),
  );
  // This session must learn nothing about another enrollment.
  return record?.enrollment === factor.enrollment ? record.activity.map(asOwn).toReversed() : [];
}

function asOwn({ what, at, count, ip, browser, by }: Activity): ActivityEntry {
  return { what, at: at * 1000, count, ip: ip || null, browser: browser || null, by: by || null };
}
