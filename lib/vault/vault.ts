import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVED_ID_PREFIX } from '../account/account.js';
import { decodeRecord, encodeRecord } from '../account/record.js';
import type { AccountRecord, Decision } from '../account/record.js';
import { SecondFactorError } from '../errors.js';
import type { DeadlineParts } from './deadline.js';
import { Abandoning, withDeadline } from './deadline.js';
import { storeUnavailable } from './failure.js';
import type { Sealer } from './seal.js';
import type { Store, StoreReport } from './store.js';
import type { UnderWay } from './under-way.js';
import { createViews } from './views.js';

/** Rounds of compare-and-set before giving up: every lost round means that somebody else's was held. */
const ROUNDS = 16;
const FIRST_JITTER_MILLISECONDS = 2;
const LONGEST_JITTER_MILLISECONDS = 64;
/** What a try is named beside {@link RESERVED_ID_PREFIX}: none meets another one. */
const TRY_BYTES = 16;

/**
 * Whether a swap was made.
 *
 * @param answer of a store; what a driver gives for a row that it did not change must not pass for yes
 * @throws {Error} when that is not known
 */
function isHeld(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new Error(
    answer === null
      ? 'the record was changed: by this call, whose answer was lost, or by another one'
      : `the store must answer a swap with true or false, got ${typeof answer}`,
  );
}

/**
 * Hears of a change that was made, in place of a caller who was told that the outcome is unknown because the store was
 * late, or its answer was lost. What was not made, or is never known, is not told.
 */
export type Late<Outcome> = (outcome: Outcome) => Promise<void>;

/**
 * The records of all accounts, opened and sealed on the way.
 *
 * @typeParam View what sessions need to know of a record
 */
export interface Vault<View = unknown> {
  /**
   * The account's record, or `null` when it is not enrolled. One store read.
   *
   * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
   */
  read(accountId: string): Promise<AccountRecord | null>;
  /**
   * What sessions need to know of the account's record, or `null` when it is not enrolled. One store read; the record is
   * opened only where the store gives another text than before. That there is none is not kept for
   * {@link Vault.glance}: the account may still have another factor, which goes once there is a record.
   *
   * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
   */
  view(accountId: string): Promise<View | null>;
  /**
   * The same for who is signed in already, by {@link Store.peek}.
   *
   * @param withinMs for how long a read of before is enough, in milliseconds: then it is no promise, and no store read. What
   *   this process changed since is always read
   * @throws {SecondFactorError} `store-unavailable`, `record-unreadable`
   */
  glance(accountId: string, withinMs: number): View | null | Promise<View | null>;
  /**
   * Decides on the present record and swaps the next one in; when somebody else was faster, loads and
   * decides again. The outcome is told only after the swap held. One store read and at most one swap
   * when nobody interferes. A decision that takes its time counts as time of the store.
   *
   * @throws {SecondFactorError} `store-unavailable` (also when what happened is unknown), `record-unreadable`
   */
  update<Outcome>(
    accountId: string,
    decide: (record: AccountRecord | null) => Decision<Outcome> | Promise<Decision<Outcome>>,
    late?: Late<Outcome>,
  ): Promise<Outcome>;
  /** Seals the account's record with the first key, unless it is already. */
  reseal(accountId: string, late?: Late<Resealed>): Promise<Resealed>;
  /** Whether the account's record is sealed with the first key, another one of the ring, or none of them; and what it holds. */
  examine(accountId: string): Promise<Examined>;
  /**
   * The ids of all accounts with a record.
   *
   * @throws {SecondFactorError} `store-unavailable`, also when one step takes too long
   */
  list(): AsyncIterable<string>;
  /**
   * What the store tells of its server.
   *
   * @throws {SecondFactorError} `store-unavailable`
   */
  inspect(): Promise<StoreReport>;
  /**
   * Makes every kind of swap, on an id that no account can have and no two calls share. Leaves nothing behind unless
   * the store fails between the last two.
   *
   * @throws {SecondFactorError} `store-unavailable` when the store refuses one of them
   */
  trySwaps(): Promise<void>;
  /** Deletes the account's record, also one that does not open. Tells whether there was one. */
  remove(accountId: string, late?: Late<boolean>): Promise<boolean>;
}

