import type { StepUpPage, VerifyPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { codeField, form, recoveryForm, rememberBox } from './form.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { keyPart } from './key-part.js';
import { NOT_DONE_ID, notDone } from './stopped.js';

/** The form of a parked sign-in. */
export function verify(page: VerifyPage, texts: Texts): Html {
  return html`${notDone(texts, page.model)}
    <p>${takesCode(page) ? texts.verifyExplanation(page.model.digits) : byKey(page, texts, texts.verifyByKeyExplanation)}</p>
    ${page.model.key && page.model.keysOnly ? html`<p class="muted">${texts.keyLost}</p>` : null} ${proofForms(page, texts)}
    ${form(page, page.model.cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)}`;
}

/** The form that makes the proof fresh. */
export function stepUp(page: StepUpPage, texts: Texts): Html {
  return html`${notDone(texts, page.model)}
    <p>${takesCode(page) ? texts.stepUpExplanation(page.model.digits) : byKey(page, texts, texts.stepUpByKeyExplanation)}</p>
    ${proofForms(page, texts)}
    <p><a href="${page.model.home}">${texts.cancel}</a></p>`;
}

function takesCode({ model: { digits, keysOnly } }: VerifyPage | StepUpPage): boolean {
  return digits.length > 0 && !keysOnly;
}

/** Asks for the key; where none of the account's can answer here, says what is left. */
function byKey({ model }: VerifyPage | StepUpPage, texts: Texts, explanation: string): string {
  return model.key === null ? texts.noKeyHere : explanation;
}

/** The key first, where there is one, and the code: always in this order. */
function proofForms(page: VerifyPage | StepUpPage, texts: Texts): Html {
  const { action, key, digits, keysOnly } = page.model;
  const hasApp = digits.length > 0;
  if (key && keysOnly) return form(page, action, keyPart(texts, key));
  const below = page.name === 'verify' ? rememberBox(texts, page.model.rememberDays) : null;
  const asked = key && keyPart(texts, key);
  const first = hasApp
    ? form(
        page,
        action,
        html`${asked} ${asked && html`<p class="or">${texts.orCode}</p>`} ${code(page, texts, below)}`,
      )
    : form(page, action, html`${asked} ${below}`);
  return html`${hasApp || asked ? first : null}
  ${recoveryForm(page, action, texts, {
    id: 'recovery-code',
    hint: hasApp ? texts.recoveryHint(digits) : texts.recoveryByKeyHint,
    button: texts.byRecoveryCode,
  })}`;
}

function code(page: VerifyPage | StepUpPage, texts: Texts, below: Html | null): Html {
  const { key, notDone: isStopped } = page.model;
  const refused = page.error?.code.startsWith('code-') ?? false;
  const describedBy = [...(page.error ? ['error'] : []), ...(isStopped ? [NOT_DONE_ID] : [])];
  return codeField(texts, { autofocus: key === null, refused, describedBy, below });
}
