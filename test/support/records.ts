import { randomBytes } from 'node:crypto';
import type { AccountRecord, Authenticator } from '../../lib/account/record.js';

/** An authenticator nobody has used; say what is to be otherwise. */
export function anAuthenticator(given: Partial<Authenticator> = {}): Authenticator {
  return {
    id: randomBytes(8).toString('base64url'),
    name: '',
    secret: randomBytes(20),
    addedAt: 0,
    lastStep: 0,
    clockOffset: 0,
    ...given,
  };
}

/** The record of an account that has just been enrolled; say what is to be otherwise. */
export function aRecord(given: Partial<AccountRecord> = {}): AccountRecord {
  return {
    enrolment: randomBytes(16).toString('base64url'),
    enrolledAt: 0,
    authenticators: [anAuthenticator()],
    failures: 0,
    lockedUntil: 0,
    recoveryKey: randomBytes(16).toString('base64url'),
    recoveryDigests: [],
    browsers: [],
    browsersStamp: null,
    ...given,
  };
}
