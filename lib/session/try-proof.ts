import { bodyField } from '../answer/body-field.js';
import type { AssertionRefusal } from '../events.js';
import type { Context } from './context.js';
import type { Core } from './core.js';
import type { Challenge, MarkedProof } from './state.js';
import type { CodeOutcome, DecidedProof, ProofAttempt } from './try-code.js';
import { tryCode } from './try-code.js';
import { tryKey } from './try-key.js';

/** What is to prove the second factor, each of any type. */
export type Presented =
  | { readonly kind: 'code'; readonly code: unknown }
  | { readonly kind: 'security-key'; readonly credential: unknown };

/** What became of a proof. */
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
 * What the body of a request presents: the field `credential`, where there are security keys, else the field `code`. Forms send
 * the first one empty where there was no key.
 */
export function presentedBy({ core, req }: Pick<Context, 'core' | 'req'>): Presented {
  const credential = core.options.webauthn && bodyField(req, 'credential');
  const isKey = credential !== undefined && credential !== null && credential !== '';
  return isKey ? { kind: 'security-key', credential } : { kind: 'code', code: bodyField(req, 'code') };
}

/**
 * Checks what was presented, whichever it is.
 *
 * @param challenge what a security key must answer; `null`: nothing was asked
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

/** A proof that was accepted, as a mark has it. */
export function markedProof(outcome: Extract<ProofOutcome, { ok: true }>): MarkedProof {
  const { method } = outcome;
  return method === 'security-key' ? { method, userVerified: outcome.userVerified } : { method };
}
