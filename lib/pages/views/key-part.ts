import type { KeyPrompt, PageError } from '../../page.js';
import type { CreationOptions } from '../../webauthn.js';
import type { Texts } from '../texts.js';
import { Html, html } from './html.js';
import { ICONS } from './icons.js';
import { ERROR_ID, errorMessage } from './refused.js';

const REFUSED = html`aria-describedby="${ERROR_ID}" data-refused`;

/** Options of a button that asks for a key. */
interface KeyPartOptions {
  readonly button?: string;
  readonly buttonClass?: string;
  /** The error of the page, if it is about the key. */
  readonly error?: PageError | null;
}

/** What to ask: the present keys, or a key that is to be made. */
type Asked = Omit<KeyPrompt, 'publicKey'> & { readonly publicKey: KeyPrompt['publicKey'] | CreationOptions };

/**
 * The part of a form that asks for a passkey or security key. Without JavaScript it shows only why it does not work.
 */
export function keyPart(
  texts: Texts,
  { publicKey, asksAtOnce, origin }: Asked,
  { button = texts.useKey, buttonClass = 'full', error = null }: KeyPartOptions = {},
): Html {
  return html`${error && errorMessage(error)}<input
      type="hidden"
      name="credential"
      value=""
      data-key="${JSON.stringify(publicKey)}"
      ${asksAtOnce ? new Html('data-asks-at-once') : null}
    />
    <button class="${buttonClass}" type="button" data-key-button ${error && REFUSED} hidden>${button}</button>
    <p class="notice error" role="alert" data-key-failed hidden>${ICONS.error}<span>${texts.keyFailed}</span></p>
    <p class="notice warn" data-key-elsewhere hidden>${ICONS.error}<span>${texts.keyElsewhere(origin)}</span></p>
    <p class="notice warn" data-key-unknown hidden>${ICONS.error}<span>${texts.keyUnknown}</span></p>
    <p class="muted" data-key-needs-script>${texts.keyNeedsScript}</p>`;
}
