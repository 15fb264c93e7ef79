import { withDeadline } from '../../lib/vault/deadline.js';
import type { Store } from '../../lib/vault/store.js';

/**
 * A store whose calls are given up after a while, each step of a list anew: adapters wait as long as it takes. With a
 * time limit's length, the test says when.
 */
export function impatient(store: Store, milliseconds: number): Store {
  return {
    ...store,
    get: (accountId) => withDeadline(milliseconds, (deadline) => store.get(accountId, deadline)),
    compareAndSet: (accountId, expected, next) =>
      withDeadline(milliseconds, (deadline) => store.compareAndSet(accountId, expected, next, deadline)),
    async *list() {
      const abandoned = new AbortController();
      const ids = store.list({ signal: abandoned.signal })[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await withDeadline(milliseconds, () => ids.next(), { abandoned });
        if (done) return;
        yield value;
      }
    },
  };
}