/** What a decision makes of a sealed record; `undefined`: it stays. */
interface Swap<Outcome> {
  readonly outcome: Outcome;
  readonly next: string | null | undefined;
}

/** What there is of an account's record; `gone`: nothing. */
export interface Examined {
  readonly sealedWith: 'first-key' | 'old-key' | 'unreadable' | 'gone';
  /** `null` where there is none, or none that opens. */
  readonly record: AccountRecord | null;
}

/** What became of a record that was to be sealed with the first key. */
export type Resealed = 'current' | 'resealed' | 'gone';

/**
 * The vault over a store.
 *
 * @param timeoutMs how long one operation, all its rounds together, may take before it is refused; of a list, each
 *   step
 * @param underWay has the changes whose answer is late
 * @param viewOf what sessions need to know of a record: it is kept, so nothing secret
 * @param clock milliseconds since 1970
 */
export function createVault<View>(
  store: Store,
  sealer: Sealer,
  timeoutMs: number,
  underWay: UnderWay,
  viewOf: (record: AccountRecord) => View,
  clock: () => number = Date.now,
): Vault<View> {
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
  const views = createViews(clock, (accountId, sealed) => viewOf(opened(accountId, sealed).record));
  const open = (accountId: string, sealed: string | null): AccountRecord | null =>
    sealed === null ? null : opened(accountId, sealed).record;

  const get: Store['get'] = (id, deadline) => store.get(id, deadline);
  const peek: Store['get'] = (id, deadline) =>
    store.peek ? store.peek(id, deadline) : store.get(id, deadline);

  async function swapLoop<Outcome>(
    accountId: string,
    decide: (sealed: string | null) => Swap<Outcome> | Promise<Swap<Outcome>>,
    deadline: Abandoning,
    readFirst: Store['get'],
    lost: (swap: Swap<Outcome>) => void,
  ): Promise<Outcome> {
    for (let round = 0; round < ROUNDS; round++) {
      deadline.throwIfAborted();
      const sealed = await (round === 0 ? readFirst : get)(accountId, deadline);
      deadline.throwIfAborted();
      const { outcome, next } = await decide(sealed);
      deadline.throwIfAborted();
      if (next === undefined || next === sealed) return outcome;
      let held: boolean;
      try {
        held = isHeld(await store.compareAndSet(accountId, sealed, next, deadline));
      } catch (error) {
        lost({ outcome, next });
        throw error;
      }
      if (held) return outcome;
      const longest = Math.min(FIRST_JITTER_MILLISECONDS * 2 ** round, LONGEST_JITTER_MILLISECONDS);
      await sleep(randomInt(longest + 1));
    }
    throw new Error(`the record was changed by others ${String(ROUNDS)} times in a row`);
  }

  function inTime<T>(
    operation: (deadline: Abandoning) => T | Promise<T>,
    parts?: DeadlineParts<T>,
  ): Promise<T> {
    return withDeadline(timeoutMs, operation, storeUnavailable, parts);
  }

  function change<Outcome>(
    accountId: string,
    decide: (sealed: string | null) => Swap<Outcome> | Promise<Swap<Outcome>>,
    late: Late<Outcome> = () => Promise.resolve(),
    readFirst = get,
  ): Promise<Outcome> {
    const changed = (): void => views.changed(accountId);
    // One read may show that the swap was made: every sealed text has a nonce of its own. An absent record has none, so a
    // deletion is told where somebody else made one at that moment, rather than left untold where this one was made.
    const lost = ({ outcome, next }: Swap<Outcome>): void => {
      const present = inTime((deadline) => get(accountId, deadline));
      underWay.add(
        accountId,
        present.then((sealed) => (sealed === next ? late(outcome) : undefined)).catch(() => undefined),
      );
    };
    changed();
    return inTime(
      (deadline) => {
        const answer = swapLoop(accountId, decide, deadline, readFirst, lost);
        answer.then(changed, changed);
        return answer;
      },
      {
        late: (answer) => {
          underWay.add(
            accountId,
            answer.then(late, () => undefined),
          );
        },
      },
    );
  }

  function viewBy(read: Store['get'], accountId: string, keepsNone: boolean): Promise<View | null> {
    return inTime((deadline) => {
      const since = views.begin();
      return read(accountId, deadline).then((sealed) =>
        views.of(accountId, sealed, since, keepsNone || sealed !== null),
      );
    });
  }

  return {
    read: (accountId) => inTime(async (deadline) => open(accountId, await store.get(accountId, deadline))),

    view: (accountId) => viewBy(get, accountId, false),

    glance: (accountId, withinMs) => {
      const recent = withinMs > 0 ? views.recent(accountId, withinMs) : undefined;
      return recent === undefined ? viewBy(peek, accountId, true) : recent;
    },

    update: (accountId, decide, late) =>
      change(
        accountId,
        async (sealed) => {
          const { outcome, next } = await decide(open(accountId, sealed));
          if (next === 'unchanged') return { outcome, next: undefined };
          return { outcome, next: next && sealer.seal('record', accountId, encodeRecord(next)) };
        },
        late,
      ),

    reseal: (accountId, late) =>
      change<Resealed>(
        accountId,
        (sealed) => {
          if (sealed === null) return { outcome: 'gone', next: undefined };
          const { text, current } = opened(accountId, sealed);
          if (current) return { outcome: 'current', next: undefined };
          return { outcome: 'resealed', next: sealer.seal('record', accountId, text) };
        },
        late,
        // What is swapped is what lies there, wherever it was read.
        peek,
      ),

    examine: (accountId) =>
      inTime(async (deadline) => {
        const sealed = await peek(accountId, deadline);
        if (sealed === null) return { sealedWith: 'gone', record: null };
        try {
          const { record, current } = opened(accountId, sealed);
          return { sealedWith: current ? 'first-key' : 'old-key', record };
        } catch {
          return { sealedWith: 'unreadable', record: null };
        }
      }),

    async *list() {
      const abandoned = new Abandoning();
      const ids = await inTime((deadline) => store.list(deadline)[Symbol.asyncIterator](), { abandoned });
      try {
        for (;;) {
          const step = await inTime(() => ids.next(), { abandoned });
          if (step.done === true) return;
          if (!step.value.startsWith(RESERVED_ID_PREFIX)) yield step.value;
        }
      } finally {
        abandoned.abort(new Error('the list was given up'));
        void ids.return?.().catch(() => undefined); // one that hangs never returns
      }
    },

    inspect: () => inTime((deadline) => store.inspect?.(deadline) ?? { serverTime: null, warnings: [] }),

    async trySwaps() {
      const id = RESERVED_ID_PREFIX + randomBytes(TRY_BYTES).toString('base64url');
      const swap = (expected: string | null, next: string | null): Promise<boolean | null> =>
        inTime(async (deadline) => {
          const answer = await store.compareAndSet(id, expected, next, deadline);
          return answer === null ? null : isHeld(answer);
        });
      // These change nothing, and need the rights to delete and to change all the same.
      for (const next of [null, '='] as const) await swap('-', next);
      await swap(null, null);
      let created: boolean | null;
      try {
        created = await swap(null, '-');
      } catch (error) {
        await swap('-', null).catch(() => undefined); // it may have been made
        throw error;
      }
      if (created === true && (await swap('-', null)) === false) {
        throw storeUnavailable(new Error('the store has lost a swap that it told was made'));
      }
    },

    remove: (accountId, late) =>
      change(accountId, (sealed) => ({ outcome: sealed !== null, next: null }), late),
  };
}
