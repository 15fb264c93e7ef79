import { SecondFactorError } from '../../lib/errors.js';
import type { Refusal } from '../../lib/session/request-api.js';

/**
 * What `SecondFactorGuard` throws for a request that may not pass. `SecondFactorFilter` answers it; a filter of
 * the application finds in it what a {@link Refusal} holds.
 */
export class SecondFactorRefusedError extends SecondFactorError {
  override readonly name = 'SecondFactorRefusedError';
  /** Where a browser is to be sent: a path on this origin. */
  readonly location: string;
  /** The `maxAge` that was asked for, in seconds. */
  readonly maxAge: number | undefined;

  constructor({ code, location, maxAge }: Refusal) {
    super(code);
    this.location = location;
    this.maxAge = maxAge;
  }
}
