import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { ResolvedOptions } from '../check-options.js';
import { cataloguesOf } from './catalogues.js';
import { english } from './texts-en.js';
import type { Texts } from './texts.js';

/**
 * The texts for a request: in the language from the application, otherwise the first known one of `Accept-Language`,
 * otherwise in English.
 */
export function chooseTexts(
  req: IncomingMessage,
  request: Parameters<ResolvedOptions['language']>[0],
  options: ResolvedOptions,
): Texts {
  const catalogues = cataloguesOf(options);
  const said = textsOf(catalogues, options.language(request));
  if (said) return said;
  const accepted = (req as Request).acceptsLanguages([...catalogues.keys()]);
  return textsOf(catalogues, accepted) ?? english;
}

/** The texts for a tag, or for the language it begins with: `ru` for `ru-RU` (BCP 47 §2.2.1). */
function textsOf(catalogues: ReadonlyMap<string, Texts>, tag: unknown): Texts | undefined {
  if (typeof tag !== 'string') return undefined;
  const whole = tag.replaceAll('_', '-').toLowerCase();
  return catalogues.get(whole) ?? catalogues.get(whole.replace(/-.*$/s, ''));
}
