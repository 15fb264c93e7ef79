import type { FaultMembers, FieldName } from '../answer/faulty-field.js';
import type { ProblemCode } from '../errors.js';
import type { Refusal } from './request-api.js';
import type { CodeOutcome } from './try-code.js';

/** A refusal to tell, with no page that would help. */
export interface Refused {
  readonly ok: false;
  readonly code: ProblemCode;
  /** With `locked`: until when, milliseconds since 1970; `null`: not before recovery. */
  readonly until?: number | null;
  /** With `clock-skew`: by how many minutes the phone's clock is ahead. */
  readonly minutes?: number;
  /** With `impersonation-refused`: which rule. */
  readonly reason?: string;
  /** The field of the body that may be at fault. */
  readonly field?: FieldName;
  /** Why the body could not be read at all. */
  readonly unread?: FaultMembers;
}

/** A refusal of a route: by a guard, or by the state of things. */
export type RouteRefusal = Refusal | Refused;

/** What an outcome that is no success is told as. */
export function refusedBy(outcome: Exclude<CodeOutcome, { ok: true }>): Refused {
  if (outcome.reason === 'locked') return { ok: false, code: 'locked', until: outcome.until };
  if (outcome.reason === 'code-malformed') return { ok: false, code: outcome.reason, field: 'code' };
  return { ok: false, code: outcome.reason };
}
