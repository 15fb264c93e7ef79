import type { Page, Success } from '../../page.js';
import type { Texts } from '../texts.js';
import { Html, html } from './html.js';
import { ICONS } from './icons.js';
import { errorMessage, fieldErrorOf } from './refused.js';
import { SCRIPT, SCRIPTED } from './script.js';
import { WITHOUT_FORM, sendOnce } from './send-once.js';
import { STYLE } from './style.js';

/** Adds no character to the style and the scripts, because their hashes are in the Content-Security-Policy. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const SEND_ONCE_ELEMENT = new Html(`<script>${sendOnce.text}</script>`);
const SCRIPT_ELEMENT = new Html(`<script>${SCRIPT}</script>`);

/** The attribute for text that is written from right to left. */
export const RIGHT_TO_LEFT = new Html(' dir="rtl"');

/** What a page is made of, besides its model. */
export interface Parts {
  readonly title: string;
  readonly body: Html;
}

/** The frame of every page. */
export function layout(
  page: Page,
  texts: Texts,
  stylesheet: string | undefined,
  { title, body }: Parts,
): string {
  const { issuer, error, name } = page;
  const brand = issuer === null ? null : html`<bdi>${issuer}</bdi>`;
  return html`<!doctype html>
    <html lang="${texts.language}"${texts.direction === 'rtl' ? RIGHT_TO_LEFT : null}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${error ? texts.titleOfError(title) : title}${issuer === null ? '' : ` – ${issuer}`}</title>
        ${STYLE_ELEMENT} ${stylesheet === undefined ? null : html`<link rel="stylesheet" href="${stylesheet}" />`}
      </head>
      <body class="page-${name}">
        <header class="brand">${ICONS.brand}${brand}</header>
        <main>
          <h1>${title}</h1>
          ${noticesOf(page)} ${body}
        </main>
        ${scriptsOf(page)}
      </body>
    </html>`.text;
}

/** What was done or went wrong, if no field says it. */
export function noticesOf(page: Page): Html {
  const { success, error } = page;
  return html`${success && done(success)} ${error && !fieldErrorOf(page) ? errorMessage(error) : null}`;
}

function done({ message }: Success): Html {
  return html`<p class="notice good" role="status">${ICONS.on}<span>${message}</span></p>`;
}

/**
 * The scripts of a page, which its policy allows by hash. A button for a key must be visible before it can get the
 * focus.
 */
export function scriptsOf({ name, keyScript }: Page): Html {
  return html`${WITHOUT_FORM.has(name) ? null : SEND_ONCE_ELEMENT}
  ${keyScript && new Html(`<script>${keyScript.text}</script>`)} ${SCRIPTED.has(name) ? SCRIPT_ELEMENT : null}`;
}
