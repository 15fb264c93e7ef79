import type { ApiRoutes } from '../../lib/api-routes.js';
import type { ProblemCode } from '../../lib/errors.js';

/** A method and a path, as the types name them. */
export type Route = keyof ApiRoutes;

/** Of every request that may change something. */
const CHANGES = ['body-malformed', 'cross-site'] as const;
/** Of what needs the session of an owner, as which nobody acts. */
const OWNERS = ['code-required', 'session-required', 'impersonation-refused'] as const;
/** Of what is for accounts with a second factor. */
const ENROLLED = ['enrollment-required', 'not-enrolled'] as const;
/** Of what reads or changes the record. */
const RECORDS = ['store-unavailable', 'record-unreadable'] as const;
/** Of what takes a code or a key. */
const PROOFS = [
  ...(['code-malformed', 'code-invalid', 'code-already-used', 'locked'] as const),
  ...(['assertion-invalid', 'assertion-already-used', 'security-key-stopped'] as const),
] as const;
/** Of a form that begins another session: of two clicks, the second one comes from nobody. */
const MOVES_ON = ['sign-in-expired'] as const;
const SIGNED_IN = ['login-required'] as const;
/** Of a form that names the account its page was made for. */
const OF_ITS_ACCOUNT = ['other-account'] as const;
/** Of what adds a factor. */
const ADDS = ['step-up-required', 'other-factor'] as const;

/** The refusals of each route. `test/docs/openapi/openapi.test.ts` sees every one of them, and no other. */
export const REFUSALS: Readonly<Record<Route, readonly ProblemCode[]>> = {
  // It reads the record once more, to tell the owner what happened (`recentActivity`).
  'GET /': RECORDS,
  'GET /verify': [...SIGNED_IN, ...MOVES_ON],
  'POST /verify': [
    ...[...CHANGES, ...MOVES_ON, ...PROOFS, ...RECORDS],
    ...(['enrollment-required', 'security-key-required'] as const),
  ],
  'POST /cancel': CHANGES,
  'GET /setup': [...SIGNED_IN, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS, 'setup-expired'],
  'POST /setup': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS],
    ...(['security-key-required', 'authenticator-limit'] as const),
  ],
  'POST /setup/confirm': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS],
    ...(['code-malformed', 'code-invalid', 'clock-skew', 'setup-expired', 'authenticator-limit'] as const),
  ],
  'POST /setup/cancel': [...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS],
  'POST /disable': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...PROOFS, ...RECORDS],
    'disable-refused',
  ],
  'POST /recovery-codes': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...PROOFS, ...RECORDS],
    'security-key-required',
  ],
  'POST /recovery-codes/confirm': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...RECORDS],
    ...(['step-up-required', 'recovery-codes-outdated'] as const),
  ],
  'GET /step-up': [...SIGNED_IN, ...OWNERS, 'enrollment-required', 'other-factor'],
  'POST /step-up': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ENROLLED, ...PROOFS, ...RECORDS],
    'security-key-required',
  ],
  'POST /authenticators/remove': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...RECORDS],
    ...(['step-up-required', 'not-found', 'factor-last'] as const),
  ],
  'POST /sessions/end': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...RECORDS],
    'step-up-required',
  ],
  'GET /security-keys': [...SIGNED_IN, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS],
  'POST /security-keys': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ADDS, ...RECORDS],
    ...(['security-key-invalid', 'security-key-known', 'security-key-limit'] as const),
  ],
  'POST /security-keys/remove': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ENROLLED, ...RECORDS],
    ...(['step-up-required', 'not-found', 'factor-last'] as const),
  ],
  'POST /security-keys/rename': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...MOVES_ON, ...OWNERS, ...ENROLLED, ...RECORDS],
    ...(['step-up-required', 'not-found'] as const),
  ],
  'GET /browsers': [...SIGNED_IN, ...OWNERS, 'enrollment-required'],
  'POST /browsers/revoke': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS, ...ENROLLED, ...RECORDS],
    'not-found',
  ],
  'POST /impersonation': [
    ...[...CHANGES, ...OF_ITS_ACCOUNT, ...SIGNED_IN, ...OWNERS],
    ...(['enrollment-required', 'step-up-required', 'store-unavailable'] as const),
  ],
  'POST /impersonation/leave': [...CHANGES, 'not-impersonating'],
};
