import type { Page, Wait } from '../../page.js';
import type { Texts } from '../texts.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { ICONS } from './icons.js';

/**
 * When codes are checked again: a time of day; with JavaScript also the seconds left, and a word when it is over.
 * Nothing if the time is unknown.
 */
export function checkedAgain(page: Page, texts: Texts, { until }: Wait): Html | null {
  if (until === null) return null;
  return html`<p class="muted" data-passes>${texts.checkedAgainAt} ${clockTime(page, until)}</p>
    <p class="over" role="status" data-over="${texts.checkedAgain}"></p>`;
}

/** The same with an explanation, for a page that shows no error. */
export function waiting(page: Page, texts: Texts, wait: Wait | null): Html | null {
  if (wait === null || page.error) return null;
  const { until } = wait;
  const said = until === null ? texts.lockedForGood : texts.lockedFor(secondsUntil(page, until));
  return html`<p class="notice warn" role="status" id="${WAIT_ID}" data-passes>${ICONS.wait}<span>${said}</span></p>
    ${checkedAgain(page, texts, wait)}`;
}

/** The id of the notice of {@link waiting}. */
export const WAIT_ID = 'wait';

/** Until when a form may be sent. It is said from the beginning, and with JavaScript again in the last minute. */
export function lasts(page: Page, texts: Texts, until: number): Html {
  return html`<p class="muted">${texts.lastsUntil} ${clockTime(page, until)}</p>
    <p class="over" role="status" data-soon="${texts.endsSoon}" data-over="${texts.hasEnded}"></p>`;
}

function secondsUntil({ serverTime }: Page, until: number): number {
  return Math.max(1, Math.ceil((until - serverTime) / 1000));
}

/** A time of day by the server's clock. The script replaces it by the reader's. */
function clockTime(page: Page, until: number): Html {
  const iso = new Date(until).toISOString();
  const seconds = secondsUntil(page, until);
  return html`<time datetime="${iso}" data-in="${seconds}">${iso.slice(11, 19)} UTC</time>
    <span class="left" aria-hidden="true" data-left></span>`;
}
