import { createHash } from 'node:crypto';
import type { Core, Factor } from './core.js';
import { isFresh } from './evaluate-session.js';
import type { MustEnrollState, SetupState, SignedInState } from './state.js';

/** How long `setEnrolled` and the session store of a busy application may take. */
const CONFIRMING_SECONDS = 10;

/**
 * The secret of an unfinished set-up; `null`: it was sealed with a key that is no longer in the ring, or for another
 * account.
 */
export function openSecret({ sealer }: Core, accountId: string, { sealed }: SetupState): Uint8Array | null {
  try {
    return Buffer.from(sealer.open('setup', accountId, sealed).text, 'base64url');
  } catch {
    return null;
  }
}

/** 132 bits. */
const NAME_CHARACTERS = 22;

/**
 * Identifies a set-up, and later its authenticator. It is made from what the random key is sealed as, so no two are the
 * same, and it tells nothing about the key.
 */
export function nameOf({ sealed }: SetupState): string {
  return createHash('sha256').update(sealed).digest('base64url').slice(0, NAME_CHARACTERS);
}

/**
 * Whether the account's second factor is the one that this session is setting up. Then its confirmation is under way in
 * another request, which moves the session on. Until then nobody is signed in there, and nothing may take the session
 * away, because it is about to show the recovery codes. If it takes longer than this, it has failed, and the session
 * asks for a code.
 */
export function isConfirming(
  core: Core,
  state: Pick<SignedInState | MustEnrollState, 'setup' | 'challenge'>,
  factor: Factor | null,
): boolean {
  if (!factor) return false;
  const addedAt = addedHere(state, factor);
  return addedAt !== undefined && isFresh(addedAt, core.options.clock(), CONFIRMING_SECONDS);
}

/** When the authenticator or key of this session's set-up was added; milliseconds since 1970. */
function addedHere(
  { setup, challenge }: Pick<SignedInState | MustEnrollState, 'setup' | 'challenge'>,
  { authenticators, keys }: Factor,
): number | undefined {
  const key = challenge && keys.find(({ lastUsedAt }) => lastUsedAt === challenge.issuedAt);
  if (key) return key.addedAt;
  const name = setup && nameOf(setup);
  return authenticators.find(({ id }) => id === name)?.addedAt;
}
