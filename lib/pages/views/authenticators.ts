import type { SettingsPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { dayOf } from './day-of.js';
import { form } from './form.js';
import { html } from './html.js';
import type { Html } from './html.js';

/** The authenticators of the account, and how one is added, replaced or removed. */
export function authenticators(page: SettingsPage, texts: Texts): Html {
  const { model } = page;
  const adding = model.authenticators.length === 0 ? texts.addFirstAuthenticator : texts.addAuthenticator;
  const list = model.authenticators.map(({ id, name, addedAt }, place) => {
    const called = nameOf(name, place, texts);
    const button = html`<input type="hidden" name="id" value="${id}" />
      <button class="quiet" type="submit" aria-label="${texts.remove}: ${called}">${texts.remove}</button>`;
    return html`<li>
      <div>
        <strong>${called}</strong>
        <p class="muted">${texts.addedOn(dayOf(addedAt))}</p>
      </div>
      ${model.mayRemove ? form(page, model.removeAuthenticator, button) : null}
    </li>`;
  });
  const add = html`<input type="hidden" name="add" value="on" />
    <label for="name">${texts.authenticatorName}</label>
    <input id="name" name="name" autocomplete="off" maxlength="40" />
    <button class="quiet" type="submit">${adding}</button>`;
  return html`<section>
    <h2>${texts.authenticatorsTitle}</h2>
    ${list.length === 0 ? null : replaceable(page, texts, list)}
    ${
      model.mayAdd
        ? html`<details>
            <summary>${adding}</summary>
            ${form(page, model.setup, add)}
          </details>`
        : null
    }
  </section>`;
}

/** The name of an authenticator. Without a name from its owner it is a number, or empty if it is the only one. */
function nameOf(name: string, place: number, texts: Texts): string {
  return name === '' || /^\d+$/.test(name) ? texts.authenticator(Number(name || place + 1)) : name;
}

/** The present authenticators, and how a new one replaces them. */
function replaceable(page: SettingsPage, texts: Texts, list: readonly Html[]): Html {
  const button = html`<button class="quiet" type="submit">${texts.replaceAuthenticator}</button>`;
  return html`<ul class="entries">
      ${list}
    </ul>
    <p class="muted">${texts.replaceExplanation} ${page.model.keys > 0 ? texts.keysStay : null}</p>
    ${form(page, page.model.setup, button)}`;
}
