import { enrolledRecord } from '../account/enrollment.js';
import type { ImportedAuthenticator } from '../account/imported-authenticator.js';
import { IMPORTED_PROPERTIES, parseImported } from '../account/imported-authenticator.js';
import type { AccountRecord } from '../account/record.js';
import type { TotpParameters } from '../account/totp.js';
import { sameParameters, timeStepAt } from '../account/totp.js';
import { SecondFactorError } from '../errors.js';
import type { Core } from '../session/core.js';
import { emitEvent, findAccount } from '../session/core.js';
import type { Operator } from './operator.js';
import { operatorFields } from './operator.js';
import { randomName } from '../session/random.js';
import { flagEnrolled, putFlag } from '../session/set-enrolled.js';
import { updateRecord } from '../session/account-record.js';
import { storeUnavailable } from '../vault/failure.js';

/** What an import may have besides the secret. */
interface Imported extends Operator {
  /** The name that its owner sees; default none. One line, of which at most 40 characters are kept. */
  readonly name?: string | undefined;
  /** Takes secrets of 80 to 127 bits as well, which RFC 4226 §4 R6 forbids. */
  readonly dangerouslyAllowShortSecret?: boolean | undefined;
}

/** An authenticator app or hardware token of another system, by its secret. */
export interface ImportedKey extends Imported {
  /**
   * Base32, in either case, with or without padding, spaces and hyphens; with `encoding: 'hex'` two hex digits for each
   * byte, with or without spaces, colons and hyphens between bytes.
   */
  readonly secret: string;
  /** Default `base32`. */
  readonly encoding?: 'base32' | 'hex' | undefined;
  /** Default `sha1` (RFC 6238 §1.2). */
  readonly algorithm?: TotpParameters['algorithm'] | undefined;
  /** How many digits a code has; default 6 (RFC 4226 §5.3). */
  readonly digits?: TotpParameters['digits'] | undefined;
  /** The time step in seconds; default 30 (RFC 6238 §5.2). */
  readonly period?: TotpParameters['period'] | undefined;
  readonly uri?: undefined;
}

/** The same, as a URI. */
export interface ImportedUri extends Imported {
  /** `otpauth://totp/…` (Key URI Format). */
  readonly uri: string;
  readonly secret?: undefined;
  readonly encoding?: undefined;
  readonly algorithm?: undefined;
  readonly digits?: undefined;
  readonly period?: undefined;
}

/** An authenticator of another system. */
export type ImportedSecret = ImportedKey | ImportedUri;

/**
 * Enrolls an account with a secret from another system. Codes that could be read by now are void, and there
 * are no recovery codes yet. May be repeated: an account that has exactly this authenticator stays as it is, and the
 * application's own table is told of it again where it says otherwise.
 *
 * @returns whether the account was enrolled; `false`: it has this authenticator already
 * @throws {SecondFactorError} `option-invalid` and `option-unknown` (no message holds the secret), `account-unknown`,
 *   `already-enrolled` with any other authenticator, `store-unavailable`
 */
export async function importSecret(core: Core, accountId: string, given: ImportedSecret): Promise<boolean> {
  const by = operatorFields(given, IMPORTED_PROPERTIES);
  const imported = parseImported({ ...given });
  const found = await findAccount(core, accountId);
  if (!found) throw new SecondFactorError('account-unknown', 'findUser(accountId) returned none');
  const record = recordWith(core, imported);
  const outcome = await updateRecord<'made' | 'made-before' | 'another'>(
    core,
    { accountId, origin: {}, by: by.by },
    (present) => {
      if (!present) return { outcome: 'made', next: record, activity: 'imported' };
      return { outcome: hasAuthenticator(present, imported) ? 'made-before' : 'another', next: 'unchanged' };
    },
    async (decided, origin) => {
      if (decided === 'another') throw new SecondFactorError('already-enrolled');
      const told = (): void => {
        if (decided === 'made') emitEvent(core, 'imported', accountId, origin, by);
      };
      if (decided === 'made' && !found.account.otherFactor) {
        await flagEnrolled(core, accountId, record, told);
        return;
      }
      // A flag that could not be written may have ended the factor of before, so this one stays.
      told();
      if (found.account.enrolled !== true) await putFlag(core, accountId);
      if (decided === 'made-before') await requireStill(core, accountId, imported);
    },
  );
  return outcome === 'made';
}

/** Another import that made the record at the same moment may have undone it, because the flag could not be written. */
async function requireStill(core: Core, accountId: string, imported: ImportedAuthenticator): Promise<void> {
  const record = await core.vault.read(accountId);
  if (record && hasAuthenticator(record, imported)) return;
  throw storeUnavailable(new Error('another import was undone, because setEnrolled failed'));
}

function recordWith({ options }: Core, imported: ImportedAuthenticator): AccountRecord {
  const at = options.clock();
  const recovery = { recoveryKey: randomName(), recoveryDigests: [], recoveryConfirmed: null };
  const lastStep = timeStepAt(at, imported.parameters.period) + options.limits.window;
  const authenticator = { id: randomName(), ...imported, addedAt: at, lastStep, clockOffset: 0 };
  return enrolledRecord(randomName(), { authenticators: [authenticator], keys: [] }, recovery, at);
}

function hasAuthenticator(record: AccountRecord, { secret, parameters }: ImportedAuthenticator): boolean {
  return record.authenticators.some(
    (each) => Buffer.from(each.secret).equals(secret) && sameParameters(each.parameters, parameters),
  );
}
