import { findBrowser, isTrusted, withoutBrowsers } from '../account/known-browsers.js';
import type { KnownBrowser } from '../account/record.js';
import { presentedBrowser } from './browser-cookie.js';
import { check } from './check.js';
import type { Context } from './context.js';
import { now, originOf } from './context.js';
import { emitEvent, stampMatches } from './core.js';
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

/**
 * Forgets one browser of the account that is signed in, or all of them: they are neither remembered nor known any
 * more, and sessions that came in by them ask for a code on their next request. It only takes rights away, so it
 * asks for no fresh code.
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
  const refusal = await updateRecord<'not-enrolled' | 'not-found' | null>(
    core,
    { accountId: state.account, origin: originOf(context) },
    (record) => {
      if (record?.enrolment !== state.enrolment) return { outcome: 'not-enrolled', next: 'unchanged' };
      if (which === 'all') {
        return { outcome: null, next: record.browsers.length === 0 ? 'unchanged' : withoutBrowsers(record) };
      }
      const found = typeof which.id === 'string' ? findBrowser(record, which.id) : undefined;
      return found
        ? { outcome: null, next: withoutBrowsers(record, found.id) }
        : { outcome: 'not-found', next: 'unchanged' };
    },
    (refused, origin) => {
      if (!refused) emitEvent(core, 'browsers-revoked', state.account, origin, {});
    },
  );
  if (refusal) return { ok: false, code: refusal };
  return { ok: true };
}
