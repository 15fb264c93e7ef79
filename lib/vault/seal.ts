import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing, MasterKey, Purpose } from './key-ring.js';
import { rememberingMatches } from './remembered-matches.js';
import type { StampMatch } from './remembered-matches.js';

const FORMAT = '1';
/** NIST SP 800-38D §8.2: a random nonce has 96 bits. */
const NONCE_BYTES = 12;
/** Random bytes come in larger pieces: asking for them takes longer than sealing a record. */
const NONCES_AT_ONCE = 64;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;

/** Seals, opens and stamps with the keys of one ring. */
export interface Sealer {
  /**
   * Encrypts and authenticates `text` (AES-256-GCM) with the first key. What comes out opens only for the
   * same purpose and the same account.
   */
  seal(purpose: Purpose, accountId: string, text: string): string;
  /**
   * The text that was sealed, and whether the first key did it.
   *
   * @throws {Error} when it was not sealed by a key of the ring for this purpose and account, or was altered
   */
  open(purpose: Purpose, accountId: string, sealed: string): { text: string; current: boolean };
  /** A keyed digest of an account's security stamp, for the session; the stamp cannot be found from it. */
  stamp(accountId: string, stamp: string): string;
  /** Whether a digest was made from this stamp by any key of the ring. */
  readonly stampMatches: StampMatch;
  /** Keyed digests of some strings (HMAC-SHA-256, 32 bytes), one with each key of the ring, in its order. */
  digests(purpose: Purpose, ...parts: string[]): readonly [Buffer, ...Buffer[]];
}

/** The sealer over a key ring. */
export function createSealer(ring: KeyRing): Sealer {
  const keys = new Map<Purpose, Map<MasterKey, Buffer>>();
  const nonces = createNonces();
  const keyFor = (key: MasterKey, purpose: Purpose): Buffer => {
    let ofPurpose = keys.get(purpose);
    if (!ofPurpose) {
      ofPurpose = new Map<MasterKey, Buffer>();
      keys.set(purpose, ofPurpose);
    }
    let derived = ofPurpose.get(key);
    if (!derived) ofPurpose.set(key, (derived = key.derive(purpose)));
    return derived;
  };
  const digestWith = (key: MasterKey, purpose: Purpose, message: Buffer): Buffer =>
    createHmac('sha256', keyFor(key, purpose)).update(message).digest();
  const digests: Sealer['digests'] = (purpose, ...parts) => {
    const message = lengthPrefixed(...parts);
    const [first, ...others] = ring;
    return [digestWith(first, purpose, message), ...others.map((key) => digestWith(key, purpose, message))];
  };

  return {
    seal(purpose, accountId, text) {
      const nonce = nonces.next();
      const cipher = createCipheriv('aes-256-gcm', keyFor(ring[0], purpose), nonce, {
        authTagLength: TAG_BYTES,
      });
      cipher.setAAD(lengthPrefixed(FORMAT, purpose, accountId));
      const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}.${ring[0].id}.${body.toString('base64url')}`;
    },

    open(purpose, accountId, sealed) {
      const [format, id, encoded, ...rest] = sealed.split('.');
      const key = ring.find((candidate) => candidate.id === id);
      if (format !== FORMAT || encoded === undefined || rest.length > 0)
        throw new Error('not a sealed value');
      if (!key) throw new Error('sealed with a key that is not in keys');
      const body = Buffer.from(encoded, 'base64url');
      if (body.toString('base64url') !== encoded) throw new Error('the sealed value is not base64url');
      if (body.length < NONCE_BYTES + TAG_BYTES) throw new Error('the sealed value is too short');
      const nonce = body.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keyFor(key, purpose), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(lengthPrefixed(FORMAT, purpose, accountId));
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      const opened = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES));
      decipher.final(); // adds nothing, and throws where the tag is another one
      return { text: opened.toString('utf8'), current: key === ring[0] };
    },

    digests,

    stamp: (accountId, stamp) => digests('stamp', accountId, stamp)[0].toString('base64url'),

    stampMatches: rememberingMatches((accountId, stamp, digest) => {
      const presented = Buffer.from(digest, 'base64url');
      const expected = digests('stamp', accountId, stamp);
      return expected.some((each) => presented.length === each.length && timingSafeEqual(presented, each));
    }),
  };
}

/** Random nonces, each given once. */
function createNonces() {
  let pool = Buffer.alloc(0);
  return {
    next(): Buffer {
      if (pool.length === 0) pool = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
      const nonce = pool.subarray(0, NONCE_BYTES);
      pool = pool.subarray(NONCE_BYTES);
      return nonce;
    },
  };
}

/** Several strings as one byte string that no other strings give. */
function lengthPrefixed(...parts: string[]): Buffer {
  let size = 0;
  for (const part of parts) size += LENGTH_BYTES + Buffer.byteLength(part);
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  for (const part of parts) {
    const written = bytes.write(part, end + LENGTH_BYTES);
    bytes.writeUInt32BE(written, end);
    end += LENGTH_BYTES + written;
  }
  return bytes;
}
