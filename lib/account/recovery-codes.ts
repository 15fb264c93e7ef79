import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { plainCode } from './plain-code.js';
import type { AccountRecord, Decision } from './record.js';

/** Codes made at once. */
export const RECOVERY_CODES = 10;
/** Look-alikes I, L, O and U are left out: Crockford's base32 alphabet, 5 bits a character. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 24 characters of 5 bits: 120 bits. NIST SP 800-63B §3.1.2.2: from 112 bits on no slow hash is needed. */
const CODE_CHARACTERS = 24;
const GROUP_CHARACTERS = 4;

/** Random bytes that {@link formatRecoveryCodes} needs: one byte a character, of which 5 bits are taken. */
export const RECOVERY_RANDOM_BYTES = RECOVERY_CODES * CODE_CHARACTERS;

/**
 * Ten recovery codes of 120 bits each, in six groups of four.
 *
 * @param random {@link RECOVERY_RANDOM_BYTES} fresh random bytes
 */
export function formatRecoveryCodes(random: Uint8Array): string[] {
  if (random.length !== RECOVERY_RANDOM_BYTES) throw new RangeError('wrong number of random bytes');
  const characters = Array.from(random, (byte) => ALPHABET.charAt(byte & 31)).join('');
  const codes = characters.match(new RegExp(`.{${String(CODE_CHARACTERS)}}`, 'g')) ?? [];
  return codes.map((code) => code.replace(new RegExp(`.{${String(GROUP_CHARACTERS)}}(?=.)`, 'g'), '$&-'));
}

/**
 * What was typed as the one spelling that is hashed, or `null` when it has not the shape of a recovery
 * code. Case and what {@link plainCode} takes away do not count; O is read as 0, I and L as 1.
 */
export function normalizeRecoveryCode(typed: string): string | null {
  const characters = plainCode(typed);
  // Upper case makes ASCII letters of others: of a dotless i, a long s, a ligature.
  if (!/^[0-9A-Za-z]*$/.test(characters)) return null;
  const code = characters.toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  return new RegExp(`^[${ALPHABET}]{${String(CODE_CHARACTERS)}}$`).test(code) ? code : null;
}

/** RFC 2104 §5: half of the output at least; more than a code has bits. */
const DIGEST_BYTES = 16;

/**
 * What is kept of a recovery code: HMAC-SHA-256-128 under the key of its set, base64url. A digest moved to
 * another set matches nothing.
 */
export function recoveryDigest(recoveryKey: string, code: string): string {
  return digestOf(recoveryKey, code).toString('base64url');
}

function digestOf(recoveryKey: string, code: string): Buffer {
  const mac = createHmac('sha256', `recovery:${recoveryKey}`).update(code, 'latin1').digest();
  return mac.subarray(0, DIGEST_BYTES);
}

/** The digests of a set but that of a code, each compared in constant time; records may hold longer ones. */
export function digestsWithout(
  { recoveryKey, recoveryDigests }: Pick<RecoverySet, 'recoveryKey' | 'recoveryDigests'>,
  code: string,
): string[] {
  const digest = digestOf(recoveryKey, code);
  return recoveryDigests.filter((kept) => {
    const bytes = Buffer.from(kept, 'base64url').subarray(0, DIGEST_BYTES);
    return bytes.length !== DIGEST_BYTES || !timingSafeEqual(bytes, digest);
  });
}

/** What a record keeps of recovery codes. */
export type RecoverySet = Pick<AccountRecord, 'recoveryKey' | 'recoveryDigests' | 'recoveryConfirmed'>;

/**
 * What to keep of the codes shown; nobody has said yet that they are saved.
 *
 * @param recoveryKey 128 fresh random bits, base64url
 */
export function recoverySet(recoveryKey: string, codes: readonly string[]): RecoverySet {
  return {
    recoveryKey,
    recoveryDigests: codes.map((code) => recoveryDigest(recoveryKey, code.replaceAll('-', ''))),
    recoveryConfirmed: false,
  };
}

/** Names a set of recovery codes to its owner: a digest of 128 random bits, which tells nothing of them. */
export function recoverySetName({ recoveryKey }: Pick<RecoverySet, 'recoveryKey'>): string {
  return createHash('sha256').update(`recovery-set:${recoveryKey}`).digest('base64url');
}

/**
 * What "I have saved them" does to a record: nothing where another set was meant, or where nothing is open. Pure.
 *
 * @param name what {@link recoverySetName} gave, of any type
 */
export function confirmRecoverySet(
  record: AccountRecord,
  name: unknown,
): Decision<'confirmed' | 'known' | 'outdated'> {
  if (name !== recoverySetName(record)) return { outcome: 'outdated', next: 'unchanged' };
  if (record.recoveryConfirmed !== false) return { outcome: 'known', next: 'unchanged' };
  return {
    outcome: 'confirmed',
    next: { ...record, recoveryConfirmed: true },
    activity: 'recovery-codes-confirmed',
  };
}
