import { findBrowser, withoutBrowsers, withoutRemembered } from '../account/known-browsers.js';
import type { RememberedBrowser } from '../account/known-browsers.js';
import type { AccountRecord, Decision } from '../account/record.js';
import { presentedBrowser } from '../session/browser-cookie.js';
import type { Context } from '../session/context.js';
import { now, originOf } from '../session/context.js';
import { emitEvent } from '../session/core.js';
import { isFresh } from '../session/evaluate-session.js';
import type { RouteRefusal } from '../session/refusal.js';
import { updateRecord } from '../session/account-record.js';
import { rememberedNow } from '../session/remembered-browsers.js';
import { refused } from '../session/refusal.js';
import { requireEnrolledOwner } from '../session/require-owner.js';

/** A remembered browser, as its owner sees it. */
export interface OwnRememberedBrowser extends RememberedBrowser {
  /** Whether it is the browser of this request. */
  readonly current: boolean;
}

/** The browsers that the signed-in account remembers. */
export function listBrowsers(context: Context): OwnRememberedBrowser[] {
  const { core, known } = context;
  const factor = known?.factor;
  if (!factor) return [];
  const present = findBrowser(factor, presentedBrowser(context, known.account.id));
  return rememberedNow(core, factor, known.account).map((browser) => ({
    ...browser,
    current: browser.id === present?.id,
  }));
}

/** The outcome of forgetting browsers; `nothing`: there was none to forget. */
type Revoked = 'forgotten' | 'nothing' | 'not-enrolled' | 'not-found';

/**
 * Forgets one browser of the signed-in account, or all. Sessions that they opened without a code ask for one on their
 * next request. This only removes rights, so no fresh code is needed. Without a fresh code the browsers are no longer
 * remembered, but stay known, so that a stolen session cannot take their budgets from the owner.
 *
 * @param which the id of a browser, or `all`; may be of any type
 */
export async function revokeBrowsers(
  context: Context,
  which: { readonly id: unknown } | 'all',
): Promise<{ ok: true } | RouteRefusal> {
  const owner = requireEnrolledOwner(context);
  if (!owner.ok) return owner;
  const { state } = owner;
  const { core } = context;
  const at = now(context);
  const isProved = state.state === 'verified' && isFresh(state.factorAt, at, core.options.freshSeconds);
  const outcome = await updateRecord<Revoked>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrollment !== state.enrollment) return { outcome: 'not-enrolled', next: 'unchanged' };
      return forget(record, which, isProved ? withoutBrowsers : withoutRemembered);
    },
    (revoked, origin) => {
      if (revoked === 'forgotten') emitEvent(core, 'browsers-revoked', state.account, origin, {});
    },
  );
  return outcome === 'forgotten' || outcome === 'nothing' ? { ok: true } : refused(outcome);
}

function forget(
  record: AccountRecord,
  which: { readonly id: unknown } | 'all',
  without: (record: AccountRecord, id?: string) => AccountRecord,
): Decision<Revoked> {
  if (which === 'all') return forgotten(record, without(record));
  const found = typeof which.id === 'string' ? findBrowser(record, which.id) : undefined;
  if (!found) return { outcome: 'not-found', next: 'unchanged' };
  return forgotten(record, without(record, found.id));
}

function forgotten(record: AccountRecord, next: AccountRecord): Decision<Revoked> {
  return hasSameBrowsers(record, next)
    ? { outcome: 'nothing', next: 'unchanged' }
    : { outcome: 'forgotten', next, activity: 'browsers-revoked' };
}

/** Whether no browser was taken away, and none is remembered less. */
function hasSameBrowsers({ browsers }: AccountRecord, next: AccountRecord): boolean {
  return (
    next.browsers.length === browsers.length &&
    next.browsers.every(({ rememberedUntil }, place) => rememberedUntil === browsers[place]?.rememberedUntil)
  );
}
