import type { PageError } from '../../page.js';
import type { Texts } from '../texts.js';
import { Html, html } from './html.js';
import { STYLE } from './style.js';

/** Without a character beside the style itself: its hash is in the Content-Security-Policy. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** The frame of every page. */
export function layout(texts: Texts, title: string, error: PageError | null, body: Html): string {
  return html`<!doctype html>
    <html lang="${texts.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${error && html`<p class="error" role="alert" id="error">${error.message}</p>`} ${body}
        </main>
      </body>
    </html>`.text;
}

/** The hidden fields of a form. */
export function hiddenFields(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;
}

/** The one field that takes a code, and the button that sends it. */
export function codeField(texts: Texts, error: PageError | null, button = texts.ok): Html {
  return html`<label for="code">${texts.code}</label>
    <input
      id="code"
      name="code"
      autocomplete="one-time-code"
      inputmode="numeric"
      autocapitalize="off"
      spellcheck="false"
      maxlength="64"
      required
      autofocus
      ${error ? new Html('aria-invalid="true" aria-describedby="error"') : null}
    />
    <button type="submit">${button}</button>`;
}
