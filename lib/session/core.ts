import type { Account } from '../account/account.js';
import { LONGEST, cleanText } from '../account/clean-text.js';
import { digitsOf } from '../account/authenticators.js';
import type { KnownBrowsers } from '../account/known-browsers.js';
import { recoverySetName } from '../account/recovery-codes.js';
import type { AccountRecord, Authenticator, Failures, SecurityKey } from '../account/record.js';
import { STOPPED_COUNTER } from '../account/security-keys.js';
import { debug } from '../debug.js';
import { SecondFactorError } from '../errors.js';
import type { Emitter, EventBase, EventName, SecondFactorEvents } from '../events.js';
import type { ResolvedOptions } from '../check-options.js';
import type { Soon } from '../soon.js';
import { isLater, whenThere } from '../soon.js';
import { describeFailure } from '../vault/failure.js';
import type { Sealer } from '../vault/seal.js';
import type { UnderWay } from '../vault/under-way.js';
import type { Vault } from '../vault/vault.js';
import { foundAccount } from './described-account.js';
import type { Mounting } from './mounting.js';
import type { PassportPort } from './passport-port.js';
import type { WarnOnce } from './warn-once.js';

/** The parts of one instance of the package. */
export interface Core {
  readonly options: ResolvedOptions;
  readonly passport: PassportPort;
  readonly vault: Vault<Factor>;
  readonly sealer: Sealer;
  readonly events: Emitter;
  readonly mounting: Mounting;
  readonly warnOnce: WarnOnce;
  /** What closing waits for. */
  readonly underWay: UnderWay;
}

/** A user of the application, fresh from the database, and their account. */
export interface FoundUser {
  readonly user: unknown;
  readonly account: Account;
}

/**
 * What a session needs to know about an account's second factor. The process keeps it in memory, so no secret is part
 * of it.
 */
export interface Factor extends KnownBrowsers {
  readonly enrollment: string;
  readonly recoveryCodesLeft: number;
  /** Whether the owner has saved them, if that was asked; see {@link AccountRecord.recoveryConfirmed}. */
  readonly recoveryCodesConfirmed: boolean | null;
  /** Identifies the set of recovery codes that is not confirmed yet; `null`: none. */
  readonly recoveryCodesSet: string | null;
  readonly authenticators: readonly Pick<Authenticator, 'id' | 'name' | 'addedAt'>[];
  /** How many digits their codes have: ascending, each number once. */
  readonly digits: readonly number[];
  readonly keys: readonly KnownKey[];
  /** Whether a security key was used since the last code of an authenticator app. */
  readonly usedKeyLast: boolean;
  /** The budget of guesses that all unknown browsers share. */
  readonly strangers: Failures;
}

/** What a session needs to know about a security key. */
export interface KnownKey extends Omit<SecurityKey, 'publicKey' | 'counter'> {
  /** Whether it no longer opens the account, because there may be a copy of it. */
  readonly stopped: boolean;
}

function newest<Item>(items: readonly Item[], timeOf: (item: Item) => number): number {
  return Math.max(0, ...items.map(timeOf));
}

function lastCodeAt({ lastStep, parameters }: Authenticator): number {
  return lastStep * parameters.period * 1000;
}

/** What a session needs to know about a record. */
export function factorOf(record: AccountRecord): Factor {
  const { enrollment, recoveryDigests, recoveryConfirmed, authenticators, browsers, browsersStamp } = record;
  return {
    enrollment,
    recoveryCodesLeft: recoveryDigests.length,
    recoveryCodesConfirmed: recoveryConfirmed,
    recoveryCodesSet: recoveryConfirmed === false ? recoverySetName(record) : null,
    authenticators: authenticators.map(({ id, name, addedAt }) => ({ id, name, addedAt })),
    digits: digitsOf(authenticators),
    keys: record.keys.map(({ publicKey: _publicKey, counter, ...key }) => ({
      ...key,
      stopped: counter === STOPPED_COUNTER,
    })),
    usedKeyLast: newest(record.keys, ({ lastUsedAt }) => lastUsedAt) > newest(authenticators, lastCodeAt),
    strangers: { failures: record.failures, lockedUntil: record.lockedUntil },
    browsers,
    browsersStamp,
  };
}

