import type { Kysely } from 'kysely';
import type { Store } from 'passport-second-factor';
import { usersColumnStore } from './users-column-store.js';
import type { Database } from './users-column-store.js';

/** For the suite alone: gives each of its accounts a row. */
export function withRows(db: Kysely<Database>): Store {
  const store = usersColumnStore(db);
  return {
    ...store,
    async compareAndSet(accountId, expected, next) {
      const users = db.insertInto('users').values({ id: accountId, second_factor: null });
      await users.onConflict((conflict) => conflict.doNothing()).execute();
      return store.compareAndSet(accountId, expected, next);
    },
  };
}
