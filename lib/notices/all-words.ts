import { requireTexts } from '../check-texts.js';
import type { Language } from '../notice.js';
import type { LanguageTexts } from '../texts.js';
import type { NoticeWords } from './notice-words.js';
import { german } from './words-de.js';
import { english } from './words-en.js';
import { spanish } from './words-es.js';
import { french } from './words-fr.js';
import { russian } from './words-ru.js';
import { ukrainian } from './words-uk.js';

/** The notices in the languages of the package. */
export const WORDS: Readonly<Record<Language, NoticeWords>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  ru: russian,
  uk: ukrainian,
};

/**
 * The notices in every language there is: those of the application, and those of the package.
 *
 * @throws {SecondFactorError} `option-invalid` when a text of the application is missing
 */
export function allWords(
  texts: Readonly<Record<string, LanguageTexts>>,
): Readonly<Record<Language, NoticeWords> & Record<string, NoticeWords>> {
  const own = Object.entries(texts).map(([tag, { notices }]) => {
    requireTexts(notices, english, `texts.${tag}.notices`);
    return [tag, notices] as const;
  });
  return { ...WORDS, ...Object.fromEntries(own) };
}
