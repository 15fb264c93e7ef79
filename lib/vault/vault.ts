import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRecord, encodeRecord } from '../account/record.js';
import type { AccountRecord, Decision } from '../account/record.js';
import { SecondFactorError } from '../errors.js';
import type { Sealer } from './seal.js';
import type { Store } from './store.js';

/** Rounds of compare-and-set before giving up: every lost round means that somebody else's was held. */
const ROUNDS = 16;
const FIRST_JITTER_MILLISECONDS = 2;
const LONGEST_JITTER_MILLISECONDS = 64;

/** The records of all accounts, opened and sealed on the way. */
export interface Vault {
  /**
   * The account's record, or `null` when it is not enrolled. One store read.
   *
   * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
   */
  read(accountId: string): Promise<AccountRecord | null>;
  /**
   * Decides on the present record and swaps the next one in; when somebody else was faster, loads and
   * decides again. The outcome is told only after the swap held. One store read and at most one swap
   * when nobody interferes.
   *
   * @throws {SecondFactorError} `store-unavailable` (also when what happened is unknown), `record-unreadable`
   */
  update<Outcome>(
    accountId: string,
    decide: (record: AccountRecord | null) => Decision<Outcome>,
  ): Promise<Outcome>;
  /** Seals the account's record with the first key, unless it is already. */
  reseal(accountId: string): Promise<'current' | 'resealed' | 'gone'>;
  /** Whether the account's record is sealed with the first key, another one of the ring, or none of them. */
  sealedWith(accountId: string): Promise<'first-key' | 'old-key' | 'unreadable' | 'gone'>;
  /** The ids of all accounts with a record. */
  list(): AsyncIterable<string>;
  /** Deletes the account's record, also one that does not open. Tells whether there was one. */
  remove(accountId: string): Promise<boolean>;
}

/**
 * The vault over a store.
 *
 * @param timeoutMs how long one operation, all its rounds together, may take before it is refused
 */
export function createVault(store: Store, sealer: Sealer, timeoutMs: number): Vault {
  const opened = (
    accountId: string,
    sealed: string,
  ): { record: AccountRecord; text: string; current: boolean } => {
    try {
      const { text, current } = sealer.open('record', accountId, sealed);
      return { record: decodeRecord(text), text, current };
    } catch (cause) {
      throw new SecondFactorError('record-unreadable', undefined, { cause });
    }
  };
  const open = (accountId: string, sealed: string | null): AccountRecord | null =>
    sealed === null ? null : opened(accountId, sealed).record;

  async function swapLoop<Outcome>(
    accountId: string,
    decide: (sealed: string | null) => { outcome: Outcome; next: string | null | undefined },
    deadline: AbortSignal,
  ): Promise<Outcome> {
    for (let round = 0; round < ROUNDS; round++) {
      deadline.throwIfAborted();
      const sealed = await store.get(accountId);
      deadline.throwIfAborted();
      const { outcome, next } = decide(sealed);
      if (next === undefined || next === sealed) return outcome;
      if (await store.compareAndSet(accountId, sealed, next)) return outcome;
      const longest = Math.min(FIRST_JITTER_MILLISECONDS * 2 ** round, LONGEST_JITTER_MILLISECONDS);
      await sleep(randomInt(longest + 1));
    }
    throw new Error(`the record was changed by others ${String(ROUNDS)} times in a row`);
  }

  return {
    read: (accountId) => withDeadline(timeoutMs, async () => open(accountId, await store.get(accountId))),

    update: (accountId, decide) =>
      withDeadline(timeoutMs, (deadline) =>
        swapLoop(
          accountId,
          (sealed) => {
            const { outcome, next } = decide(open(accountId, sealed));
            if (next === 'unchanged') return { outcome, next: undefined };
            return { outcome, next: next && sealer.seal('record', accountId, encodeRecord(next)) };
          },
          deadline,
        ),
      ),

    reseal: (accountId) =>
      withDeadline(timeoutMs, (deadline) =>
        swapLoop<'current' | 'resealed' | 'gone'>(
          accountId,
          (sealed) => {
            if (sealed === null) return { outcome: 'gone', next: undefined };
            const { text, current } = opened(accountId, sealed);
            if (current) return { outcome: 'current', next: undefined };
            return { outcome: 'resealed', next: sealer.seal('record', accountId, text) };
          },
          deadline,
        ),
      ),

    sealedWith: (accountId) =>
      withDeadline(timeoutMs, async () => {
        const sealed = await store.get(accountId);
        if (sealed === null) return 'gone';
        try {
          return opened(accountId, sealed).current ? 'first-key' : 'old-key';
        } catch {
          return 'unreadable';
        }
      }),

    list: () => store.list(),

    remove: (accountId) =>
      withDeadline(timeoutMs, (deadline) =>
        swapLoop(accountId, (sealed) => ({ outcome: sealed !== null, next: null }), deadline),
      ),
  };
}

/** Runs store calls until a deadline, after which no further one is begun and the answer is "unknown". */
async function withDeadline<T>(
  timeoutMs: number,
  operation: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      deadline.abort();
      reject(new Error(`the store did not answer within ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([operation(deadline.signal), late]);
  } catch (cause) {
    if (cause instanceof SecondFactorError) throw cause;
    throw new SecondFactorError('store-unavailable', undefined, { cause });
  } finally {
    clearTimeout(timer);
  }
}
