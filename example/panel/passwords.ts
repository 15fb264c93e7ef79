import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Node's own default: 16 MiB and well below a second. A panel on the internet takes five rounds (OWASP). */
export const PASSWORD_COST = 16_384;

/** Shorter passwords are refused (OWASP ASVS 6.2.1). */
export const PASSWORD_MINIMUM_CHARACTERS = 8;
/** Longer ones as well: nobody types them, and they only cost time (OWASP ASVS 6.2.9 asks for 64). */
export const PASSWORD_MAXIMUM_CHARACTERS = 256;

/** A password as it is kept: what it cost, salt and hash. `cost` is the N of scrypt. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, cost);
  return [String(cost), salt.toString('base64'), hash.toString('base64')].join(':');
}

/** Whether a password is the one that is kept. */
export async function passwordMatches(password: string, kept: string): Promise<boolean> {
  const [cost = '', salt = '', hash = ''] = kept.split(':');
  const derived = await derive(password, Buffer.from(salt, 'base64'), Number(cost));
  return timingSafeEqual(derived, Buffer.from(hash, 'base64'));
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, { N: cost, r: 8, p: 1 }, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
