import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';

/** Who does something to another's account, for the events. */
export interface Operator {
  /** A name, of an operator or of a job. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/**
 * What an operator's deed is told as.
 *
 * @param others what else the object may hold
 * @throws {SecondFactorError} `option-invalid`, `option-unknown`
 */
export function operatorFields(
  operator: Operator | undefined,
  others: readonly string[] = [],
): { by: string; reason?: string } {
  const { by, reason } = knownOnly(operator ?? {}, ['by', 'reason', ...others], 'operator field');
  if (typeof by !== 'string' || by === '') {
    throw new SecondFactorError(
      'option-invalid',
      '`by` must name who does this, as a string that is not empty',
    );
  }
  if (reason === undefined) return { by };
  if (typeof reason === 'string') return { by, reason };
  throw new SecondFactorError('option-invalid', `reason must be a string, got ${typeof reason}`);
}
