import type { RecoveryCodesPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { form } from './form.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** The codes, this once. One goes on by saying that they are saved, which is remembered. */
export function recoveryCodes(page: RecoveryCodesPage, texts: Texts): Html {
  const { codes, insteadOf, confirm, set, next } = page.model;
  const saved = html`<input type="hidden" name="set" value="${set}" />
    <input type="hidden" name="returnTo" value="${next}" />
    <button type="submit">${texts.saved}</button>`;
  return html`<p>${texts.recoveryCodesExplanation[insteadOf]}</p>
    <ol class="codes" id="codes">
      ${codes.map((code) => html`<li>${code}</li>`)}
    </ol>
    <p class="row">
      <a class="button quiet" href="${textFile(page, texts)}" download="recovery-codes.txt">${texts.download}</a>
      <button class="quiet" type="button" data-copy="${texts.copied}" hidden>${texts.copy}</button>
      <button class="quiet" type="button" data-print hidden>${texts.print}</button>
    </p>
    <p class="muted" role="status" data-copied></p>
    <p class="muted">${texts.notShownAgain[insteadOf]}</p>
    ${form(page, confirm, saved)}`;
}

/** The codes as a file that needs no server and no script. */
function textFile({ issuer, model }: RecoveryCodesPage, texts: Texts): string {
  const title = [texts.recoveryCodesTitle, issuer, model.account].filter((part) => part !== null).join(' – ');
  const text = `${title.replace(/\p{Surrogate}/gu, '\uFFFD')}\r\n\r\n${model.codes.join('\r\n')}\r\n`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
}
