import type { Page, Wait } from '../../page.js';
import type { Texts } from '../texts.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { ICONS } from './icons.js';

/**
 * When codes are checked again: a clock time, and where there is JavaScript the seconds that are left, and a word once it is
 * over. Nothing where nobody can say when.
 */
export function checkedAgain(page: Page, texts: Texts, { until }: Wait): Html | null {
  if (until === null) return null;
  return html`<p class="muted" data-passes>${texts.checkedAgainAt} ${clockTime(page, until)}</p>
    <p class="over" role="status" data-over="${texts.checkedAgain}"></p>`;
}

/** The same, with what it is about: for a page that shows no error. */
export function waiting(page: Page, texts: Texts, wait: Wait | null): Html | null {
  if (wait === null || page.error) return null;
  const { until } = wait;
  const said = until === null ? texts.lockedForGood : texts.lockedFor(secondsUntil(page, until));
  return html`<p class="notice warn" role="status" id="${WAIT_ID}" data-passes>${ICONS.wait}<span>${said}</span></p>
    ${checkedAgain(page, texts, wait)}`;
}

/** Names the notice of {@link waiting} on its page. */
export const WAIT_ID = 'wait';

/** Until when a form may be sent: said from the beginning, and once more in its last minute where there is JavaScript. */
export function lasts(page: Page, texts: Texts, until: number): Html {
  return html`<p class="muted">${texts.lastsUntil} ${clockTime(page, until)}</p>
    <p class="over" role="status" data-soon="${texts.endsSoon}" data-over="${texts.hasEnded}"></p>`;
}

function secondsUntil({ serverTime }: Page, until: number): number {
  return Math.max(1, Math.ceil((until - serverTime) / 1000));
}

/** A time of day by the server's clock; the script puts that of the reader in its place. */
function clockTime(page: Page, until: number): Html {
  const iso = new Date(until).toISOString();
  const seconds = secondsUntil(page, until);
  return html`<time datetime="${iso}" data-in="${seconds}">${iso.slice(11, 19)} UTC</time>
    <span class="left" aria-hidden="true" data-left></span>`;
}
