import { Abandoning, withDeadline } from '../../lib/vault/deadline.js';
import type { Store } from '../../lib/vault/store.js';

const asIs = (cause: unknown): Error => cause as Error;

/**
 * A store whose calls are given up after a while, each step of a list anew: adapters wait as long as it takes. With a
 * time limit's length, the test says when.
 */
export function impatient(store: Store, milliseconds: number): Store {
  return {
    ...store,
    get: (accountId) => withDeadline(milliseconds, (deadline) => store.get(accountId, deadline), asIs),
    compareAndSet: (accountId, expected, next) =>
      withDeadline(
        milliseconds,
        (deadline) => store.compareAndSet(accountId, expected, next, deadline),
        asIs,
      ),
    async *list() {
      const abandoned = new Abandoning();
      const ids = store.list({ signal: abandoned.signal })[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await withDeadline(milliseconds, () => ids.next(), asIs, { abandoned });
        if (done) return;
        yield value;
      }
    },
  };
}
