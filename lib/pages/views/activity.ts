import type { SettingsPage } from '../../page.js';
import type { Texts } from '../texts.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** How many are visible at first. */
const SHOWN_AT_FIRST = 5;

type Entry = NonNullable<SettingsPage['model']['activity']>[number];

/** What happened lately to the account's second factor; nothing if it is not kept. */
export function activity({ model }: SettingsPage, texts: Texts): Html | null {
  if (model.activity === null) return null;
  const entries = model.activity.map((entry) => listed(entry, texts));
  const earlier = entries.slice(SHOWN_AT_FIRST);
  return html`<section id="activity">
    <h2>${texts.activityTitle}</h2>
    <p class="muted">${entries.length === 0 ? texts.noActivity : texts.activityExplanation}</p>
    ${listOf(entries.slice(0, SHOWN_AT_FIRST))}
    ${
      earlier.length === 0
        ? null
        : html`<details>
            <summary>${texts.earlierActivity}</summary>
            ${listOf(earlier)}
          </details>`
    }
  </section>`;
}

function listOf(entries: readonly Html[]): Html | null {
  return entries.length === 0
    ? null
    : html`<ul class="entries">
        ${entries}
      </ul>`;
}

function listed({ what, at, count, ip, browser, by }: Entry, texts: Texts): Html {
  const name = texts.activity[what];
  return html`<li>
    <div>
      <strong>${count === 1 ? name : texts.activityTimes(name, count)}</strong>
      <p class="muted">
        ${moment(at)}${ip && html`, <bdi>${ip}</bdi>`}${browser && html`, <bdi>${browser}</bdi>`}${by && html`, <bdi>${texts.activityBy(by)}</bdi>`}
      </p>
    </div>
  </li>`;
}

/** A moment to the minute, in UTC, as notices write it. */
function moment(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" dir="ltr">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}
