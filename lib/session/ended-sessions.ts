/** Longer than any request waits for its session store. */
const REMEMBERED_MILLISECONDS = 60_000;

/** The sessions that this process ended within the last minute, by their ids. */
export interface EndedSessions {
  /** Ends one, before the session store is told. Tells whether it had not been ended before: one request goes on. */
  claim(id: string): boolean;
  /** The session store could not be told: it may be there still. */
  release(id: string): void;
  has(id: string): boolean;
}

export function createEndedSessions(): EndedSessions {
  const ids = new Set<string>();
  return {
    claim(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      setTimeout(() => ids.delete(id), REMEMBERED_MILLISECONDS).unref();
      return true;
    },
    release: (id) => void ids.delete(id),
    has: (id) => ids.has(id),
  };
}
