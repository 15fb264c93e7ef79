import type { PageError, ProofField, SettingsPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { activity } from './activity.js';
import { authenticators } from './authenticators.js';
import { dayOf } from './day-of.js';
import { codeField, form, recoveryForm } from './form.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { ICONS } from './icons.js';
import { isolated } from './isolated.js';
import { FEW_RECOVERY_CODES } from './recovery-code-used.js';
import { keyPart } from './key-part.js';
import { errorAt } from './refused.js';
import { neededFor, notDoneWhileActing } from './stopped.js';
import { checkedAgain, waiting } from './waiting.js';

/** The user's own settings. */
export function settings(page: SettingsPage, texts: Texts): Html {
  const { account, actors, enrolled, home, otherFactor, requiredFrom } = page.model;
  const state = enrolled
    ? html`<p class="state on">${ICONS.on}${texts.stateOn}</p>`
    : html`<p class="state">${ICONS.off}${texts.stateOff}</p>`;
  const isAsked = !enrolled && !otherFactor && requiredFrom !== null && actors.length === 0;
  return html`${otherFactor ? null : neededFor(texts, page.model)} ${state}
    <p class="muted">${texts.account}: <bdi>${account}</bdi></p>
    ${actors.length > 0 ? acting(page, texts) : enrolled ? manage(page, texts) : enable(page, texts)}
    <p><a href="${home}">${isAsked ? texts.later : texts.back}</a></p>`;
}

function enable(page: SettingsPage, texts: Texts): Html {
  const { otherFactor, requiredFrom, setup } = page.model;
  if (otherFactor) return html`<p>${texts.problems['other-factor']}</p>`;
  const deadline =
    requiredFrom === null
      ? null
      : html`<p class="notice warn">${ICONS.wait}<span>${texts.requiredFrom(dayOf(requiredFrom))}</span></p>`;
  return html`${deadline}
    <p>${texts.disabled} ${texts.whyEnable}</p>
    ${form(page, setup, html`<button class="full" type="submit">${texts.enable}</button>`)} ${keys(page, texts)}`;
}

function manage(page: SettingsPage, texts: Texts): Html {
  const { recoveryCodes, browsers, insteadOf, digits, wait } = page.model;
  return html`${waiting(page, texts, wait)}
    <p>${texts.enabled} ${takesCodes(page) ? texts.whatItAsks(digits) : texts.whatItAsksByKey}</p>
    <section>
      <h2>${texts.recoveryCodesTitle}</h2>
      ${codesLeft(page, texts)}
      <p class="muted">
        ${texts.newRecoveryCodesExplanation[insteadOf]} ${takesCodes(page) ? texts.enterShownCode(digits) : null}
      </p>
      ${form(
        page,
        recoveryCodes,
        proofFields(page, texts, {
          id: 'code-2',
          button: texts.newRecoveryCodes,
          buttonClass: 'quiet',
          refused: 'recovery-codes',
        }),
      )}
      ${
        insteadOf === 'key'
          ? recoveryForm(page, recoveryCodes, texts, {
              id: 'recovery-code-2',
              hint: texts.recoveryByKeyHint,
              button: texts.newByRecoveryCode,
              error: errorOf(page, 'recovery-codes', 'recovery-code'),
            })
          : null
      }
    </section>
    ${authenticators(page, texts)} ${keys(page, texts)}
    ${
      browsers === null
        ? null
        : html`<section>
            <h2>${texts.browsersTitle}</h2>
            <p class="muted">${texts.browsersExplanation}</p>
            <p><a href="${browsers}">${texts.showBrowsers}</a></p>
          </section>`
    }
    ${activity(page, texts)}
    <section>
      <h2>${texts.otherSessionsTitle}</h2>
      <p class="muted">${texts.otherSessionsExplanation}</p>
      ${form(page, page.model.endSessions, html`<button class="quiet" type="submit">${texts.endOtherSessions}</button>`)}
    </section>
    <section id="disable">
      <h2>${texts.disable}</h2>
      ${page.model.required ? html`<p>${texts.required}</p>` : disableForms(page, texts)}
    </section>`;
}

/** First the key, if there is one; then the code, if there is an app or nothing else. */
function proofFields(
  page: SettingsPage,
  texts: Texts,
  options: {
    readonly id: string;
    readonly button: string;
    readonly buttonClass: string;
    /** The field that the error of the page is about, if it is in this form. */
    readonly refused: Tried;
    /** Whether a recovery code works too. */
    readonly orRecoveryCode?: boolean;
  },
): Html {
  const { key, wait } = page.model;
  const { id, button, buttonClass, refused, orRecoveryCode = false } = options;
  const error = errorOf(page, refused, 'code');
  const field = codeField(texts, {
    id,
    button,
    buttonClass,
    error,
    focusElsewhere: orRecoveryCode && wait !== null,
    above: error && wait && checkedAgain(page, texts, wait),
  });
  if (!key) return field;
  const keyError = errorOf(page, refused, 'credential');
  const asked = keyPart(texts, key, { button: `${button}: ${texts.useKey}`, buttonClass, error: keyError });
  if (!takesCodes(page)) return asked;
  return html`${asked}
    <p class="or">${texts.orCode}</p>
    ${field}`;
}

type Tried = NonNullable<SettingsPage['model']['refused']>;

/** The error of the page, if it belongs to this field of this form. */
function errorOf(page: SettingsPage, form: Tried, field: ProofField): PageError | null {
  return page.model.refused === form ? errorAt(page, field) : null;
}

function takesCodes({ model }: SettingsPage): boolean {
  return model.insteadOf === 'app' || model.insteadOf === 'token';
}

/** The link to passkeys and security keys, if there can be any. */
function keys(page: SettingsPage, texts: Texts): Html | null {
  const { securityKeys, keys: count } = page.model;
  if (securityKeys === null) return null;
  return html`<section>
    <h2>${texts.keysTitle}</h2>
    <p class="muted">${texts.keysExplanation}</p>
    <p><a href="${securityKeys}">${texts.showKeys(count)}</a></p>
  </section>`;
}

/** How many recovery codes are left, and whether their owner has them. */
function codesLeft(page: SettingsPage, texts: Texts): Html {
  const { recoveryCodesLeft, recoveryCodesSet, confirmRecoveryCodes } = page.model;
  const left = texts.recoveryCodesLeft(recoveryCodesLeft);
  const warning = (text: string): Html =>
    html`<p class="notice warn">${ICONS.error}<span>${left} ${text}</span></p>`;
  if (recoveryCodesSet !== null) {
    const button = html`<input type="hidden" name="set" value="${recoveryCodesSet}" />
      <button class="quiet" type="submit">${texts.confirmRecoveryCodes}</button>`;
    return html`${warning(texts.unconfirmedRecoveryCodes)} ${form(page, confirmRecoveryCodes, button)}`;
  }
  return recoveryCodesLeft <= FEW_RECOVERY_CODES ? warning(texts.fewRecoveryCodes) : html`<p>${left}</p>`;
}

function disableForms(page: SettingsPage, texts: Texts): Html {
  const { disable, digits, wait } = page.model;
  return html`<p class="muted">${takesCodes(page) ? texts.disableExplanation(digits) : texts.disableByKeyExplanation}</p>
    ${form(
      page,
      disable,
      proofFields(page, texts, {
        id: 'code',
        button: texts.disable,
        buttonClass: 'danger',
        refused: 'disable',
        orRecoveryCode: true,
      }),
    )}
    ${recoveryForm(page, disable, texts, {
      id: 'recovery-code',
      hint: takesCodes(page) ? texts.recoveryHint(digits) : texts.recoveryByKeyHint,
      button: texts.disableByRecoveryCode,
      buttonClass: 'danger',
      error: errorOf(page, 'disable', 'recovery-code'),
      isTheWay: wait !== null && errorOf(page, 'disable', 'code') !== null,
    })}`;
}

function acting(page: SettingsPage, texts: Texts): Html {
  const { actors, account, leave, from } = page.model;
  return html`${notDoneWhileActing(texts, page.model)}
    <p>${texts.actingAs(isolated(actors[0] ?? ''), isolated(account))} ${texts.notWhileActing}</p>
    ${form(
      page,
      leave,
      html`<input type="hidden" name="from" value="${from}" /><button type="submit">${texts.leave}</button>`,
    )}`;
}
