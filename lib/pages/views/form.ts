import type { Page } from '../../page.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { hiddenFields } from './layout.js';

/** A form that posts, with the hidden fields of the page. */
export function form({ fields }: Page, action: string, body: Html): Html {
  return html`<form method="post" action="${action}">${hiddenFields(fields)} ${body}</form>`;
}
