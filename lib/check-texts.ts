import { SecondFactorError } from './errors.js';

/**
 * Checks that a catalogue has every text that another one has, and of the same kind: a sentence, or a function that makes
 * one. What it has beside them is left alone.
 *
 * @param name as messages name it
 * @throws {SecondFactorError} `option-invalid`; the message names the first text that is missing or of another kind
 */
export function requireTexts(given: unknown, model: object, name: string): void {
  if (typeof given !== 'object' || given === null) throw missing(name, 'an object', given);
  for (const [key, text] of Object.entries(model) as [string, unknown][]) {
    const own: unknown = (given as Record<string, unknown>)[key];
    const place = `${name}.${key}`;
    if (typeof text === 'object' && text !== null) requireTexts(own, text, place);
    else if (typeof own !== typeof text) throw missing(place, `a ${typeof text}`, own);
  }
}

function missing(place: string, wanted: string, got: unknown): SecondFactorError {
  const kind = got === null ? 'null' : typeof got;
  return new SecondFactorError('option-invalid', `${place} must be ${wanted}, got ${kind}`);
}
