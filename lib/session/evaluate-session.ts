import type { DemotionReason } from '../events.js';
import type { SessionState, UserState } from './state.js';
import { elsewhereOf, isUser } from './state.js';

/** What is known now about the account that a session is signed in to. */
export interface Facts {
  /** The present enrollment; `null`: not enrolled. */
  readonly enrollment: string | null;
  /** Whether a stamp digest belongs to the account's present security stamp. */
  readonly stampMatches: (digest: string | null) => boolean;
  /** Whether a known browser, given by its id, is not asked for a code. */
  readonly holdsBrowser: (id: string) => boolean;
  /** Whether the account must have a second factor. */
  readonly required: boolean;
  /** Whether it must be a security key. */
  readonly keysOnly: boolean;
  /** Whether the account has a security key that may answer. */
  readonly hasKey: boolean;
}

/** What happens to a session with somebody signed in. */
export type SessionDecision =
  | { readonly kind: 'keep'; readonly state: UserState }
  /** A session without a mark of ours, of an account without a second factor. */
  | { readonly kind: 'adopt' }
  | {
      readonly kind: 'demote';
      readonly to: 'pending' | 'must-enroll' | 'signed-in' | 'anonymous';
      readonly reason: DemotionReason;
    };

/**
 * Checks a session's state against the account as it is now. Pure. A session never gets more rights by it.
 *
 * @param state the session's state for the account that is checked
 */
export function evaluateSession(state: SessionState | undefined, facts: Facts): SessionDecision {
  const { enrollment, required } = facts;
  if (!isUser(state)) {
    if (enrollment !== null) return demote('pending', 'unmarked');
    return required ? demote('must-enroll', 'unmarked') : { kind: 'adopt' };
  }
  if (!facts.stampMatches(state.stamp)) return demote('anonymous', 'password-changed');
  if (state.state === 'signed-in') {
    if (enrollment !== null) return demote('pending', 'enrolled-elsewhere');
    return required ? demote('must-enroll', 'factor-required') : { kind: 'keep', state };
  }
  if (enrollment === null) return demote(required ? 'must-enroll' : 'signed-in', 'factor-gone');
  if (enrollment !== state.enrollment) return demote('pending', 'factor-replaced');
  if (state.state === 'remembered' && !facts.holdsBrowser(state.browser)) {
    return demote('pending', 'browser-revoked');
  }
  if (facts.keysOnly && !(isPhishingResistant(state) && facts.hasKey)) {
    // This proof is only enough to add the first key, or one that replaces the last.
    return demote(
      !facts.hasKey && state.state === 'verified' ? 'must-enroll' : 'pending',
      'security-key-required',
    );
  }
  return { kind: 'keep', state };
}

/** Whether a session was opened with a passkey or security key, or has a fresh proof from one. */
export function isByKey(state: SessionState | undefined): boolean {
  return state?.state === 'verified' && state.method === 'security-key';
}

/** Whether a session was opened with a phishing-resistant proof: a security key, here or elsewhere. */
export function isPhishingResistant(state: SessionState | undefined): boolean {
  return isByKey(state) || elsewhereOf(state)?.phishingResistant === true;
}

type Demotion = Extract<SessionDecision, { kind: 'demote' }>;

function demote(to: Demotion['to'], reason: DemotionReason): Demotion {
  return { kind: 'demote', to, reason };
}

/**
 * Whether something that happened at `since` is at most `maxAgeSeconds` old. A time in the future (a clock was set
 * back) does not count.
 *
 * @param since milliseconds since 1970; `null`: unknown
 */
export function isFresh(since: number | null, now: number, maxAgeSeconds: number): boolean {
  if (since === null) return false;
  const age = now - since;
  return age >= -CLOCK_TOLERANCE_MILLISECONDS && age <= maxAgeSeconds * 1000;
}

/**
 * Whether something that began at `since` has not reached `until` yet. A clock that was set back gives nobody more
 * time: what seems to begin in the future is over.
 *
 * @param since milliseconds since 1970, like `until` and `now`
 */
export function isInTime(since: number, until: number, now: number): boolean {
  return now < until && now - since >= -CLOCK_TOLERANCE_MILLISECONDS;
}

/** The clocks of several servers may differ by this much. */
const CLOCK_TOLERANCE_MILLISECONDS = 60_000;
