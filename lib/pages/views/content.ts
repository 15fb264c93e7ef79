import type { Page, PageContent } from '../../page.js';
import type { Texts } from '../texts.js';
import { html } from './html.js';
import { RIGHT_TO_LEFT, noticesOf, scriptsOf } from './layout.js';
import { partsOf } from './render-page.js';
import { SCOPE, SCOPED_STYLE, SCOPED_STYLE_HASH } from './scoped-style.js';
import { Html } from './html.js';

const STYLE_ELEMENT = new Html(`<style>${SCOPED_STYLE}</style>`);

/**
 * What a page puts into a frame of the application.
 *
 * @param stylesheet the application's stylesheet, loaded after ours
 * @param policy the scripts of the page, and where its forms may end
 */
export function contentOf(
  page: Page,
  texts: Texts,
  stylesheet: string | undefined,
  policy: Omit<PageContent['policy'], 'styles'>,
): PageContent {
  const { title, body } = partsOf(page, texts);
  const link = stylesheet === undefined ? null : html`<link rel="stylesheet" href="${stylesheet}" />`;
  const { language, direction = 'ltr' } = texts;
  return {
    title: page.error ? texts.titleOfError(title) : title,
    heading: title,
    error: page.error,
    name: page.name,
    language,
    direction,
    head: html`${STYLE_ELEMENT}${link}`.text,
    body: html`<div class="${SCOPE} page-${page.name}" lang="${language}"${direction === 'rtl' ? RIGHT_TO_LEFT : null}>
        ${noticesOf(page)} ${body}
      </div>
      ${scriptsOf(page)}`.text,
    policy: { ...policy, styles: [SCOPED_STYLE_HASH] },
  };
}
