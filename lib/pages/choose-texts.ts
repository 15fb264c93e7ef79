import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Language } from '../notice.js';
import type { ResolvedOptions } from '../check-options.js';
import { english } from './texts-en.js';
import { russian } from './texts-ru.js';
import type { Texts } from './texts.js';

const CATALOGUES: Readonly<Record<Language, Texts>> = { en: english, ru: russian };

/**
 * The texts for a request: the language the application says, else the one of `Accept-Language` that there
 * is, else English.
 */
export function chooseTexts(
  req: IncomingMessage,
  request: Parameters<ResolvedOptions['language']>[0],
  options: ResolvedOptions,
): Texts {
  const said = options.language(request);
  const accepted = (req as Request).acceptsLanguages(Object.keys(CATALOGUES));
  const chosen = [said, accepted].map(languageOf).find((language) => language !== undefined);
  return CATALOGUES[chosen ?? 'en'];
}

/** The language a tag begins with: `ru` of `ru-RU` (BCP 47 §2.2.1). */
function languageOf(tag: unknown): Language | undefined {
  const primary = typeof tag === 'string' ? tag.replace(/[-_].*$/s, '').toLowerCase() : '';
  return Object.hasOwn(CATALOGUES, primary) ? (primary as Language) : undefined;
}
