/** What a store knows of the server behind it. */
export interface StoreReport {
  /** The server's clock, milliseconds since 1970; `null` when it has none of its own. */
  readonly serverTime: number | null;
  /** What may lose records, in whole sentences with the fix. */
  readonly warnings: readonly string[];
}

/** Until when an answer is waited for. */
export interface Deadline {
  /**
   * Aborts when the caller stops waiting. What was not sent by then must never be sent. The store needs no time limit
   * of its own.
   */
  readonly signal: AbortSignal;
}

/**
 * Where sealed records are kept: a map from account id to an opaque string, changed only by
 * compare-and-set. Any database that can do an atomic conditional write can be a store; whether it
 * behaves is shown by the suite in `passport-second-factor/store-contract`.
 *
 * An account id is any string of 1 to 255 UTF-8 bytes without NUL. Ids are compared byte for byte:
 * `Bob` and `bob`, `a:b` and `{a}` are accounts of their own, and no id may bend a key or a query.
 *
 * A rejected promise means "unknown": the caller refuses, and never assumes that nothing happened. The message
 * is read by operators. No method needs a time limit: the caller keeps one (`storeTimeoutMs`), and its end is told
 * by the `deadline`.
 */
export interface Store {
  /** The value kept for the account, or `null`. Strongly consistent: never an older value. */
  get(accountId: string, deadline?: Deadline): Promise<string | null>;
  /**
   * A cheaper {@link Store.get} for requests of users who are signed in, `rekey` and `check`. After a failover it may return an older
   * value, for a second at most. Without it, {@link Store.get} is used.
   */
  peek?(accountId: string, deadline?: Deadline): Promise<string | null>;
  /**
   * Replaces `expected` by `next` in one atomic step, and tells whether it did. If the value is already `next`, it
   * may answer `true`: no two swaps of the package have the same `next`, so the client has sent this one twice.
   *
   * @param expected the value that must be there now; `null`: there must be none
   * @param next the new value; `null`: delete
   * @returns `null` when `expected` is not there, and this very call may have replaced it before: its client has sent
   *   again what was not answered. The caller refuses then, as it does when the promise rejects.
   */
  compareAndSet(
    accountId: string,
    expected: string | null,
    next: string | null,
    deadline?: Deadline,
  ): Promise<boolean | null>;
  /** The ids of all accounts that have a value, each once, in any order. Each step has the same time. */
  list(deadline?: Deadline): AsyncIterable<string>;
  /** What `check` reports about the server behind the store. Optional. */
  inspect?(deadline?: Deadline): Promise<StoreReport>;
  /** Releases what the store itself opened. It never closes a client that was handed to it. */
  close?(): Promise<void>;
}
