import { SecondFactorError } from '../errors.js';
import { describeFailure } from '../vault/failure.js';
import type { Resealed } from '../vault/vault.js';
import type { Core } from '../session/core.js';
import { emitEvent } from '../session/core.js';
import { change } from '../session/account-record.js';
import { forEachAtOnce } from './for-each-at-once.js';

/** Called after each record, with how many are done. */
type Progress = (records: number) => void;

/** After so many records, listeners are waited for: an audit log would fall behind without end. */
const LISTENED_TO_EVERY = 100;

/** What `check` found. */
export interface Health {
  /**
   * How far the store server's clock is ahead of this machine's, in milliseconds; `null` when the server has no
   * clock.
   */
  readonly storeClockAheadMs: number | null;
  /** What may lose records, or that the store cannot be written to; in whole sentences, with the fix or the cause. */
  readonly warnings: readonly string[];
  /** Records sealed with the first key, with an older key of the ring, and such that no key opens. */
  readonly records: { readonly firstKey: number; readonly oldKey: number; readonly unreadable: number };
  /** Whose records no key opens, in any order. */
  readonly unreadableAccounts: readonly string[];
}

/** What `rekey` did to the records. */
export interface Rekeyed {
  readonly resealed: number;
  /** Sealed with the first key before. */
  readonly current: number;
  /** Accounts whose record no key opens. */
  readonly unreadable: readonly string[];
}

/** Seals every record with the first key, some at once. */
export async function rekey(core: Core, progress?: Progress): Promise<Rekeyed> {
  const unreadable: string[] = [];
  let resealed = 0;
  let current = 0;
  let done = 0;
  let latest: string | undefined;
  async function* accounts(): AsyncGenerator<string> {
    let listed = 0;
    for await (const accountId of core.vault.list()) {
      yield accountId;
      if (++listed % LISTENED_TO_EVERY === 0 && latest !== undefined) await core.underWay.over(latest);
    }
  }
  await forEachAtOnce(accounts(), async (accountId) => {
    try {
      const outcome = await change<Resealed>(
        core,
        { accountId, origin: {} },
        (late) => core.vault.reseal(accountId, late),
        (became, origin) => {
          if (became !== 'resealed') return;
          latest = accountId;
          emitEvent(core, 'resealed', accountId, origin, {});
        },
      );
      if (outcome === 'current') current++;
      if (outcome === 'resealed') resealed++;
    } catch (error) {
      if (!(error instanceof SecondFactorError && error.code === 'record-unreadable')) throw error;
      unreadable.push(accountId);
    }
    progress?.(++done);
  });
  return { resealed, current, unreadable };
}

/** Asks the store about its server, tries whether it can be written, and reads every record. */
export async function inspect(core: Core, progress?: Progress): Promise<Health> {
  const { options, vault } = core;
  const asked = options.clock();
  const report = await vault.inspect();
  // The server read its clock somewhere in between.
  const ours = (asked + options.clock()) / 2;

  const unwritable: string[] = [];
  try {
    await vault.trySwaps();
  } catch (error) {
    unwritable.push(`The store cannot be written: ${describeFailure((error as Error).cause)}.`);
  }

  const { counts, strayKeys, unreadableAccounts } = await readEveryRecord(core, progress);
  const { serverTime } = report;
  return {
    storeClockAheadMs: Number.isFinite(serverTime) ? Math.round(Number(serverTime) - ours) : null,
    warnings: [
      ...report.warnings,
      ...untimely(serverTime),
      ...unwritable,
      ...strays(strayKeys, options.webauthn?.rpId),
    ],
    records: { firstKey: counts['first-key'], oldKey: counts['old-key'], unreadable: counts.unreadable },
    unreadableAccounts,
  };
}

async function readEveryRecord({ vault, options }: Core, progress?: Progress) {
  const counts = { 'first-key': 0, 'old-key': 0, unreadable: 0, gone: 0 };
  const unreadableAccounts: string[] = [];
  let [strayKeys, done] = [0, 0];
  await forEachAtOnce(vault.list(), async (accountId) => {
    const { sealedWith, record } = await vault.examine(accountId);
    counts[sealedWith]++;
    if (sealedWith === 'unreadable') unreadableAccounts.push(accountId);
    strayKeys += (record?.keys ?? []).filter(({ rpId }) => rpId !== options.webauthn?.rpId).length;
    progress?.(++done);
  });
  return { counts, strayKeys, unreadableAccounts };
}

/** What is no time must not pass for a clock that is right. */
function untimely(serverTime: number | null): string[] {
  if (serverTime === null || Number.isFinite(serverTime)) return [];
  return ['The store tells no time of its server: inspect() must give serverTime in milliseconds, or null.'];
}

/** Keys that browsers know under another name of the application, or that nobody asks. */
function strays(count: number, rpId: string | undefined): string[] {
  if (count === 0) return [];
  if (rpId === undefined) {
    return [
      `${String(count)} of the passkeys and security keys let nobody in, since there is no option webauthn: set it, or ` +
        'help owners who have nothing else.',
    ];
  }
  return [
    `${String(count)} of the passkeys and security keys were made for another rpId than ${rpId} and let nobody in: ` +
      'set the former one, or have their owners add new ones.',
  ];
}
