import type { DemotionReason } from '../events.js';
import type { SessionState, UserState } from './state.js';

/** What is known, at this moment, of the account a session is signed in to. */
export interface Facts {
  /** The present enrolment, `null` when the account is not enrolled. */
  readonly enrolment: string | null;
  /** Whether a session's stamp digest belongs to the account's present security stamp. */
  readonly stampMatches: (digest: string | null) => boolean;
}

/** What becomes of a session with somebody signed in. */
export type Verdict =
  | { readonly kind: 'keep'; readonly state: UserState }
  /** A session without a mark of ours, of an account without a second factor. */
  | { readonly kind: 'adopt' }
  | {
      readonly kind: 'demote';
      readonly to: 'pending' | 'signed-in' | 'anonymous';
      readonly reason: DemotionReason;
    };

/**
 * Judges a session's state against the account as it is now. Pure; a session never gains by it.
 *
 * @param state what the session holds, of the account that is judged
 */
export function judgeSession(state: SessionState | undefined, { enrolment, stampMatches }: Facts): Verdict {
  if (state === undefined || state.state === 'pending' || state.state === 'impersonating') {
    return enrolment === null ? { kind: 'adopt' } : { kind: 'demote', to: 'pending', reason: 'unmarked' };
  }
  if (!stampMatches(state.stamp)) return { kind: 'demote', to: 'anonymous', reason: 'password-changed' };
  if (state.state === 'signed-in') {
    if (enrolment === null) return { kind: 'keep', state };
    return { kind: 'demote', to: 'pending', reason: 'enrolled-elsewhere' };
  }
  if (enrolment === null) return { kind: 'demote', to: 'signed-in', reason: 'factor-gone' };
  if (enrolment !== state.enrolment) {
    return { kind: 'demote', to: 'pending', reason: 'factor-replaced' };
  }
  return { kind: 'keep', state };
}

/**
 * Whether something that happened at `since` is at most `maxAgeSeconds` old. What seems to lie in the
 * future (a clock was set back) does not count.
 *
 * @param since milliseconds since 1970, `null` when nobody knows
 */
export function isFresh(since: number | null, now: number, maxAgeSeconds: number): boolean {
  if (since === null) return false;
  const age = now - since;
  return age >= -CLOCK_TOLERANCE_MILLISECONDS && age <= maxAgeSeconds * 1000;
}

/**
 * Whether something that began at `since` and ends at `until` is still going on. A clock that was set back
 * gives nobody more time: what seems to begin in the future is over.
 *
 * @param since milliseconds since 1970, as `until` and `now`
 */
export function isInTime(since: number, until: number, now: number): boolean {
  return now < until && now - since >= -CLOCK_TOLERANCE_MILLISECONDS;
}

/** Clocks of several servers agree within this. */
const CLOCK_TOLERANCE_MILLISECONDS = 60_000;
