import type { MustEnrolPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { form } from './form.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { notDone } from './stopped.js';

/** What stands between a right password and a session where the policy requires a second factor. */
export function mustEnrol(page: MustEnrolPage, texts: Texts): Html {
  const { setup, cancel } = page.model;
  return html`${notDone(texts, page.model)}
    <p>${texts.mustEnrolExplanation}</p>
    ${form(page, setup, html`<button class="full" type="submit">${texts.enable}</button>`)}
    ${form(page, cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)}`;
}
