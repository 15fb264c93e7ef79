import { hashSource } from './hash-source.js';
import { STYLE } from './style.js';

/** The element around our content in a frame of the application. */
export const SCOPE = 'second-factor';

/** Selectors with their block; `@media` has none of its own. */
const RULES = /(?<=^|[{}])\s*([^{}@]+?)\s*\{([^{}]*)\}/g;
/** The document and its head belong to the application. */
const OF_THE_FRAME = /^(html|body)\b|\.brand\b/;

/** Our content is a box under the heading of the frame, on phones too. */
const IN_A_FRAME = `.${SCOPE} { margin: 0; color-scheme: light dark; }
@media screen { .${SCOPE} { max-width: 40rem; border: 1px solid var(--sf-line); border-radius: var(--sf-radius); } }`;

/** The style for our content alone. It changes nothing in the frame around it, and the application's variables win. */
export const SCOPED_STYLE = scoped(STYLE);

/** The style's source expression for a Content-Security-Policy. */
export const SCOPED_STYLE_HASH = hashSource(SCOPED_STYLE);

/** The rules for what is inside {@link SCOPE}, without those for the document. */
function scoped(style: string): string {
  const own = style.replaceAll('color-scheme: light dark;', '');
  return `${own.replace(RULES, scopedRule)}\n${IN_A_FRAME}\n`;
}

function scopedRule(_rule: string, selectors: string, block: string): string {
  const kept = selectors.split(/,(?![^(]*\))/).flatMap(scopedSelector);
  return kept.length === 0 ? '' : `\n${kept.join(', ')} {${block}}`;
}

function scopedSelector(given: string): string[] {
  const selector = given.trim();
  if (selector === ':root') return [':where(:root)'];
  if (selector.startsWith('[dir=rtl] ')) return [`.${SCOPE}${selector}`];
  const content = selector.replace(
    /^(\.page-[\w-]+ )?main\b/,
    (_main, page: string | undefined) => `.${SCOPE}${page?.trim() ?? ''}`,
  );
  if (content !== selector) return [content];
  return OF_THE_FRAME.test(selector) ? [] : [`.${SCOPE} ${selector}`];
}
