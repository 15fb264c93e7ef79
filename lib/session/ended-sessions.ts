/** Longer than any request waits for its session store. */
const REMEMBERED_MILLISECONDS = 60_000;

/** By session store, the ids of sessions that were ended in this process a moment ago. */
const ended = new WeakMap<object, Set<string>>();

/** Remembers for a minute that a session was ended; to be called before the store is told. */
export function rememberEnded(store: object, id: string): void {
  const ids = ended.get(store) ?? new Set();
  ended.set(store, ids.add(id));
  setTimeout(() => ids.delete(id), REMEMBERED_MILLISECONDS).unref();
}

/** Whether a session was ended in this process a moment ago. */
export function wasEnded(store: object, id: string): boolean {
  return ended.get(store)?.has(id) ?? false;
}
