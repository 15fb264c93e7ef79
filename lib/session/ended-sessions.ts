/** Longer than any request waits for its session store. */
const REMEMBERED_MILLISECONDS = 60_000;

/** The sessions that this process ended within the last minute, by their ids. */
export interface EndedSessions {
  /** To be called before the session store is told. */
  add(id: string): void;
  has(id: string): boolean;
}

export function createEndedSessions(): EndedSessions {
  const ids = new Set<string>();
  return {
    add(id) {
      ids.add(id);
      setTimeout(() => ids.delete(id), REMEMBERED_MILLISECONDS).unref();
    },
    has: (id) => ids.has(id),
  };
}
