import type { StepUpPage, VerifyPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { codeField, form, recoveryForm, rememberBox } from './form.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { isolated } from './isolated.js';
import { keyPart } from './key-part.js';
import { ERROR_ID, errorAt, fieldErrorOf } from './refused.js';
import { NOT_DONE_ID, notDone } from './stopped.js';
import { WAIT_ID, checkedAgain, lasts, waiting } from './waiting.js';

/** The form of a parked sign-in. */
export function verify(page: VerifyPage, texts: Texts): Html {
  return html`${notDone(texts, page.model)}
    <p>${takesCode(page) ? texts.verifyExplanation(page.model.digits) : byKey(page, texts, texts.verifyByKeyExplanation)}</p>
    ${page.model.key && page.model.keysOnly ? html`<p class="muted">${texts.keyLost}</p>` : null}
    ${waiting(page, texts, page.model.wait)} ${proofForms(page, texts)} ${lasts(page, texts, page.model.until)}
    ${form(page, page.model.cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)}`;
}

/** The form for a fresh proof. */
export function stepUp(page: StepUpPage, texts: Texts): Html {
  return html`${notDone(texts, page.model)}
    <p>${takesCode(page) ? texts.stepUpExplanation(page.model.digits) : byKey(page, texts, texts.stepUpByKeyExplanation)}</p>
    ${next(page, texts)}
    ${waiting(page, texts, page.model.wait)} ${proofForms(page, texts)}
    <p><a href="${page.model.home}">${texts.cancel}</a></p>`;
}

/** What is done right after the proof. */
function next({ model }: StepUpPage, texts: Texts): Html | null {
  if (model.next === null) return null;
  const { next: wanted } = model;
  if (wanted.kind === 'setup') return html`<p>${texts.thenSetup}</p>`;
  return html`<p>${texts.thenActing(isolated(wanted.account))}</p>`;
}

function takesCode({ model: { digits, keysOnly } }: VerifyPage | StepUpPage): boolean {
  return digits.length > 0 && !keysOnly;
}

/** Asks for the key. If none of the account's keys works here, says what else does. */
function byKey({ model }: VerifyPage | StepUpPage, texts: Texts, explanation: string): string {
  return model.key === null ? texts.noKeyHere : explanation;
}

/** First the key, if there is one, then the code: always in this order. */
function proofForms(page: VerifyPage | StepUpPage, texts: Texts): Html {
  const { action, key, digits, keysOnly, wait } = page.model;
  const hasApp = digits.length > 0;
  const asked = key && keyPart(texts, key, { error: errorAt(page, 'credential') });
  if (asked && keysOnly) return form(page, action, asked);
  const below = page.name === 'verify' ? rememberBox(texts, page.model.rememberDays) : null;
  const first = hasApp
    ? form(
        page,
        action,
        html`${asked} ${asked && html`<p class="or">${texts.orCode}</p>`} ${code(page, texts, below)}`,
      )
    : form(page, action, html`${below} ${asked}`);
  return html`${hasApp || asked ? first : null}
  ${recoveryForm(page, action, texts, {
    id: 'recovery-code',
    hint: hasApp ? texts.recoveryHint(digits) : texts.recoveryByKeyHint,
    button: texts.byRecoveryCode,
    error: errorAt(page, 'recovery-code'),
    isTheWay: wait !== null,
  })}`;
}

function code(page: VerifyPage | StepUpPage, texts: Texts, below: Html | null): Html {
  const { key, notDone: isStopped, wait } = page.model;
  const error = errorAt(page, 'code');
  return codeField(texts, {
    autofocus: key === null && fieldErrorOf(page) === null,
    focusElsewhere: wait !== null,
    error,
    above: error && wait && checkedAgain(page, texts, wait),
    describedBy: [
      ...(page.error && !fieldErrorOf(page) ? [ERROR_ID] : []),
      ...(wait && !page.error ? [WAIT_ID] : []),
      ...(isStopped ? [NOT_DONE_ID] : []),
    ],
    below,
  });
}
