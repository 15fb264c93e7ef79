import type { NoticeWords } from './notices/notice-words.js';
import type { Texts } from './pages/texts.js';

/** Everything that the package says to users, in one language: what its pages say, and its notices. */
export interface LanguageTexts {
  readonly pages: Texts;
  readonly notices: NoticeWords;
}
