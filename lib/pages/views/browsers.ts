import type { BrowsersPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { dayOf } from './day-of.js';
import { form } from './form.js';
import { html } from './html.js';
import type { Html } from './html.js';

/** The browsers that the account remembers. */
export function browsers(page: BrowsersPage, texts: Texts): Html {
  const { model } = page;
  const list = model.browsers.map((browser) => {
    const name = browser.name || texts.unknownBrowser;
    const times = html`<span>${texts.lastUsed(dayOf(browser.lastUsedAt))},</span>
      <span>${texts.rememberedUntil(dayOf(browser.expiresAt))}</span>`;
    const button = html`<input type="hidden" name="id" value="${browser.id}" />
      <button class="quiet" type="submit" aria-label="${texts.forget}: ${name}">${texts.forget}</button>`;
    return html`<li>
      <div>
        <strong>${name}</strong>${browser.current ? html` (${texts.thisBrowser})` : null}
        <p class="muted">${times}</p>
      </div>
      ${form(page, model.revoke, button)}
    </li>`;
  });
  const all = html`<input type="hidden" name="all" value="on" />
    <button class="danger" type="submit">${texts.forgetAll}</button>`;
  return html`<p>${list.length === 0 ? texts.noBrowsers : texts.browsersExplanation}</p>
    ${list.length === 0 ? null : html`<ul class="entries">${list}</ul> ${form(page, model.revoke, all)}`}
    <p><a href="${model.settings}">${texts.back}</a></p>`;
}