/** A user, and what is known about the second factor. */
export interface KnownUser extends FoundUser {
  /** `null`: not enrolled. */
  readonly factor: Factor | null;
}

/** Whether an account has the application's own second factor, and none here. */
export function hasOtherFactorOnly({ account, factor }: Pick<KnownUser, 'account' | 'factor'>): boolean {
  return factor === null && account.otherFactor;
}

/**
 * The user of an account id, as in the database now; `null`: there is none.
 *
 * @throws {SecondFactorError} `find-user-failed`, `account-invalid`; `account-unstable` when the user found says to be
 *   another account
 */
export async function findAccount(core: Core, accountId: string): Promise<FoundUser | null> {
  return lookUpAccount(core, accountId);
}

/** The same. Synchronous if the application's function is. */
export function lookUpAccount(core: Core, accountId: string): Soon<FoundUser | null> {
  return whenThere(lookUpUser(core, accountId), (user) => {
    if (user === null || user === undefined || user === false) return null;
    return whenThere(foundAccount(core.options, user), (account) => {
      if (account.id === accountId) return { user, account };
      throw new SecondFactorError(
        'account-unstable',
        'findUser(accountId) returned a user whose account().id is another one: both must go by the same id',
      );
    });
  });
}

function lookUpUser({ options }: Core, accountId: string): Soon<unknown> {
  try {
    const said: unknown = options.findUser(accountId);
    return isLater(said) ? said.then(undefined, findUserFailed) : said;
  } catch (cause) {
    return findUserFailed(cause);
  }
}

function findUserFailed(cause: unknown): never {
  const message = `findUser(accountId) threw: ${describeFailure(cause)}`;
  throw new SecondFactorError('find-user-failed', message, { cause });
}

/** The digest of an account's security stamp, for a session; `null`: the application gives no stamp. */
export function stampOf(core: Core, account: Account): string | null {
  return account.stamp === null ? null : core.sealer.stamp(account.id, account.stamp);
}

/** Whether a session's stamp digest belongs to the account's present stamp. */
export function stampMatches(core: Core, account: Account, digest: string | null): boolean {
  if (account.stamp === null || digest === null) return account.stamp === digest;
  return core.sealer.stampMatches(account.id, account.stamp, digest);
}

/** The same check, for several digests. */
export function stampMatcher(core: Core, account: Account): (digest: string | null) => boolean {
  return (digest) => stampMatches(core, account, digest);
}

/** Where something came from, for events. */
export type EventOrigin = Pick<EventBase, 'ip' | 'userAgent' | 'actorId' | 'late'>;

/** What a request or an application says about where something came from, for events: one short line each. */
export function originFrom({
  ip,
  userAgent,
}: {
  readonly ip?: unknown;
  readonly userAgent?: unknown;
}): EventOrigin {
  return {
    ...(typeof ip === 'string' && { ip: cleanText(ip, LONGEST.ip) }),
    ...(typeof userAgent === 'string' && { userAgent: cleanText(userAgent, LONGEST.userAgent) }),
  };
}

/** The fields an event has of its own. */
export type EventFields<Name extends EventName> = Omit<SecondFactorEvents[Name], keyof EventBase>;

/** Emits an event, now. */
export function emitEvent<Name extends EventName>(
  { events, options }: Core,
  name: Name,
  accountId: string,
  origin: EventOrigin,
  fields: EventFields<Name>,
): void {
  debug('event %s: %j', name, { accountId, ...origin, ...fields });
  events.emit(name, { at: momentOf(options), accountId, ...origin, ...fields } as SecondFactorEvents[Name]);
}

/** The time of an event. If the clock fails, the event is emitted all the same. */
export function momentOf({ clock }: Pick<ResolvedOptions, 'clock'>): number {
  try {
    return clock();
  } catch {
    return Date.now();
  }
}
