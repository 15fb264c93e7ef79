import type { SecurityKeysPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { dayOf } from './day-of.js';
import { form } from './form.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { ICONS } from './icons.js';
import { keyPart } from './key-part.js';
import { errorAt } from './refused.js';
import { lasts } from './waiting.js';

/** Passkeys and security keys: what there is, and how one is added, renamed and removed. */
export function securityKeys(page: SecurityKeysPage, texts: Texts): Html {
  const { keys, required, until, settings, cancel } = page.model;
  const leave = required
    ? form(page, cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)
    : html`<p><a href="${settings}">${texts.back}</a></p>`;
  return html`<p>${required ? texts.mustAddKeyExplanation : texts.keysExplanation}</p>
    ${keys.length === 0 ? null : html`<ul class="entries">${keys.map((_key, place) => entry(page, texts, place))}</ul>`}
    ${add(page, texts)} ${until === null ? null : lasts(page, texts, until)} ${leave}`;
}

type Key = SecurityKeysPage['model']['keys'][number];

function entry(page: SecurityKeysPage, texts: Texts, place: number): Html | null {
  const key = page.model.keys[place];
  if (!key) return null;
  const called = key.name || texts.keyNumber(place + 1);
  return html`<li>
    <div>
      <strong>${called}</strong>
      <p class="muted"><span>${texts.addedOn(dayOf(key.addedAt))},</span> <span>${texts.lastUsed(dayOf(key.lastUsedAt))}</span></p>
      ${key.stopped ? html`<p class="notice warn">${ICONS.error}<span>${texts.keyStopped}</span></p>` : null}
      ${page.model.required ? null : rename(page, texts, key, called)}
    </div>
    ${page.model.required ? null : remove(page, texts, key, called)}
  </li>`;
}

function remove(page: SecurityKeysPage, texts: Texts, { credentialId }: Key, called: string): Html {
  return form(
    page,
    page.model.remove,
    html`<input type="hidden" name="id" value="${credentialId}" />
      <button class="quiet" type="submit" aria-label="${texts.remove}: ${called}">${texts.remove}</button>`,
  );
}

function rename(page: SecurityKeysPage, texts: Texts, { credentialId, name }: Key, called: string): Html {
  const id = `name-${credentialId.slice(0, 16)}`;
  return html`<details>
    <summary aria-label="${texts.rename}: ${called}">${texts.rename}</summary>
    ${form(
      page,
      page.model.rename,
      html`<input type="hidden" name="id" value="${credentialId}" />
        <label for="${id}">${texts.authenticatorName}</label>
        <input id="${id}" name="name" value="${name}" autocomplete="off" maxlength="40" />
        <button class="quiet" type="submit">${texts.rename}</button>`,
    )}
  </details>`;
}

function add(page: SecurityKeysPage, texts: Texts): Html | null {
  const { publicKey, keys, origin } = page.model;
  if (publicKey === null) return null;
  const button = keys.length === 1 ? texts.addSecondKey : texts.addKey;
  return form(
    page,
    page.model.add,
    html`<label for="name">${texts.authenticatorName}</label>
      <input id="name" name="name" autocomplete="off" maxlength="40" />
      ${keyPart(texts, { publicKey, asksAtOnce: false, origin }, { button, error: errorAt(page, 'credential') })}`,
  );
}
