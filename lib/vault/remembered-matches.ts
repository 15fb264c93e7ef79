import { hash, randomBytes } from 'node:crypto';

/** Whether a digest was made from an account's security stamp. */
export type StampMatch = (accountId: string, stamp: string, digest: string) => boolean;

/** Accounts whose last match is remembered: at 400 bytes each it takes 4 MB. */
const MOST_ACCOUNTS = 10_000;
const SALT_BYTES = 32;

/**
 * Remembers of each account which digest its stamp matched last. Every request asks, and almost every one gives the
 * same. A match never ends: it depends on nothing but what is asked.
 *
 * Neither stamp nor digest is kept, but a salted hash of both: an application may give its password hash as the stamp.
 */
export function rememberingMatches(matches: StampMatch): StampMatch {
  const salt = randomBytes(SALT_BYTES).toString('base64url');
  const known = new Map<string, string>();
  return (accountId, stamp, digest) => {
    const asked = hash('sha256', `${salt}${String(digest.length)} ${digest}${stamp}`, 'base64url');
    if (known.get(accountId) === asked) return true;
    if (!matches(accountId, stamp, digest)) return false;
    if (known.size >= MOST_ACCOUNTS && !known.has(accountId)) {
      const [oldest = ''] = known.keys();
      known.delete(oldest);
    }
    known.set(accountId, asked);
    return true;
  };
}
