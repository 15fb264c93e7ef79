import { parseAccountId } from '../account/account.js';
import type { LockoutLimits } from '../account/limits.js';
import { lockAt } from '../account/lockout.js';
import type { AccountRecord } from '../account/record.js';
import { SecondFactorError } from '../errors.js';
import { knownOnly } from '../known-only.js';
import type { Core } from '../session/core.js';
import { factorOf, findAccount, originFrom } from '../session/core.js';
import { readFactor, reporting } from '../session/account-record.js';
import { lackOf, takesKeysOnly } from '../session/requirement.js';
import { browsersOf } from './browsers-of.js';
import { forEachAtOnce } from './for-each-at-once.js';
import type { Pace } from './pace.js';
import { createSharedPace } from './pace.js';
import type { CodeOutcome } from '../session/try-code.js';
import { tryCode } from '../session/try-code.js';

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
  /** Wrong codes in a row: one count for `verify()` and all browsers that the account does not know. */
  readonly failures: number;
  /** Whether codes are refused there at this moment. */
  readonly locked: boolean;
  /** Until when, milliseconds since 1970; `null` when not locked, or not before recovery. */
  readonly lockedUntil: number | null;
  /** The known browsers in which codes are refused at this moment. Each has a count of its own. */
  readonly lockedBrowsers: readonly LockedBrowser[];
  readonly recoveryCodesLeft: number;
  /** Whether their owner said that they are saved, or used one; `null` where that was never asked. */
  readonly recoveryCodesConfirmed: boolean | null;
  readonly authenticators: number;
  /** How many digits their codes have: ascending, each number once. */
  readonly digits: readonly number[];
  /** Passkeys and security keys. */
  readonly securityKeys: readonly SecurityKeyStatus[];
  /** How many browsers are not asked for a code; as `admin.browsers()` lists them. */
  readonly rememberedBrowsers: number;
}

/** A known browser in which codes are refused, as operators see it. */
export interface LockedBrowser {
  /** Made from its user agent ("Firefox, Linux"); may be empty. */
  readonly name: string;
  /** Wrong codes in a row in this browser. */
  readonly failures: number;
  /** Until when, milliseconds since 1970; `null`: until recovery, or `admin.unlock()`. */
  readonly lockedUntil: number | null;
}

/** A passkey or security key, as operators see it. */
export interface SecurityKeyStatus {
  readonly credentialId: string;
  readonly name: string;
  /** The rpId it was made for: under another one it lets nobody in. */
  readonly rpId: string;
  /** Milliseconds since 1970, as {@link lastUsedAt}. */
  readonly addedAt: number;
  readonly lastUsedAt: number;
  /** Whether nobody gets in with it any more, because there may be a copy of it. */
  readonly stopped: boolean;
}

