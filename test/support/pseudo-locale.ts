import type { LanguageTexts } from 'passport-second-factor';
import { WORDS } from '../../lib/notices/all-words.js';
import { PAGES } from '../../lib/pages/catalogues.js';

/** Every text of English, longer and with marks around it: what is not of the catalogue shows on a page. */
export const pseudo: LanguageTexts = {
  pages: { ...marked(PAGES.en), language: 'ar-XB', direction: 'rtl' },
  notices: marked(WORDS.en),
};

/** The same catalogue, every sentence in brackets. */
function marked<Value>(value: Value): Value {
  if (typeof value === 'string') return `⟦${value}~⟧` as Value;
  if (typeof value === 'function') {
    return ((...given: unknown[]) => marked((value as (...each: unknown[]) => unknown)(...given))) as Value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, marked(each)])) as Value;
}
