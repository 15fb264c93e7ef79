import { parseAccountId } from '../account/account.js';
import { unlocked } from '../account/attempt.js';
import { rememberedBrowsers, withoutBrowsers } from '../account/known-browsers.js';
import type { RememberedBrowser } from '../account/known-browsers.js';
import { lockAt } from '../account/lockout.js';
import type { AccountRecord } from '../account/record.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { AccountSummary } from '../options.js';
import type { Core } from '../session/core.js';
import { emitEvent, findAccount, originFrom, reportOutage } from '../session/core.js';
import { disableAccount } from './disable-account.js';
import type { ImportedSecret } from './import-secret.js';
import { importSecret } from './import-secret.js';
import type { Operator } from './operator.js';
import { operatorFields } from './operator.js';
import type { CodeOutcome } from '../session/try-code.js';
import { tryCode } from '../session/try-code.js';
import type { Health, Rekeyed } from './maintenance.js';
import { inspect, rekey } from './maintenance.js';
import { newRecoveryCodes } from '../session/random.js';
import { lackOf } from '../session/requirement.js';
import { change, updateRecord } from '../session/update-record.js';

/** An account id as `account()` gives it. */
export type AccountId = string | number | bigint;

/** What is known of an account's second factor. */
export interface AccountStatus {
  readonly accountId: string;
  /** Whether there is a record, also one that does not open. */
  readonly enrolled: boolean;
  /** `false` when the record does not open: wrong keys, moved from another account, or altered. */
  readonly readable: boolean;
  /** Milliseconds since 1970. */
  readonly enrolledAt: number | null;
  /** Wrong codes in a row. */
  readonly failures: number;
  /** Whether codes are refused at this moment. */
  readonly locked: boolean;
  /** Until when, milliseconds since 1970; `null` when not locked, or not before recovery. */
  readonly lockedUntil: number | null;
  readonly recoveryCodesLeft: number;
  /** Whether their owner said that they are saved, or used one; `null` where that was never asked. */
  readonly recoveryCodesConfirmed: boolean | null;
  readonly authenticators: number;
  readonly rememberedBrowsers: number;
}

/** How the application describes an account. */
export interface DescribedAccount extends AccountSummary {
  /** What `account()` says, which is not what {@link AccountStatus.enrolled} says where the record is missing. */
  readonly enrolled: boolean;
  readonly otherFactor: boolean;
}

