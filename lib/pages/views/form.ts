import type { Page, PageError } from '../../page.js';
import type { Texts } from '../texts.js';
import { Html, html } from './html.js';
import { ERROR_ID, errorMessage } from './refused.js';

/** A form of a page, with the hidden fields every form must send. */
export function form(page: Page, action: string, body: Html): Html {
  const hidden = Object.entries(page.fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="${action}">${hidden} ${body}</form>`;
}

/** Options of a code field. */
interface CodeFieldOptions {
  readonly id?: string;
  readonly button?: string;
  readonly buttonClass?: string;
  /** Whether the page is only about the code, so that the field has the focus. */
  readonly autofocus?: boolean;
  /** The error of the page, if it is about this field. The field shows it, keeps what was typed, and has the focus. */
  readonly error?: PageError | null;
  /** Whether another field has the focus, although this one was refused. */
  readonly focusElsewhere?: boolean;
  /** The ids of what users should know before typing. A screen reader would otherwise skip what is above the field. */
  readonly describedBy?: readonly string[];
  /** What stands between the message and the field. */
  readonly above?: Html | null;
  /** What stands between the field and the button. */
  readonly below?: Html | null;
}

/** The field for the digits, and the button that sends them. */
export function codeField(texts: Texts, options: CodeFieldOptions = {}): Html {
  const { id = 'code', button = texts.ok, buttonClass = 'full', above = null, below = null } = options;
  const { autofocus = false, error = null, focusElsewhere = false, describedBy = [] } = options;
  const described = [...(error ? [ERROR_ID] : []), ...describedBy];
  return html`<label for="${id}">${texts.code}</label>
    ${error && errorMessage(error)} ${above}
    <input
      id="${id}"
      name="code"
      autocomplete="one-time-code"
      inputmode="numeric"
      maxlength="64"
      required
      ${refusedField(error, (autofocus || error !== null) && !focusElsewhere)}
      ${described.length > 0 ? html`aria-describedby="${described.join(' ')}"` : null}
    />
    ${below} <button class="${buttonClass}" type="submit">${button}</button>`;
}

/** The attributes of a field for its refusal and its focus. */
function refusedField(error: PageError | null, hasFocus: boolean): Html {
  return html`${hasFocus ? new Html('autofocus') : null}
    ${error && html`value="${error.typed ?? ''}" aria-invalid="true"`}`;
}

/** The box to remember this browser; nothing if that is not possible. */
export function rememberBox(texts: Texts, days: number | null): Html | null {
  if (days === null) return null;
  return html`<label class="box"
    ><input type="checkbox" name="rememberBrowser" value="on" /> ${texts.rememberBrowser(days)}</label
  >`;
}

/** What a recovery form says. */
interface RecoveryFormOptions {
  readonly id: string;
  readonly hint: string;
  readonly button: string;
  readonly buttonClass?: string;
  /** The error of the page, if it is about this field. */
  readonly error?: PageError | null;
  /** Whether it is the only way left: then it is unfolded, and has the focus. */
  readonly isTheWay?: boolean;
}

/**
 * The field for a recovery code, folded. For the server it is the same as the code field, but a phone shows a keyboard
 * with letters.
 */
export function recoveryForm(page: Page, action: string, texts: Texts, options: RecoveryFormOptions): Html {
  const { id, hint, button, buttonClass = 'quiet', error = null, isTheWay = false } = options;
  const field = html`<input type="hidden" name="field" value="recovery-code" />
    <label for="${id}">${texts.recoveryCode}</label>
    ${error && errorMessage(error)}
    <input
      id="${id}"
      class="recovery-code"
      name="code"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      maxlength="64"
      required
      ${refusedField(error, error !== null || isTheWay)}
      ${error && html`aria-describedby="${ERROR_ID}"`}
    />
    <button class="${buttonClass}" type="submit">${button}</button>`;
  return html`<details ${error || isTheWay ? new Html('open') : null}>
    <summary>${hint}</summary>
    ${form(page, action, field)}
  </details>`;
}