/** Where a code came from, for the events. */
export interface VerifyContext {
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** The outcome of a code, or why it was not checked. */
export type VerifyOutcome =
  | CodeOutcome
  | {
      readonly ok: false;
      readonly reason: 'enrollment-required' | 'other-factor' | 'security-key-required';
    };

/** What code without a session can ask. */
export interface Headless {
  /**
   * What is known of one account. A record that does not open is no error here.
   *
   * @throws {SecondFactorError} `account-invalid`, `store-unavailable`
   */
  status(accountId: AccountId): Promise<AccountStatus>;
  /**
   * What is known of several accounts, in their order. Some are read at once: as many as the store takes without making
   * others wait, so the list may be long. It ends with the first that cannot be read.
   */
  status(accountIds: readonly AccountId[]): Promise<AccountStatus[]>;
  /**
   * Checks a code, for code that never calls `req.logIn`. It decides as every other operation does, and counts
   * guesses in the same place. The caller has already checked the password. Only `not-enrolled` means that the
   * password is enough. `enrollment-required`: the account must have a second factor and has none. `other-factor`: it
   * still has its earlier one (`account().otherFactor`), which the application checks. `security-key-required`: the
   * policy accepts no codes of this account, and none was checked.
   *
   * @param code what was typed, of any type
   * @throws {SecondFactorError} `account-unknown`: nobody `findUser` knows, so that no mistaken id passes for an
   *   account without a second factor; `store-unavailable`, `record-unreadable`, `record-missing`
   */
  verify(accountId: AccountId, code: unknown, context?: VerifyContext): Promise<VerifyOutcome>;
}

/** The side of an instance that needs no session. */
export function createHeadless(core: Core): Headless {
  const sharing = createSharedPace();
  function status(accountId: AccountId): Promise<AccountStatus>;
  function status(accountIds: readonly AccountId[]): Promise<AccountStatus[]>;
  async function status(ids: AccountId | readonly AccountId[]): Promise<AccountStatus | AccountStatus[]> {
    if (!isList(ids)) return statusOf(core, parseAccountId(ids));
    const accountIds = ids.map(parseAccountId);
    return sharing(async (pace) => statusesOf(core, accountIds, pace));
  }

  return {
    status,

    async verify(id, code, context = {}) {
      const accountId = parseAccountId(id);
      knownOnly(context, ['ip', 'userAgent'], 'verify context field');
      const origin = originFrom(context);
      const found = await findAccount(core, accountId);
      if (!found) throw new SecondFactorError('account-unknown', 'findUser(accountId) knows no such account');
      // Read first only where the answer depends on it.
      const isEnrolled =
        found.account.otherFactor && (await readFactor(core, found.account, () => origin)) !== null;
      if (await takesKeysOnly(core, found.account, isEnrolled)) {
        return { ok: false, reason: 'security-key-required' };
      }
      const outcome = await tryCode(core, { accountId, operation: 'headless', origin }, code);
      if (!outcome.ok && outcome.reason === 'not-enrolled') {
        if (found.account.enrolled) await readFactor(core, found.account, () => origin);
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

/** What is known of accounts, in their order. */
async function statusesOf(core: Core, accountIds: readonly string[], pace: Pace): Promise<AccountStatus[]> {
  const statuses: AccountStatus[] = [];
  await forEachAtOnce(
    accountIds.entries(),
    async ([place, accountId]) => {
      statuses[place] = await statusOf(core, accountId);
    },
    pace,
  );
  return statuses;
}

function statusOf(core: Core, accountId: string): Promise<AccountStatus> {
  return reporting(core, { accountId, origin: {} }, () => readStatus(core, accountId));
}

async function readStatus(core: Core, accountId: string): Promise<AccountStatus> {
  const { options, vault } = core;
  const nothing = {
    failures: 0,
    locked: false,
    lockedUntil: null,
    lockedBrowsers: [],
    enrolledAt: null,
    recoveryCodesLeft: 0,
    recoveryCodesConfirmed: null,
    authenticators: 0,
    digits: [],
    securityKeys: [],
    rememberedBrowsers: 0,
  };
  try {
    const record = await vault.read(accountId);
    if (!record) return { accountId, enrolled: false, readable: true, ...nothing };
    const now = options.clock();
    const lock = lockAt(record, now, options.limits.lockout);
    const { digits, keys } = factorOf(record);
    return {
      accountId,
      enrolled: true,
      readable: true,
      enrolledAt: record.enrolledAt,
      failures: record.failures,
      locked: lock.locked,
      lockedUntil: lock.locked ? lock.until : null,
      lockedBrowsers: lockedBrowsers(record.browsers, now, options.limits.lockout),
      recoveryCodesLeft: record.recoveryDigests.length,
      recoveryCodesConfirmed: record.recoveryConfirmed,
      authenticators: record.authenticators.length,
      digits,
      securityKeys: keys.map(({ transports: _transports, ...key }) => key),
      rememberedBrowsers: (await browsersOf(core, accountId, record)).length,
    };
  } catch (error) {
    if (!(error instanceof SecondFactorError && error.code === 'record-unreadable')) throw error;
    return { accountId, enrolled: true, readable: false, ...nothing };
  }
}

function lockedBrowsers(
  browsers: AccountRecord['browsers'],
  now: number,
  limits: LockoutLimits,
): LockedBrowser[] {
  return browsers.flatMap((browser) => {
    const lock = lockAt(browser, now, limits);
    return lock.locked ? [{ name: browser.name, failures: browser.failures, lockedUntil: lock.until }] : [];
  });
}
