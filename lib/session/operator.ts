import { SecondFactorError } from '../errors.js';

/** Who does something to another's account, for the events. */
export interface Operator {
  /** A name, of an operator or of a job. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/**
 * What an operator's deed is told as.
 *
 * @throws {SecondFactorError} `option-invalid`
 */
export function operatorFields(operator: Operator | undefined): { by: string; reason?: string } {
  const { by, reason } = (operator ?? {}) as { by?: unknown; reason?: unknown };
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
