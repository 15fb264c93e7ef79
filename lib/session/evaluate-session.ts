import type { DemotionReason } from '../events.js';
import type { SessionState, UserState } from './state.js';
import { elsewhereOf, isUser } from './state.js';

/** What is known, at this moment, of the account a session is signed in to. */
export interface Facts {
  /** The present enrollment, `null` when the account is not enrolled. */
  readonly enrollment: string | null;
  /** Whether a session's stamp digest belongs to the account's present security stamp. */
  readonly stampMatches: (digest: string | null) => boolean;
  /** Whether no code is asked for on a known browser, by its id. */
  readonly holdsBrowser: (id: string) => boolean;
  /** Whether the account must have a second factor. */
  readonly required: boolean;
  /** Whether nothing but a security key will do. */
  readonly keysOnly: boolean;
  /** Whether the account has a security key that may answer. */
  readonly hasKey: boolean;
}

/** What becomes of a session with somebody signed in. */
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
 * Checks a session's state against the account as it is now. Pure; a session never gains by it.
 *
 * @param state what the session holds, of the account that is checked
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
    // A proof is enough to add the first key, or one in the place of the last, and for nothing else.
    return demote(
      !facts.hasKey && state.state === 'verified' ? 'must-enroll' : 'pending',
      'security-key-required',
    );
  }
  return { kind: 'keep', state };
}

/** Whether a session was opened, or its proof made fresh, by a passkey or security key. */
export function isByKey(state: SessionState | undefined): boolean {
  return state?.state === 'verified' && state.method === 'security-key';
}

/** Whether a session was opened by what no look-alike page can ask for: a security key, here or elsewhere. */
export function isPhishingResistant(state: SessionState | undefined): boolean {
  return isByKey(state) || elsewhereOf(state)?.phishingResistant === true;
}

type Demotion = Extract<SessionDecision, { kind: 'demote' }>;

function demote(to: Demotion['to'], reason: DemotionReason): Demotion {
  return { kind: 'demote', to, reason };
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
