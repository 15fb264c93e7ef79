import { randomBytes } from 'node:crypto';
import { RECOVERY_RANDOM_BYTES, formatRecoveryCodes, recoverySet } from '../account/recovery-codes.js';
import type { RecoverySet } from '../account/recovery-codes.js';

/** 128 fresh random bits, base64url: names an enrolment, or keys the digests of a set of recovery codes. */
export function randomName(): string {
  return randomBytes(16).toString('base64url');
}

/** A fresh set of recovery codes: the codes to show once, and what the record keeps of them. */
export function newRecoveryCodes(): { codes: string[]; set: RecoverySet } {
  const codes = formatRecoveryCodes(randomBytes(RECOVERY_RANDOM_BYTES));
  return { codes, set: recoverySet(randomName(), codes) };
}
