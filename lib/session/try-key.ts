import type { AssertionOutcome } from '../account/security-keys.js';
import { decideAssertion } from '../account/security-keys.js';
import type { VerifiedSignature } from '../webauthn.js';
import { updateRecord } from './account-record.js';
import type { Core } from './core.js';
import { emitEvent } from './core.js';
import type { Challenge } from './state.js';
import type { DecidedProof, Failing, Passing, ProofAttempt } from './try-code.js';
import { decideProof } from './try-code.js';

/** The outcome of an assertion, with the record after the swap. */
type DecidedKey = DecidedProof<AssertionOutcome>;

/**
 * Checks the answer of a security key against the account's record. All operations come this way to `decideAssertion`.
 * First the signature is verified, with the public key in the record. Without a conflict, at most one store read and
 * one swap.
 *
 * @param credential may be of any type
 * @param challenge what it must answer; `null`: there was no challenge
 * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
 */
export async function tryKey(
  core: Core,
  attempt: ProofAttempt,
  credential: unknown,
  challenge: Challenge | null,
): Promise<DecidedKey> {
  const { webauthn } = core.options;
  const credentialId = webauthn?.credentialIdOf(credential) ?? null;
  if (!webauthn || credentialId === null || challenge === null) {
    const outcome = { ok: false, reason: 'assertion-invalid' } as const;
    tell(core, attempt, outcome);
    return outcome;
  }
  const verified = onceEach((publicKey: string | null) =>
    webauthn.verifyAssertion(credential, challenge.value, publicKey),
  );
  return updateRecord<DecidedKey>(
    core,
    attempt,
    async (record) => {
      const key = record?.keys.find((known) => known.credentialId === credentialId);
      const signature = await verified(key?.publicKey ?? null);
      return decideProof<Passing<AssertionOutcome>, Failing<AssertionOutcome>>(
        attempt,
        record,
        (found, browser) =>
          key && signature
            ? decideAssertion(found, { ...key, ...signature, issuedAt: challenge.issuedAt }, browser)
            : { outcome: { ok: false, reason: 'assertion-invalid' }, next: 'unchanged' },
      );
    },
    (outcome, origin) => {
      tell(core, { ...attempt, origin }, outcome);
    },
  );
}

function tell(core: Core, { accountId, operation, origin, makes }: ProofAttempt, outcome: DecidedKey): void {
  if (outcome.ok) {
    const { userVerified } = outcome;
    emitEvent(core, 'security-key-used', accountId, origin, { operation, userVerified });
    if (makes) emitEvent(core, makes, accountId, origin, {});
  } else if (outcome.reason !== 'not-enrolled') {
    emitEvent(core, 'security-key-refused', accountId, origin, { operation, reason: outcome.reason });
    if (outcome.reason === 'security-key-stopped' && outcome.found) {
      emitEvent(core, 'security-key-stopped', accountId, origin, { operation });
    }
  }
}

/** Verifies a signature once for each public key, however often the decision about the record is made again. */
function onceEach(
  verify: (publicKey: string | null) => Promise<VerifiedSignature | null>,
): (publicKey: string | null) => Promise<VerifiedSignature | null> {
  const made = new Map<string | null, Promise<VerifiedSignature | null>>();
  return (publicKey) => {
    const present = made.get(publicKey) ?? verify(publicKey);
    made.set(publicKey, present);
    return present;
  };
}
