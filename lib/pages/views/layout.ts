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

/** What a code field may be beside the usual. */
export interface CodeFieldOptions {
  readonly id?: string;
  readonly button?: string;
  /** The page is about nothing but the code, so typing may begin at once. */
  readonly autofocus?: boolean;
  /** What stands between the field and the button. */
  readonly below?: Html | null;
}

/** The field for the six digits, and the button that sends them. */
export function codeField(texts: Texts, error: PageError | null, options: CodeFieldOptions = {}): Html {
  return html`<label for="${options.id ?? 'code'}">${texts.code}</label>
    <input
      id="${options.id ?? 'code'}"
      name="code"
      autocomplete="one-time-code"
      inputmode="numeric"
      maxlength="64"
      required
      ${options.autofocus ? new Html('autofocus') : null}
      ${error ? new Html('aria-invalid="true" aria-describedby="error"') : null}
    />
    ${options.below ?? null}
    <button type="submit">${options.button ?? texts.ok}</button>`;
}

/** The box that asks for no code on this browser from now on; nothing where that cannot be. */
export function rememberBox(texts: Texts, days: number | null): Html | null {
  if (days === null) return null;
  return html`<label class="box"
    ><input type="checkbox" name="trustBrowser" value="on" /> ${texts.rememberBrowser(days)}</label
  >`;
}

/** The field for a recovery code: the same to the server, but with letters on a phone's keyboard. */
export function recoveryCodeField(texts: Texts): Html {
  return html`<label for="recovery-code">${texts.recoveryCode}</label>
    <input id="recovery-code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false"
      maxlength="64" required />
    <button type="submit">${texts.ok}</button>`;
}
