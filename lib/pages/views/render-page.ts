import type { Page, RecoveryCodesPage, SettingsPage, SetupPage, VerifyPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { Html, html } from './html.js';
import { authenticators } from './authenticators.js';
import { browsers } from './browsers.js';
import { form } from './form.js';
import { codeField, layout, recoveryCodeField, rememberBox } from './layout.js';
import { mustEnrol } from './must-enrol.js';
import { dayOf } from './day-of.js';

/** From here on the page warns that recovery codes run out. */
const FEW_RECOVERY_CODES = 3;

/** A page as a complete HTML document. */
export function renderPage(page: Page, texts: Texts): string {
  switch (page.name) {
    case 'verify':
      return layout(texts, texts.verifyTitle, page.error, verify(page, texts));
    case 'settings':
      return layout(texts, texts.settingsTitle, page.error, settings(page, texts));
    case 'must-enrol':
      return layout(texts, texts.mustEnrolTitle, page.error, mustEnrol(page, texts));
    case 'browsers':
      return layout(texts, texts.browsersTitle, page.error, browsers(page, texts));
    case 'setup':
      return layout(texts, texts.setupTitle, page.error, setup(page, texts));
    case 'recovery-codes':
      return layout(texts, texts.recoveryCodesTitle, page.error, recoveryCodes(page, texts));
    case 'step-up':
      return layout(
        texts,
        texts.stepUpTitle,
        page.error,
        html`<p>${texts.stepUpExplanation}</p>
          ${form(page, page.model.action, codeField(texts, page.error, { autofocus: true }))}
          ${recovery(page, page.model.action, texts)}
          <p><a href="${page.model.home}">${texts.cancel}</a></p>`,
      );
    case 'error':
      return layout(
        texts,
        texts.errorTitle,
        page.error,
        html`<p><a class="button" href="${page.model.home}">${texts.toHome}</a></p>
          <p><a href="${page.model.login}">${texts.toSignIn}</a></p>`,
      );
  }
}

function verify(page: VerifyPage, texts: Texts): Html {
  return html`<p>${texts.verifyExplanation}</p>
    ${form(
      page,
      page.model.action,
      codeField(texts, page.error, { autofocus: true, below: rememberBox(texts, page.model.rememberDays) }),
    )}
    ${recovery(page, page.model.action, texts)}
    ${form(page, page.model.cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)}`;
}

function settings(page: SettingsPage, texts: Texts): Html {
  const { model } = page;
  const enable = html`<p>${texts.disabled} ${texts.whyEnable}</p>
    ${model.requiredFrom && html`<p class="notice">${texts.requiredFrom(dayOf(model.requiredFrom))}</p>`}
    ${form(page, model.setup, html`<button type="submit">${texts.enable}</button>`)}`;
  const few = model.recoveryCodesLeft <= FEW_RECOVERY_CODES ? texts.fewRecoveryCodes : '';
  const manage = html`<p>${texts.enabled} ${texts.recoveryCodesLeft(model.recoveryCodesLeft)} ${few}</p>
    ${authenticators(page, texts)}
    ${model.browsers && html`<p><a href="${model.browsers}">${texts.browsersTitle}</a></p>`}
    <h2>${texts.disable}</h2>
    ${
      model.required
        ? html`<p>${texts.required}</p>`
        : html`<p>${texts.disableExplanation}</p>
            ${form(page, model.disable, codeField(texts, page.error, { button: texts.disable }))}`
    }
    <h2>${texts.newRecoveryCodes}</h2>
    <p>${texts.newRecoveryCodesExplanation}</p>
    ${form(page, model.recoveryCodes, codeField(texts, page.error, { id: 'code-2', button: texts.newRecoveryCodes }))}`;
  return html`<p class="muted">${texts.account}: ${model.account}</p>
    ${model.actors.length > 0 ? acting(page, texts) : model.enrolled ? manage : enable}
    <p><a href="${model.home}">${!model.enrolled && model.requiredFrom ? texts.later : texts.back}</a></p>`;
}

function acting(page: SettingsPage, texts: Texts): Html {
  const { actors, account, leave } = page.model;
  return html`<p>${texts.actingAs(actors[0] ?? '', account)} ${texts.notWhileActing}</p>
    ${form(page, leave, html`<button type="submit">${texts.leave}</button>`)}`;
}

function setup(page: SetupPage, texts: Texts): Html {
  const { model } = page;
  const time = new Date(model.serverTime).toISOString();
  return html`${
    model.qr === null
      ? null
      : html`<p>${texts.scan}</p>
            <div class="qr" role="img" aria-label="${texts.scan}">${new Html(model.qr)}</div>`
  }
    <p>${texts.typeInstead}</p>
    <dl>
      <dt>${texts.account}</dt>
      <dd>${model.issuer}: ${model.account}</dd>
      <dt>${texts.key}</dt>
      <dd><span class="key">${model.key.replace(/.{4}(?=.)/g, '$& ')}</span> (${texts.keyKind})</dd>
      <dt>${texts.serverTime}</dt>
      <dd><time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></dd>
    </dl>
    <p class="muted">${texts.clocks}</p>
    <p>${texts.confirm}</p>
    ${form(page, model.action, codeField(texts, page.error))}
    ${form(page, model.cancel, html`<button class="plain" type="submit">${texts.cancel}</button>`)}`;
}

function recoveryCodes(page: RecoveryCodesPage, texts: Texts): Html {
  return html`<p>${texts.recoveryCodesExplanation}</p>
    <ol class="codes">
      ${page.model.codes.map((code) => html`<li>${code}</li>`)}
    </ol>
    <p><a class="button" href="${page.model.next}">${texts.saved}</a></p>`;
}

function recovery(page: Page, action: string, texts: Texts): Html {
  return html`<details>
    <summary>${texts.recoveryHint}</summary>
    ${form(page, action, recoveryCodeField(texts))}
  </details>`;
}
