import { enrolledRecord } from '../account/enrollment.js';
import {
  IMPORTED_SECRET_MINIMUM_BYTES,
  SECRET_MAXIMUM_BYTES,
  SECRET_MINIMUM_BYTES,
  decodeSecret,
  timeStepAt,
} from '../account/totp.js';
import { SecondFactorError } from '../errors.js';
import type { Core } from '../session/core.js';
import { emitEvent, findAccount } from '../session/core.js';
import type { Operator } from './operator.js';
import { operatorFields } from './operator.js';
import { randomName } from '../session/random.js';
import { flagEnrolled } from '../session/set-enrolled.js';
import { updateRecord } from '../session/account-record.js';

/** What another system knows of an account's authenticator: SHA-1, 6 digits, 30 s. */
export interface ImportedSecret extends Operator {
  /** Base32, in either case, with or without padding, spaces and hyphens. */
  readonly secret: string;
  /** Takes secrets of 80 to 127 bits as well, which RFC 4226 §4 R6 forbids. */
  readonly dangerouslyAllowShortSecret?: boolean | undefined;
}

/**
 * Enrolls an account with a secret from another system. Codes that could be read by now are void, and there
 * are no recovery codes yet. Refused when the account is enrolled.
 *
 * @throws {SecondFactorError} `option-invalid` and `option-unknown` (no message holds the secret), `account-unknown`,
 *   `already-enrolled`, `store-unavailable`
 */
export async function importSecret(core: Core, accountId: string, given: ImportedSecret): Promise<void> {
  const { options } = core;
  const by = operatorFields(given, ['secret', 'dangerouslyAllowShortSecret']);
  const secret = checkedSecret(given);
  if (!(await findAccount(core, accountId))) {
    throw new SecondFactorError('account-unknown', 'findUser(accountId) returned none');
  }
  const at = options.clock();
  const recovery = { recoveryKey: randomName(), recoveryDigests: [], recoveryConfirmed: null };
  const lastStep = timeStepAt(at) + options.limits.window;
  const used = { addedAt: at, lastStep, clockOffset: 0 };
  const authenticator = { id: randomName(), name: '', secret, ...used };
  const first = { authenticators: [authenticator], keys: [] };
  const record = enrolledRecord(randomName(), first, recovery, at);
  await updateRecord<boolean>(
    core,
    { accountId, origin: {} },
    (present) => (present ? { outcome: false, next: 'unchanged' } : { outcome: true, next: record }),
    async (imported, origin) => {
      if (!imported) throw new SecondFactorError('already-enrolled');
      await flagEnrolled(core, accountId, record, () => {
        emitEvent(core, 'imported', accountId, origin, by);
      });
    },
  );
}

function checkedSecret({ secret, dangerouslyAllowShortSecret = false }: ImportedSecret): Uint8Array {
  if (typeof dangerouslyAllowShortSecret !== 'boolean') {
    throw new SecondFactorError('option-invalid', 'dangerouslyAllowShortSecret must be a boolean');
  }
  const bytes = typeof secret === 'string' ? decodeSecret(secret) : null;
  if (!bytes) throw new SecondFactorError('option-invalid', 'secret must be a base32 string (RFC 4648 §6)');
  const least = dangerouslyAllowShortSecret ? IMPORTED_SECRET_MINIMUM_BYTES : SECRET_MINIMUM_BYTES;
  if (bytes.length >= least && bytes.length <= SECRET_MAXIMUM_BYTES) {
    if (new Set(bytes).size > 1) return bytes;
    throw new SecondFactorError('option-invalid', 'secret is not random: all its bytes are the same');
  }
  const fix =
    bytes.length >= IMPORTED_SECRET_MINIMUM_BYTES && bytes.length < least
      ? '; dangerouslyAllowShortSecret: true takes it all the same'
      : '';
  throw new SecondFactorError(
    'option-invalid',
    `secret must have ${String(least)} to ${String(SECRET_MAXIMUM_BYTES)} bytes, has ${String(bytes.length)}${fix}`,
  );
}
