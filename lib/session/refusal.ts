import type { FaultMembers } from '../answer/faulty-field.js';
import type { FieldName } from '../api.js';
import type { ProblemCode } from '../errors.js';
import type { ImpersonationRefusal } from '../events.js';
import type { Refusal } from './request-api.js';
import type { ProofOutcome } from './try-proof.js';

/** A refusal for which no page would help. */
export type Refused = { readonly ok: false } & (
  | { readonly kind: 'problem'; readonly code: ProblemCode }
  /** When codes are checked again, milliseconds since 1970; `null`: only after recovery. */
  | { readonly kind: 'locked'; readonly code: 'locked'; readonly until: number | null }
  /** A wrong code that starts a wait: when codes are checked again, as with `locked`. */
  | { readonly kind: 'wait'; readonly code: 'code-invalid'; readonly until: number | null }
  /** By how many minutes the phone's clock is ahead. */
  | { readonly kind: 'clock-skew'; readonly code: 'clock-skew'; readonly minutes: number }
  /** A field of the body that may be at fault. */
  | { readonly kind: 'field'; readonly code: 'code-malformed' | 'body-malformed'; readonly field: FieldName }
  /** A body that could not be read at all. */
  | { readonly kind: 'body'; readonly code: 'body-malformed'; readonly unread: FaultMembers }
  /**
   * The rule that refused. The account in the request may be at fault. May have the name of an account below it, which
   * the sender of the request already knows.
   */
  | {
      readonly kind: 'rule';
      readonly code: 'impersonation-refused';
      readonly reason: ImpersonationRefusal;
      readonly name?: string;
    }
);

/** A refusal of a route: by a guard, or by the state of things. */
export type RouteRefusal = Refusal | Refused;

/** A refusal that has only a code. */
export function refused(code: ProblemCode): Refused {
  return { ok: false, kind: 'problem', code };
}

/** The refusal for an outcome that is not a success. */
export function refusedBy(outcome: Exclude<ProofOutcome, { ok: true }>): Refused {
  const { reason } = outcome;
  if (reason === 'locked') return { ok: false, kind: 'locked', code: reason, until: outcome.until };
  if (reason === 'code-invalid' && outcome.lock.locked) {
    return { ok: false, kind: 'wait', code: reason, until: outcome.lock.until };
  }
  if (reason === 'code-malformed') return { ok: false, kind: 'field', code: reason, field: 'code' };
  return refused(reason);
}
