import type { MustEnrollPage } from '../../page.js';
import type { Texts } from '../texts.js';
import { form } from './form.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { notDone } from './stopped.js';
import { lasts } from './waiting.js';

/** The page between a right password and a session, if the policy requires a second factor. */
export function mustEnroll(page: MustEnrollPage, texts: Texts): Html {
  const { setup, cancel, until } = page.model;
  return html`${notDone(texts, page.model)}
    <p>${texts.mustEnrollExplanation}</p>
    ${form(page, setup, html`<button class="full" type="submit">${texts.enable}</button>`)}
    ${lasts(page, texts, until)}
    ${form(page, cancel, html`<button class="plain" type="submit">${texts.cancelSignIn}</button>`)}`;
}
