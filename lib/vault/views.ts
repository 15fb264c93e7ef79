/** Accounts whose view is kept: at 3 KB each it takes 30 MB. */
const MOST_ACCOUNTS = 10_000;

interface Kept<View> {
  /** The text as it lies in the store; `null`: none. */
  readonly sealed: string | null;
  readonly view: View | null;
  /** When the store was asked that gave that text last, milliseconds since 1970; `null`: that counts no more. */
  readAt: number | null;
}

/** A read of the store that has begun. */
interface Since {
  /** How many changes this process had made by then. */
  readonly changes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the process keeps of the records that it opened: what sessions need, and nothing secret. */
export interface Views<View> {
  /**
   * What the text of an account's record opened to. The text must be the very same, and of this account: what was moved
   * to another one is opened there, and does not open.
   *
   * @param since what {@link Views.begin} gave when the store was asked
   * @param isRecent whether the answer counts for {@link Views.recent}
   */
  of(accountId: string, sealed: string | null, since: Since, isRecent: boolean): View | null;
  /** A read of the store begins. */
  begin(): Since;
  /** What the store gave when it was asked within so many milliseconds; `undefined`: it must be asked. */
  recent(accountId: string, milliseconds: number): View | null | undefined;
  /** This process changes the record, or has changed it: what was read until now counts no more. */
  changed(accountId: string): void;
}

/**
 * @param clock milliseconds since 1970
 * @param open opens a text; what it throws is handed on, and nothing is kept
 */
export function createViews<View>(
  clock: () => number,
  open: (accountId: string, sealed: string) => View,
): Views<View> {
  const kept = new Map<string, Kept<View>>();
  let changes = 0;

  function keep(accountId: string, sealed: string | null, view: View | null): Kept<View> {
    if (kept.size >= MOST_ACCOUNTS && !kept.has(accountId)) {
      const [oldest = ''] = kept.keys();
      kept.delete(oldest);
    }
    const entry: Kept<View> = { sealed, view, readAt: null };
    kept.set(accountId, entry);
    return entry;
  }

  return {
    of(accountId, sealed, since, isRecent) {
      let entry = kept.get(accountId);
      if (entry?.sealed !== sealed)
        entry = keep(accountId, sealed, sealed === null ? null : open(accountId, sealed));
      // A read that a change overtook may have come before it. What another process changed since it began may be missing, too.
      if (isRecent && since.changes === changes) entry.readAt = since.at;
      return entry.view;
    },
    begin: () => ({ changes, at: clock() }),
    recent(accountId, milliseconds) {
      const entry = kept.get(accountId);
      if (!entry || entry.readAt === null) return undefined;
      const age = clock() - entry.readAt;
      // A clock that was set back makes nothing recent.
      return age >= 0 && age < milliseconds ? entry.view : undefined;
    },
    changed(accountId) {
      changes++;
      const entry = kept.get(accountId);
      if (entry) entry.readAt = null;
    },
  };
}
