import { findBrowser, isTrusted, withoutBrowsers, withoutRemembered } from '../account/known-browsers.js';
import type { AccountRecord, Decision, KnownBrowser } from '../account/record.js';
import { presentedBrowser } from './browser-cookie.js';
import { check } from './check.js';
import type { Context } from './context.js';
import { now, originOf } from './context.js';
import { emitEvent, stampMatches } from './core.js';
import { isFresh } from './judge.js';
import type { RouteRefusal } from './refusal.js';
import { updateRecord } from './update-record.js';

/** A remembered browser, as its owner sees it. Times in milliseconds since 1970. */
export interface RememberedBrowser {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  /** Whether it is the browser that asks. */
  readonly current: boolean;
}

/** The browsers of a record that are asked for no code at `now`. */
export function remembered(
  browsers: readonly KnownBrowser[],
  now: number,
): Omit<RememberedBrowser, 'current'>[] {
  return browsers
    .filter((browser) => isTrusted(browser, now))
    .map(({ id, name, firstUsedAt, lastUsedAt, trustedUntil }) => ({
      id,
      name,
      createdAt: firstUsedAt,
      lastUsedAt,
      expiresAt: trustedUntil,
    }));
}

/** The browsers that the account signed in remembers. */
export function listBrowsers(context: Context): RememberedBrowser[] {
  const { core, known } = context;
  const factor = known?.factor;
  if (!factor || core.options.trustedBrowserDays === null) return [];
  if (!stampMatches(core, known.account, factor.browsersStamp)) return [];
  const present = findBrowser(factor, presentedBrowser(context, known.account.id));
  return remembered(factor.browsers, now(context)).map((browser) => ({
    ...browser,
    current: browser.id === present?.id,
  }));
}

/** What became of a wish to forget browsers; `null`: they are forgotten. */
type Revoked = 'not-enrolled' | 'not-found' | null;

/**
 * Forgets one browser of the account that is signed in, or all of them: sessions that came in by them ask for a code on
 * their next request. It only takes rights away, so it asks for no fresh code. Without one the browsers are remembered no
 * more and stay known: their budgets are what a stolen session must not take from the owner.
 *
 * @param which the id of a browser, or `all`; of any type
 */
export async function revokeBrowsers(
  context: Context,
  which: { readonly id: unknown } | 'all',
): Promise<{ ok: true } | RouteRefusal> {
  const { state } = context;
  if (state?.state === 'impersonating') return { ok: false, code: 'impersonation-refused' };
  const verdict = check(context, { unenrolled: 'allow' });
  if (!verdict.ok) return verdict;
  if (state?.state !== 'verified' && state?.state !== 'remembered')
    return { ok: false, code: 'not-enrolled' };
  const { core } = context;
  const at = now(context);
  const isProved = state.state === 'verified' && isFresh(state.factorAt, at, core.options.freshSeconds);
  const refusal = await updateRecord<Revoked>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrolment !== state.enrolment) return { outcome: 'not-enrolled', next: 'unchanged' };
      return forget(record, which, isProved ? withoutBrowsers : withoutRemembered);
    },
    (refused, origin) => {
      if (!refused) emitEvent(core, 'browsers-revoked', state.account, origin, {});
    },
  );
  if (refusal) return { ok: false, code: refusal };
  return { ok: true };
}

function forget(
  record: AccountRecord,
  which: { readonly id: unknown } | 'all',
  without: (record: AccountRecord, id?: string) => AccountRecord,
): Decision<Revoked> {
  if (which === 'all') return { outcome: null, next: changedOnly(record, without(record)) };
  const found = typeof which.id === 'string' ? findBrowser(record, which.id) : undefined;
  if (!found) return { outcome: 'not-found', next: 'unchanged' };
  return { outcome: null, next: changedOnly(record, without(record, found.id)) };
}

/** The next record, unless its browsers are as they were: what changes nothing writes nothing. */
function changedOnly({ browsers }: AccountRecord, next: AccountRecord): AccountRecord | 'unchanged' {
  const isSame =
    next.browsers.length === browsers.length &&
    next.browsers.every(({ trustedUntil }, place) => trustedUntil === browsers[place]?.trustedUntil);
  return isSame ? 'unchanged' : next;
}
