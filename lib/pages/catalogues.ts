import { requireTexts } from '../check-texts.js';
import type { ResolvedOptions } from '../check-options.js';
import { SecondFactorError } from '../errors.js';
import type { Language } from '../notice.js';
import { german } from './texts-de.js';
import { english } from './texts-en.js';
import { spanish } from './texts-es.js';
import { french } from './texts-fr.js';
import { russian } from './texts-ru.js';
import { ukrainian } from './texts-uk.js';
import type { Texts } from './texts.js';

/** The pages in the languages of the package. */
export const PAGES: Readonly<Record<Language, Texts>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  ru: russian,
  uk: ukrainian,
};

const made = new WeakMap<ResolvedOptions, ReadonlyMap<string, Texts>>();

/**
 * The pages in every language, by tag in lower case: those of the application, and those of the package. English is
 * first.
 *
 * @throws {SecondFactorError} `option-invalid` if a text of the application is missing, or the option `language` names
 *   none of them
 */
export function cataloguesOf(options: ResolvedOptions): ReadonlyMap<string, Texts> {
  const before = made.get(options);
  if (before) return before;
  const own = Object.entries(options.texts).map(([tag, { pages }]): [string, Texts] => {
    requireTexts(pages, english, `texts.${tag}.pages`);
    return [tag.toLowerCase(), pages];
  });
  const catalogues = new Map<string, Texts>([...Object.entries(PAGES), ...own]);
  const { onlyLanguage } = options;
  if (onlyLanguage !== null && !catalogues.has(onlyLanguage.toLowerCase())) {
    const tags = [...catalogues.keys()].join(', ');
    throw new SecondFactorError(
      'option-invalid',
      `language must be one of ${tags}, a language of texts, or a function of the request`,
    );
  }
  made.set(options, catalogues);
  return catalogues;
}
