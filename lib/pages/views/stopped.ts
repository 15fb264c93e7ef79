import type { Texts } from '../texts.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { ICONS } from './icons.js';

/** The id of the notice of {@link notDone}. */
export const NOT_DONE_ID = 'not-done';

/** Says that the form that led here was not carried out. */
export function notDone(texts: Texts, model: { readonly notDone: boolean }): Html | null {
  return model.notDone ? notice(texts.notDone, NOT_DONE_ID) : null;
}

/** Says that a form was not carried out because somebody acts as somebody else. */
export function notDoneWhileActing(texts: Texts, model: { readonly notDone: boolean }): Html | null {
  return model.notDone ? notice(texts.notDoneWhileActing) : null;
}

/** Says what in the application needs a second factor, and led here. */
export function neededFor(
  texts: Texts,
  model: { readonly neededFor: 'page' | 'form' | null; readonly needsKey: boolean },
): Html | null {
  if (model.neededFor === null) return null;
  return notice((model.needsKey ? texts.keyNeededFor : texts.neededFor)[model.neededFor]);
}

function notice(text: string, id?: string): Html {
  const named = id === undefined ? null : html` id="${id}"`;
  return html`<p class="notice warn" role="status"${named}>${ICONS.error}<span>${text}</span></p>`;
}
