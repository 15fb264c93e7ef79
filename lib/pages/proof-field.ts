import { LONGEST_TYPED_CHARACTERS } from '../account/attempt.js';
import { cleanText } from '../account/clean-text.js';
import { bodyField } from '../answer/body-field.js';
import type { ProblemCode } from '../errors.js';
import type { PageError, ProofField } from '../page.js';
import type { Context } from '../session/context.js';

/** Refusals that are about a code, and so about its field. */
const OF_CODES: readonly ProblemCode[] = [
  'code-malformed',
  'code-invalid',
  'code-already-used',
  'clock-skew',
  'locked',
];
const OF_KEYS: readonly ProblemCode[] = [
  'assertion-invalid',
  'assertion-already-used',
  'security-key-stopped',
  'security-key-invalid',
  'security-key-known',
];

/**
 * The field that a refusal is about, with what was typed there. It goes back only to its sender, in a page that no
 * cache keeps.
 */
export function refusedField({ req }: Context, code: ProblemCode): Pick<PageError, 'field' | 'typed'> {
  if (OF_KEYS.includes(code)) return { field: 'credential' };
  if (!OF_CODES.includes(code)) return {};
  const field: ProofField = bodyField(req, 'field') === 'recovery-code' ? 'recovery-code' : 'code';
  const typed = bodyField(req, 'code');
  const shown = typeof typed === 'string' ? cleanText(typed, LONGEST_TYPED_CHARACTERS) : '';
  return { field, ...(shown !== '' && { typed: shown }) };
}
