import type { RecoveryCodeUsedPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { ICONS } from './icons.js';

/** With this many left, or fewer, pages warn that recovery codes run out. */
export const FEW_RECOVERY_CODES = 3;

/** The page after a recovery code was used: how many are left, and what to do about it. */
export function recoveryCodeUsed({ model }: RecoveryCodeUsedPage, texts: Texts): Html {
  const left = texts.recoveryCodesLeft(model.recoveryCodesLeft);
  const { insteadOf, keys } = model;
  const isPhone = insteadOf === 'app' || insteadOf === 'token';
  const few = model.recoveryCodesLeft <= FEW_RECOVERY_CODES;
  return html`${
    few
      ? html`<p class="notice warn">${ICONS.error}<span>${left} ${texts.fewRecoveryCodes}</span></p>`
      : html`<p>${left}</p>`
  }
    <p>${texts.recoveryCodeUsedExplanation[insteadOf]} ${isPhone && keys > 0 ? texts.keysStay : null}</p>
    <p class="row">
      <a class="button" href="${model.next}">${texts.toHome}</a>
      <a class="button quiet" href="${model.settings}">${texts.toSettings}</a>
    </p>`;
}
