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
  /** Deletes the account's record, also one that does not open. Tells whether there was one. */
  remove(accountId: string): Promise<boolean>;
}

/**
 * The vault over a store.
 *
 * @param timeoutMs how long one operation, all its rounds together, may take before it is refused
 */
export function createVault(store: Store, sealer: Sealer, timeoutMs: number): Vault {
  const open = (accountId: string, sealed: string | null): AccountRecord | null => {
    if (sealed === null) return null;
    try {
      return decodeRecord(sealer.open('record', accountId, sealed).text);
    } catch (cause) {
      throw new SecondFactorError('record-unreadable', undefined, { cause });
    }
  };

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
