import { LONGEST, cleanText } from '../account/clean-text.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';

/** Who changes somebody else's account, for the events. */
export interface Operator {
  /** The name of an operator or of a job. One line, of which at most 255 characters are kept. */
  readonly by: string;
  /** One line, of which at most 1000 characters are kept. */
  readonly reason?: string | undefined;
}

/**
 * The fields of the event for what an operator does.
 *
 * @param others what else the object may hold
 * @throws {SecondFactorError} `option-invalid`, `option-unknown`
 */
export function operatorFields(
  operator: Operator | undefined,
  others: readonly string[] = [],
): { by: string; reason?: string } {
  const { by, reason } = knownOnly(operator ?? {}, ['by', 'reason', ...others], 'operator field');
  const name = typeof by === 'string' ? cleanText(by, LONGEST.by) : '';
  if (name === '') {
    throw new SecondFactorError(
      'option-invalid',
      '`by` must name who does this, as a string that is not empty',
    );
  }
  if (reason === undefined) return { by: name };
  if (typeof reason === 'string') return { by: name, reason: cleanText(reason, LONGEST.reason) };
  throw new SecondFactorError('option-invalid', `reason must be a string, got ${typeof reason}`);
}
