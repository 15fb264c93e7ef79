import type { Account } from '../account/account.js';
import { parseAccountId } from '../account/account.js';
import { unlocked } from '../account/attempt.js';
import { withoutBrowsers } from '../account/known-browsers.js';
import type { RememberedBrowser } from '../account/known-browsers.js';
import type { AccountRecord } from '../account/record.js';
import type { AccountSummary } from '../options.js';
import type { Core } from '../session/core.js';
import { emitEvent, findAccount } from '../session/core.js';
import { accountNamed } from './account-named.js';
import { browsersOf } from './browsers-of.js';
import { disableAccount } from './disable-account.js';
import type { AccountId } from './headless.js';
import type { ImportedSecret } from './import-secret.js';
import { importSecret } from './import-secret.js';
import { removeSecurityKeys } from './remove-security-keys.js';
import type { Operator } from './operator.js';
import { operatorFields } from './operator.js';
import type { Health, Rekeyed } from './maintenance.js';
import { inspect, rekey } from './maintenance.js';
import { newRecoveryCodes } from '../session/random.js';
import { change, reporting, updateRecord } from '../session/account-record.js';
import { takesKeysOnly } from '../session/requirement.js';
import type { Untold } from '../vault/under-way.js';

/** How the application describes an account. */
export interface DescribedAccount extends AccountSummary {
  /** What `account()` says, which is not what `status().enrolled` says where the record is missing. */
  readonly enrolled: boolean;
  readonly otherFactor: boolean;
  /** Whether the policy takes nothing but passkeys and security keys of it; `false` also where it cannot say. */
  readonly keysOnly: boolean;
}

/** What operators may do. Each change of an account is one event. */
export interface Admin {
  /** How the application describes an account, fresh; `null` when there is none. */
  account(accountId: AccountId): Promise<DescribedAccount | null>;
  /**
   * The same by its name, by `findAccountByName`: `null` when no account has exactly this name, `undefined` without
   * that option.
   */
  accountNamed(name: string): Promise<DescribedAccount | null | undefined>;
  /**
   * Whether the owner of an account would be told of a change now: `false` if `findUser` does not find the account, because
   * it is blocked or deleted, or cannot describe it; `null` without `notify`. Such a change is made all the same, and a
   * warning of the process says that its owner was not told.
   */
  tellsOwner(accountId: AccountId): Promise<boolean | null>;
  /** The ids of all accounts that have a second factor, in any order. */
  list(): AsyncIterable<string>;
  /**
   * Seals every record with the first key. May be interrupted and repeated; sign-ins go on in the meantime.
   * Afterwards, {@link Admin.check} shows whether any record needs an older key.
   *
   * @param progress hears how many records are done, after each
   */
  rekey(progress?: (records: number) => void): Promise<Rekeyed>;
  /**
   * Reads every record and asks the store about its server: clock, store, keys.
   *
   * @param progress hears how many records are done, after each
   */
  check(progress?: (records: number) => void): Promise<Health>;
  /**
   * Takes the second factor off an account, also when its record does not open or `findUser` fails. Takes effect on
   * the next request of every session of the account. Tells whether there was one.
   */
  disable(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Ends a wait or the hard limit after wrong codes. Also helps when the server's clock was ahead by mistake and
   * right codes are refused as used since then. Codes that could be read until now stay void. Tells whether the
   * account is enrolled.
   */
  unlock(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Makes new recovery codes for an account whose owner was identified by other means; the old ones are
   * void. The codes, shown this once, or `null` when the account is not enrolled.
   */
  recoveryCodes(accountId: AccountId, operator: Operator): Promise<string[] | null>;
  /**
   * The browsers that are not asked for a code at sign-in; empty when the account is not enrolled. If `findUser` does not
   * find it or fails, its security stamp counts as unchanged.
   *
   * @throws {SecondFactorError} `account-invalid`, `store-unavailable`, `record-unreadable`
   */
  browsers(accountId: AccountId): Promise<RememberedBrowser[]>;
  /**
   * Makes every browser of an account ask for a code again. Sessions that began without one ask on their next
   * request. Tells whether the account is enrolled.
   */
  revokeBrowsers(accountId: AccountId, operator: Operator): Promise<boolean>;
  /**
   * Removes the passkeys and security keys of an account whose owner lost them: one, or all. What they had let in is void.
   * Tells whether there were such.
   *
   * @param credentialId left out: all of them. `undefined` is refused, so that a value that is missing removes nothing
   * @throws {SecondFactorError} `factor-last` when nothing else is left: disable it, or have an app added first;
   *   `option-invalid`
   */
  removeSecurityKeys(accountId: AccountId, operator: Operator, credentialId?: string): Promise<boolean>;
  /**
   * Enrolls an account with an authenticator app or hardware token of another system; see {@link ImportedSecret}.
   * Secrets never come out again. May be repeated: tells whether the account was enrolled, and `false` where it has
   * exactly this authenticator already.
   *
   * @throws {SecondFactorError} `option-invalid` and `option-unknown` (no message holds the secret), `account-unknown`,
   *   `already-enrolled` with any other authenticator, `store-unavailable`
   */
  import(accountId: AccountId, secret: ImportedSecret): Promise<boolean>;
  /** Deletes the record of an account that was deleted. */
  forget(accountId: AccountId): Promise<void>;
  /**
   * Waits until `notify` and listeners are done with what has happened to an account, and late answers of its record have
   * come. Gives up after 5 s in which nothing was done. For programs that change many accounts: without it they are faster
   * than their mails. Tells what was left undone, of all accounts.
   *
   * @param accountId left out: all accounts, 5 s at most
   */
  settled(accountId?: AccountId): Promise<Untold>;
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
      { accountId, origin: {}, by: by.by },
      (record) =>
        record
          ? { outcome: true, next: next(record), activity: name }
          : { outcome: false, next: 'unchanged' },
      (enrolled, origin) => {
        if (enrolled) emitEvent(core, name, accountId, origin, by);
      },
    );
  };