/** Where a code came from that no request of ours brought, for the events. */
export interface VerifyContext {
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What became of a code, or why it was not checked. */
export type VerifyOutcome =
  CodeOutcome | { readonly ok: false; readonly reason: 'enrollment-required' | 'other-factor' };

/** What operators and code without a session of ours may do. What changes an account is one event. */
export interface Admin {
  /** How the application describes an account, fresh; `null` when there is none. */
  account(accountId: AccountId): Promise<DescribedAccount | null>;
  /** The ids of all accounts that have a second factor, in any order. */
  list(): AsyncIterable<string>;
  /**
   * Seals every record with the first key. May be interrupted and repeated; sign-ins go on meanwhile.
   * Afterwards {@link Admin.check} shows whether any record needs an older key.
   */
  rekey(): Promise<Rekeyed>;
  /** Reads every record and asks the store about its server: clock, store, keys. */
  check(): Promise<Health>;
  /** What is known of one account. */
  status(accountId: AccountId): Promise<AccountStatus>;
  /** What is known of several accounts, in their order. */
  status(accountIds: readonly AccountId[]): Promise<AccountStatus[]>;
  /**
   * Takes the second factor off an account, also a record that does not open. Takes effect on the next
   * request of every session of the account, also where `findUser` fails. Tells whether there was one.
   */
  disable(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Ends a wait or the hard limit after wrong codes, and the wait for a time that a clock set ahead by
   * mistake had reached. Codes that could be read by now stay void. Tells whether the account is enrolled.
   */
  unlock(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Makes new recovery codes for an account whose owner was identified by other means; the old ones are
   * void. The codes, shown this once, or `null` when the account is not enrolled.
   */
  recoveryCodes(accountId: AccountId, operator: Operator): Promise<string[] | null>;
  /** The browsers that are asked for no code at sign-in; empty when the account is not enrolled. */
  browsers(accountId: AccountId): Promise<RememberedBrowser[]>;
  /**
   * Has every browser of an account asked for a code again. Sessions that came in without one ask for it on
   * their next request. Tells whether the account is enrolled.
   */
  revokeBrowsers(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Enrolls an account with a secret from another system; see {@link ImportedSecret}. Secrets never come out
   * again.
   */
  import(accountId: AccountId, secret: ImportedSecret): Promise<void>;
  /** Deletes the record of an account that was deleted. */
  forget(accountId: AccountId): Promise<void>;
  /**
   * Checks a code for code that never calls `req.logIn`: same decision, same budget of guesses as every
   * other operation. The caller has checked the password. Only `not-enrolled` says that it is enough:
   * `enrollment-required` is an account without a second factor that must have one, `other-factor` one that still has its
   * earlier second factor (`account().otherFactor`), which is yours to check.
   *
   * @param code what was typed, of any type
   * @throws {SecondFactorError} `account-unknown`: nobody `findUser` knows, so that no mistaken id passes for an
   *   account without a second factor; `store-unavailable`, `record-unreadable`, `record-missing`
   */
  verify(accountId: AccountId, code: unknown, context?: VerifyContext): Promise<VerifyOutcome>;
}

/** The admin side of an instance. */
export function createAdmin(core: Core): Admin {
  const { options, vault } = core;

  /** Changes the record of an account that is enrolled, as an operator. Tells whether it is. */
  const changed = (
    id: AccountId,
    operator: Operator,
    name: 'unlocked' | 'recovery-codes-regenerated' | 'browsers-revoked',
    next: (record: AccountRecord) => AccountRecord,
  ): Promise<boolean> => {
    const accountId = parseAccountId(id);
    const by = operatorFields(operator);
    return updateRecord<boolean>(
      core,
      { accountId, origin: {} },
      (record) => (record ? { outcome: true, next: next(record) } : { outcome: false, next: 'unchanged' }),
      (enrolled, origin) => {
        if (enrolled) emitEvent(core, name, accountId, origin, by);
      },
    );
  };

  function status(accountId: AccountId): Promise<AccountStatus>;
  function status(accountIds: readonly AccountId[]): Promise<AccountStatus[]>;
  function status(ids: AccountId | readonly AccountId[]): Promise<AccountStatus | AccountStatus[]> {
    return isList(ids) ? Promise.all(ids.map((id) => statusOf(core, id))) : statusOf(core, ids);
  }

  return {
    status,

    async account(id) {
      const found = await findAccount(core, parseAccountId(id));
      if (!found) return null;
      const { id: accountId, name, level, enrolled, otherFactor } = found.account;
      return { id: accountId, name, level, enrolled, otherFactor };
    },

    list: () => vault.list(),
    rekey: () => rekey(core),
    check: () => inspect(core),

    disable: async (id, operator) => disableAccount(core, parseAccountId(id), operatorFields(operator)),

    unlock: async (id, operator) =>
      changed(id, operator, 'unlocked', (record) => unlocked(record, options.clock(), options.limits)),

    async recoveryCodes(id, operator) {
      const { shown, kept } = newRecoveryCodes();
      const next = (record: AccountRecord): AccountRecord => ({ ...record, ...kept });
      return (await changed(id, operator, 'recovery-codes-regenerated', next)) ? shown.codes : null;
    },

    async browsers(id) {
      const record = await vault.read(parseAccountId(id));
      return record ? rememberedBrowsers(record.browsers, options.clock()) : [];
    },

    revokeBrowsers: async (id, operator) => changed(id, operator, 'browsers-revoked', withoutBrowsers),

    import: (id, secret) => importSecret(core, parseAccountId(id), secret),

    async forget(id) {
      const accountId = parseAccountId(id);
      await change<boolean>(
        core,
        { accountId, origin: {} },
        (late) => vault.remove(accountId, late),
        (removed, origin) => {
          if (removed) emitEvent(core, 'forgotten', accountId, origin, {});
        },
      );
    },

    async verify(id, code, context = {}) {
      const accountId = parseAccountId(id);
      knownOnly(context, ['ip', 'userAgent'], 'verify context field');
      const origin = originFrom(context);
      const found = await findAccount(core, accountId);
      if (!found) throw new SecondFactorError('account-unknown', 'findUser(accountId) knows no such account');
      const outcome = await tryCode(core, { accountId, operation: 'headless', origin }, code);
      if (!outcome.ok && outcome.reason === 'not-enrolled') {
        if (found.account.enrolled) {
          throw reportOutage(core, accountId, origin, new SecondFactorError('record-missing'));
        }
        const reason = await lackOf(core, found.account);
        if (reason !== null) return { ok: false, reason };
      }
      if (!outcome.ok) return outcome;
      const { method, recoveryCodesLeft } = outcome;
      return { ok: true, method, recoveryCodesLeft };
    },
  };
}

/** An id of a type that none can be, an ObjectId for example, is no list. */
function isList(ids: AccountId | readonly AccountId[]): ids is readonly AccountId[] {
  return Array.isArray(ids);
}

async function statusOf({ options, vault }: Core, id: AccountId): Promise<AccountStatus> {
  const accountId = parseAccountId(id);
  const nothing = {
    failures: 0,
    locked: false,
    lockedUntil: null,
    enrolledAt: null,
    recoveryCodesLeft: 0,
    recoveryCodesConfirmed: null,
    authenticators: 0,
    rememberedBrowsers: 0,
  };
  try {
    const record = await vault.read(accountId);
    if (!record) return { accountId, enrolled: false, readable: true, ...nothing };
    const lock = lockAt(record, options.clock(), options.limits.lockout);
    return {
      accountId,
      enrolled: true,
      readable: true,
      enrolledAt: record.enrolledAt,
      failures: record.failures,
      locked: lock.locked,
      lockedUntil: lock.locked ? lock.until : null,
      recoveryCodesLeft: record.recoveryDigests.length,
      recoveryCodesConfirmed: record.recoveryConfirmed,
      authenticators: record.authenticators.length,
      rememberedBrowsers: rememberedBrowsers(record.browsers, options.clock()).length,
    };
  } catch (error) {
    if (!(error instanceof SecondFactorError && error.code === 'record-unreadable')) throw error;
    return { accountId, enrolled: true, readable: false, ...nothing };
  }
}
