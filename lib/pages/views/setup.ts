import type { SetupPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { codeField, form } from './form.js';
import { Html, html } from './html.js';

/** The set-up form: what the phone needs, the server's time, and the field for the first code. */
export function setup(page: SetupPage, texts: Texts): Html {
  const { model, error } = page;
  const time = new Date(model.serverTime).toISOString();
  const codeRefused = error?.code === 'code-invalid' || error?.code === 'code-malformed';
  return html`<p>${texts.setupExplanation}</p>
    <ol class="steps">
      <li>
        <h2>${texts.addAccount}</h2>
        <div class="scan${model.qr === null ? ' unscanned' : ''}">
          ${
            model.qr === null
              ? null
              : html`<div class="qr" role="img" aria-label="${texts.qrCode}">${new Html(model.qr)}</div>`
          }
          <div>
            <p>${model.qr === null ? texts.typeOnly : texts.scanOrType}</p>
            <dl>
              <dt>${texts.account}</dt>
              <dd><bdi>${model.issuer}</bdi>: <bdi>${model.account}</bdi></dd>
              <dt>${texts.key}</dt>
              <dd><span class="key">${model.key.replace(/.{4}(?=.)/g, '$& ')}</span></dd>
              <dt>${texts.keyKindLabel}</dt>
              <dd>${texts.keyKind}</dd>
            </dl>
          </div>
        </div>
      </li>
      <li>
        <h2>${texts.compareClocks}</h2>
        <dl>
          <dt>${texts.serverTime}</dt>
          <dd>
            <time class="time" datetime="${time}" data-runs>${time.slice(0, 19).replace('T', ' ')} UTC</time>
          </dd>
        </dl>
        <p class="muted">${texts.clocks}</p>
      </li>
      <li>
        <h2>${texts.enterCode}</h2>
        <p>${texts.confirm}</p>
        ${form(
          page,
          model.action,
          html`<input type="hidden" name="id" value="${model.id}" />${codeField(texts, {
            refused: codeRefused,
            describedBy: error ? ['error'] : [],
          })}`,
        )}
      </li>
    </ol>
    ${form(page, model.cancel, html`<button class="plain" type="submit">${texts.cancel}</button>`)}`;
}
