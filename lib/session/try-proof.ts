import { bodyField } from '../answer/body-field.js';
import type { AssertionRefusal } from '../events.js';
import type { Context } from './context.js';
import type { Core } from './core.js';
import type { Challenge, MarkedProof } from './state.js';
import type { CodeOutcome, DecidedProof, ProofAttempt } from './try-code.js';
import { tryCode } from './try-code.js';
import { tryKey } from './try-key.js';

/** The values that may prove the second factor. Each may be of any type. */
export type Presented =
  | { readonly kind: 'code'; readonly code: unknown }
  | { readonly kind: 'security-key'; readonly credential: unknown };

/** The outcome of a proof. */
export type ProofOutcome =
  | CodeOutcome
  | {
      readonly ok: true;
      readonly method: 'security-key';
      readonly userVerified: boolean;
      readonly recoveryCodesLeft: number;
    }
  | { readonly ok: false; readonly reason: Exclude<AssertionRefusal, 'assertion-already-used'> }
  | { readonly ok: false; readonly reason: 'assertion-already-used'; readonly lastUsedAt: number };

/**
 * The proof in the body of a request: the field `credential`, if there are security keys and it is not empty; otherwise
 * the field `code`. Forms send an empty `credential` if no key was used.
 */
export function presentedBy({ core, req }: Pick<Context, 'core' | 'req'>): Presented {
  const credential = core.options.webauthn && bodyField(req, 'credential');
  const isKey = credential !== undefined && credential !== null && credential !== '';
  return isKey ? { kind: 'security-key', credential } : { kind: 'code', code: bodyField(req, 'code') };
}

/**
 * Checks a proof of either kind.
 *
 * @param challenge what a security key must answer; `null`: there was no challenge
 */
export function tryProof(
  core: Core,
  attempt: ProofAttempt,
  presented: Presented,
  challenge: Challenge | null,
): Promise<DecidedProof<ProofOutcome>> {
  return presented.kind === 'code'
    ? tryCode(core, attempt, presented.code)
    : tryKey(core, attempt, presented.credential, challenge);
}

/** An accepted proof, as a state stores it. */
export function markedProof(outcome: Extract<ProofOutcome, { ok: true }>): MarkedProof {
  const { method } = outcome;
  return method === 'security-key' ? { method, userVerified: outcome.userVerified } : { method };
}
