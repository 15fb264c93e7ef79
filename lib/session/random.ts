import { randomBytes } from 'node:crypto';
import {
  RECOVERY_RANDOM_BYTES,
  formatRecoveryCodes,
  recoverySet,
  recoverySetName,
} from '../account/recovery-codes.js';
import type { RecoverySet } from '../account/recovery-codes.js';

/**
 * 128 fresh random bits, base64url. Identifies an enrollment, is the key for the digests of a set of recovery codes, or is
 * the user handle of a passkey.
 */
export function randomName(): string {
  return randomBytes(16).toString('base64url');
}

/** The recovery codes, to show once. */
export interface ShownRecoveryCodes {
  readonly codes: string[];
  /** Identifies their set, so that the owner can say that they are saved. */
  readonly set: string;
}

/** A fresh set of recovery codes: what to show once, and what the record keeps of them. */
export function newRecoveryCodes(): { shown: ShownRecoveryCodes; kept: RecoverySet } {
  const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
  const kept = recoverySet(randomName(), codes);
  return { shown: { codes, set: recoverySetName(kept) }, kept };
}
