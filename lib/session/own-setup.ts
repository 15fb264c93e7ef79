import { secretDigest } from '../account/authenticators.js';
import type { Core, Factor } from './core.js';
import { isFresh } from './evaluate-session.js';
import type { SetupState } from './state.js';

/** Time for `setEnrolled` and the session store of a busy application. */
const CONFIRMING_SECONDS = 10;

/**
 * The secret of an unfinished set-up; `null`: it was sealed with a key that was taken out of the ring, or for another
 * account.
 */
export function openSecret({ sealer }: Core, accountId: string, { sealed }: SetupState): Uint8Array | null {
  try {
    return Buffer.from(sealer.open('setup', accountId, sealed).text, 'base64url');
  } catch {
    return null;
  }
}

/**
 * Whether the account's second factor is the very one that this session sets up: its confirmation is under way, in another
 * request, which moves the session on. Until then nobody is signed in there, and nothing must take the session from it:
 * it is about to show the recovery codes. What takes longer has failed, and the session asks for a code.
 */
export function isConfirming(
  core: Core,
  accountId: string,
  setup: SetupState | undefined,
  factor: Factor | null,
): boolean {
  const secret = setup && factor && openSecret(core, accountId, setup);
  if (!secret) return false;
  const place = factor.secretDigests.indexOf(secretDigest(secret));
  const addedAt = factor.authenticators[place]?.addedAt;
  return addedAt !== undefined && isFresh(addedAt, core.options.clock(), CONFIRMING_SECONDS);
}
