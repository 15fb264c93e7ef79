import type { FaultMembers } from '../answer/faulty-field.js';
import type { FieldName } from '../api.js';
import type { ProblemCode } from '../errors.js';
import type { ImpersonationRefusal } from '../events.js';
import type { Refusal } from './request-api.js';
import type { ProofOutcome } from './try-proof.js';

/** A refusal to tell, with no page that would help. */
export type Refused = { readonly ok: false } & (
  | { readonly kind: 'problem'; readonly code: ProblemCode }
  /** Until when, milliseconds since 1970; `null`: not before recovery. */
  | { readonly kind: 'locked'; readonly code: 'locked'; readonly until: number | null }
  /** A wrong code that brings a wait: until when, as with `locked`. */
  | { readonly kind: 'wait'; readonly code: 'code-invalid'; readonly until: number | null }
  /** By how many minutes the phone's clock is ahead. */
  | { readonly kind: 'clock-skew'; readonly code: 'clock-skew'; readonly minutes: number }
  /** A field of the body that may be at fault. */
  | { readonly kind: 'field'; readonly code: 'code-malformed' | 'body-malformed'; readonly field: FieldName }
  /** A body that could not be read at all. */
  | { readonly kind: 'body'; readonly code: 'body-malformed'; readonly unread: FaultMembers }
  /** Which rule; the account that was named may be at fault. With the name of one below, which is no news to who named it. */
  | {
      readonly kind: 'rule';
      readonly code: 'impersonation-refused';
      readonly reason: ImpersonationRefusal;
      readonly name?: string;
    }
);

/** A refusal of a route: by a guard, or by the state of things. */
export type RouteRefusal = Refusal | Refused;

/** A refusal that needs no more than its code. */
export function refused(code: ProblemCode): Refused {
  return { ok: false, kind: 'problem', code };
}

/** What an outcome that is no success is told as. */
export function refusedBy(outcome: Exclude<ProofOutcome, { ok: true }>): Refused {
  const { reason } = outcome;
  if (reason === 'locked') return { ok: false, kind: 'locked', code: reason, until: outcome.until };
  if (reason === 'code-invalid' && outcome.lock.locked) {
    return { ok: false, kind: 'wait', code: reason, until: outcome.lock.until };
  }
  if (reason === 'code-malformed') return { ok: false, kind: 'field', code: reason, field: 'code' };
  return refused(reason);
}
