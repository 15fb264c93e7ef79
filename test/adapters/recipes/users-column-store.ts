import type { Kysely } from 'kysely';
import type { Store } from 'passport-second-factor';

/** `second_factor text` is null for a user without. `id` is what the option `account` gives as the id. */
export interface Database {
  users: { id: string; second_factor: string | null };
}

export function usersColumnStore(db: Kysely<Database>): Store {
  return {
    async get(accountId) {
      const user = db.selectFrom('users').select('second_factor').where('id', '=', accountId);
      return (await user.executeTakeFirst())?.second_factor ?? null;
    },
    async compareAndSet(accountId, expected, next) {
      const user = db.updateTable('users').set({ second_factor: next }).where('id', '=', accountId);
      const present = user.where('second_factor', 'is not distinct from', expected);
      return (await present.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },
    async *list() {
      const ids = db.selectFrom('users').select('id').where('second_factor', 'is not', null);
      for (let page = [{ id: '' }]; page.length > 0;) {
        page = await ids.where('id', '>', page.at(-1)!.id).orderBy('id').limit(500).execute();
        for (const { id } of page) yield id;
      }
    },
  };
}
