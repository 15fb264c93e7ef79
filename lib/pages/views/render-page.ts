import type { ProblemCode } from '../../errors.js';
import type { ErrorPage, Page } from '../../page.js';
import type { Texts } from '../texts.js';
import { browsers } from './browsers.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { isolated } from './isolated.js';
import type { Parts } from './layout.js';
import { layout } from './layout.js';
import { mustEnroll } from './must-enroll.js';
import { recoveryCodeUsed } from './recovery-code-used.js';
import { recoveryCodes } from './recovery-codes.js';
import { securityKeys } from './security-keys.js';
import { settings } from './settings.js';
import { setup } from './setup.js';
import { stepUp, verify } from './verify.js';

/** After these errors the user has to sign in again. */
const SIGN_IN_AGAIN: ReadonlySet<ProblemCode> = new Set([
  'login-required',
  'sign-in-expired',
  'session-required',
]);

/**
 * A page as a complete HTML document.
 *
 * @param stylesheet the application's stylesheet, loaded after ours
 */
export function renderPage(page: Page, texts: Texts, stylesheet?: string): string {
  return layout(page, texts, stylesheet, partsOf(page, texts));
}

/** The content of a page, without its frame. */
export function partsOf(page: Page, texts: Texts): Parts {
  return { title: titleOf(page, texts), body: bodyOf(page, texts) };
}

function titleOf(page: Page, texts: Texts): string {
  switch (page.name) {
    case 'verify':
      return texts.verifyTitle;
    case 'must-enroll':
      return texts.mustEnrollTitle;
    case 'settings':
      return texts.settingsTitle;
    case 'browsers':
      return texts.browsersTitle;
    case 'security-keys':
      return page.model.required ? texts.mustAddKeyTitle : texts.keysTitle;
    case 'setup':
      return texts.setupTitle[page.model.kind];
    case 'recovery-codes':
      return texts.yourRecoveryCodes;
    case 'recovery-code-used':
      return texts.recoveryCodeUsedTitle;
    case 'step-up':
      return texts.stepUpTitle;
    case 'error':
      return texts.errorTitle;
  }
}

function bodyOf(page: Page, texts: Texts): Html {
  switch (page.name) {
    case 'verify':
      return verify(page, texts);
    case 'must-enroll':
      return mustEnroll(page, texts);
    case 'settings':
      return settings(page, texts);
    case 'browsers':
      return browsers(page, texts);
    case 'security-keys':
      return securityKeys(page, texts);
    case 'setup':
      return setup(page, texts);
    case 'recovery-codes':
      return recoveryCodes(page, texts);
    case 'recovery-code-used':
      return recoveryCodeUsed(page, texts);
    case 'step-up':
      return stepUp(page, texts);
    case 'error':
      return wayOn(page, texts);
  }
}

function wayOn({ model, error }: ErrorPage, texts: Texts): Html {
  const home = (kind: string): Html =>
    html`<a class="button${kind}" href="${model.home}">${texts.toHome}</a>`;
  if (model.back !== null) {
    return html`<p class="row">
      <a class="button" href="${model.back}">${texts.back}</a>
      ${error?.account === undefined ? null : html`<a class="button quiet" href="${model.login}">${texts.signInAs(isolated(error.account))}</a>`}
    </p>`;
  }
  if (!error || !SIGN_IN_AGAIN.has(error.code)) return html`<p>${home('')}</p>`;
  return html`<p class="row">
    <a class="button" href="${model.login}">${texts.toSignIn}</a>
    ${error.code === 'sign-in-expired' ? home(' quiet') : null}
  </p>`;
}
