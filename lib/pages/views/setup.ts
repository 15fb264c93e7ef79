import type { SetupPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { codeField, form } from './form.js';
import { Html, html } from './html.js';
import { errorAt } from './refused.js';
import { lasts } from './waiting.js';

/** The set-up form: what the phone needs, the field for the first code, and the server's time. */
export function setup(page: SetupPage, texts: Texts): Html {
  const { model } = page;
  return html`<p>${texts.setupExplanation}</p>
    <ol class="steps">
      <li>
        <h2>${texts.addAccount}</h2>
        ${account(page, texts)}
      </li>
      <li>
        <h2>${texts.enterCode}</h2>
        <p>${texts.confirm}</p>
        ${form(
          page,
          model.action,
          html`<input type="hidden" name="id" value="${model.id}" />${codeField(texts, {
            error: errorAt(page, 'code'),
            describedBy: page.error && !errorAt(page, 'code') ? ['error'] : [],
          })}`,
        )}
        ${clocks(page, texts)}
      </li>
    </ol>
    ${lasts(page, texts, model.expiresAt)}
    ${form(page, model.cancel, html`<button class="plain" type="submit">${texts.cancel}</button>`)}`;
}

/** The account in three forms: a link for this phone, a QR code, and text to type. */
function account({ model }: SetupPage, texts: Texts): Html {
  const picture =
    model.qr === null
      ? null
      : html`<div class="qr" role="img" aria-label="${texts.qrCode}">${new Html(model.qr)}</div>`;
  return html`<p class="open-app">
      <a class="button full" href="${model.uri}">${texts.openInApp}</a>
    </p>
    <div class="scan${model.qr === null ? ' unscanned' : ''}">
      ${picture}
      <div>
        <p>${model.qr === null ? texts.typeOnly : texts.scanOrType}</p>
        <dl>
          <dt>${texts.accountName}</dt>
          <dd><bdi>${model.issuer}</bdi>: <bdi>${model.account}</bdi></dd>
          <dt>${texts.key}</dt>
          <dd>
            <span class="key">${model.key.replace(/.{4}(?=.)/g, '$& ')}</span>
            <button class="quiet small" type="button" data-copies="${model.key}" data-copy="${texts.copied}" hidden>
              ${texts.copyKey}
            </button>
            <span class="muted" role="status" data-copied></span>
          </dd>
          <dt>${texts.keyKindLabel}</dt>
          <dd>${texts.keyKind}</dd>
        </dl>
      </div>
    </div>`;
}

/** The server's time. After a refused code it also shows how to compare it, because a wrong clock may be the reason. */
function clocks({ model, error }: SetupPage, texts: Texts): Html {
  const time = new Date(model.serverTime).toISOString();
  const isTrouble = error?.code === 'clock-skew' || error?.code === 'code-invalid';
  return html`<details class="clocks" ${isTrouble ? new Html('open') : null}>
    <summary>
      ${texts.compareClocks}: ${texts.serverTime}
      <time class="time" datetime="${time}" data-runs>${time.slice(0, 19).replace('T', ' ')} UTC</time>
    </summary>
    <p class="muted">${texts.clocks}</p>
  </details>`;
}