  return {
    async account(id) {
      const found = await findAccount(core, parseAccountId(id));
      return found ? described(core, found.account) : null;
    },
    async accountNamed(name) {
      const found = await accountNamed(core, name);
      return found ? described(core, found.account) : found;
    },

    async tellsOwner(id) {
      const accountId = parseAccountId(id);
      if (!options.notify) return null;
      return (await findAccount(core, accountId).catch(() => null)) !== null;
    },

    list: () => vault.list(),
    rekey: (progress) => rekey(core, progress),
    check: (progress) => inspect(core, progress),

    disable: async (id, operator) => disableAccount(core, parseAccountId(id), operatorFields(operator)),

    unlock: async (id, operator) =>
      changed(id, operator, 'unlocked', (record) => unlocked(record, options.clock(), options.limits)),

    async recoveryCodes(id, operator) {
      const { shown, kept } = newRecoveryCodes();
      const next = (record: AccountRecord): AccountRecord => ({ ...record, ...kept });
      return (await changed(id, operator, 'recovery-codes-regenerated', next)) ? shown.codes : null;
    },

    async browsers(id) {
      const accountId = parseAccountId(id);
      const record = await reporting(core, { accountId, origin: {} }, () => vault.read(accountId));
      return record ? browsersOf(core, accountId, record) : [];
    },

    revokeBrowsers: async (id, operator) => changed(id, operator, 'browsers-revoked', withoutBrowsers),

    removeSecurityKeys: async (id, operator, ...which) =>
      removeSecurityKeys(core, parseAccountId(id), operatorFields(operator), which),

    import: async (id, secret) => importSecret(core, parseAccountId(id), secret),

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

    async settled(id) {
      await core.underWay.over(id === undefined ? undefined : parseAccountId(id));
      return core.underWay.untold();
    },
  };
}

async function described(core: Core, account: Account): Promise<DescribedAccount> {
  const { id, name, level, enrolled, otherFactor } = account;
  // A policy that fails keeps no operator from helping.
  const keysOnly = await isKeysOnly(core, account).catch(() => false);
  return { id, name, level, enrolled: enrolled === true, otherFactor, keysOnly };
}

async function isKeysOnly(core: Core, account: Account): Promise<boolean> {
  const isEnrolled = account.otherFactor && (await core.vault.read(account.id)) !== null;
  return takesKeysOnly(core, account, isEnrolled);
}
