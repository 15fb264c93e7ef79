import { findBrowser } from '../account/known-browsers.js';
import { lockAt } from '../account/lockout.js';
import type { Wait } from '../page.js';
import { presentedBrowser } from './browser-cookie.js';
import type { Context } from './context.js';
import { now } from './context.js';
import type { Factor } from './core.js';
import type { PendingState } from './state.js';

/**
 * Until when the codes of this browser are not checked for an account; `null`: they are checked. It is what a code from
 * this browser would be answered.
 */
export function waitOf(context: Context, account: string, factor: Factor): Wait | null {
  const budget = findBrowser(factor, presentedBrowser(context, account)) ?? factor.strangers;
  const lock = lockAt(budget, now(context), context.core.options.limits.lockout);
  return lock.locked ? { until: lock.until } : null;
}

/**
 * The same for a parked sign-in. Reads the store only if codes were not checked before. If the store fails, the form
 * says nothing about a wait.
 */
export async function waitOfParked(context: Context, state: PendingState): Promise<Wait | null> {
  if (state.waits !== true) return null;
  try {
    const factor = await context.core.vault.view(state.account);
    return factor?.enrollment === state.enrollment ? waitOf(context, state.account, factor) : null;
  } catch {
    return null;
  }
}
