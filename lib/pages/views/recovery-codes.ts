import type { RecoveryCodesPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { dayOf } from './day-of.js';
import { form } from './form.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** The codes, shown once. The button to go on says that they are saved, and this is remembered. */
export function recoveryCodes(page: RecoveryCodesPage, texts: Texts): Html {
  const { codes, insteadOf, confirm, set, next } = page.model;
  const saved = html`<input type="hidden" name="set" value="${set}" />
    <input type="hidden" name="returnTo" value="${next}" />
    <button type="submit">${texts.saved}</button>`;
  return html`${paperHead(page, texts)}
    <p>${texts.recoveryCodesExplanation[insteadOf]}</p>
    <ol class="codes" id="codes">
      ${codes.map((code) => html`<li>${code}</li>`)}
    </ol>
    <p class="row">
      <a class="button quiet" href="${textFile(page, texts)}" download="${fileName(page)}">${texts.download}</a>
      <button class="quiet" type="button" data-copy="${texts.copied}" hidden>${texts.copy}</button>
      <button class="quiet" type="button" data-print hidden>${texts.print}</button>
    </p>
    <p class="muted" role="status" data-copied></p>
    <p class="muted">${texts.notShownAgain[insteadOf]}</p>
    ${form(page, confirm, saved)}`;
}

/**
 * What the printed sheet must say, so that people understand it years later: which application and account, and since
 * when.
 */
function paperHead({ issuer, model }: RecoveryCodesPage, texts: Texts): Html {
  return html`<p class="paper">
    ${issuer === null ? null : html`<strong><bdi>${issuer}</bdi></strong> – `}<strong><bdi>${model.account}</bdi></strong> –
    ${dayOf(model.madeAt)}<br />${texts.recoveryCodesTitle}
  </p>`;
}

/** A file name that differs from those of other accounts, with letters and digits that every file system accepts. */
function fileName({ issuer, model }: RecoveryCodesPage): string {
  const words = [issuer ?? '', model.account, 'recovery-codes'].map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),
  );
  return `${words.filter((word) => word !== '').join('-')}.txt`;
}

/** A link to download the codes as a file, without a server or a script. */
function textFile({ issuer, model }: RecoveryCodesPage, texts: Texts): string {
  const title = [texts.recoveryCodesTitle, issuer, model.account].filter((part) => part !== null).join(' – ');
  const head = `${title.replace(/\p{Surrogate}/gu, '\uFFFD')}\r\n${dayOf(model.madeAt)}`;
  const text = `${head}\r\n\r\n${model.codes.join('\r\n')}\r\n`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
}
