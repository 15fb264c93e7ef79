import type { Store } from 'passport-second-factor';

/** The part of a MongoDB `Collection<{ _id: string; sealed: string }>` that is used. */
export interface TotpCollection {
  findOne(filter: { _id: string }, options: object): Promise<{ sealed: string } | null>;
  find(filter: object, options: object): AsyncIterable<{ _id: string }>;
  insertOne(document: { _id: string; sealed: string }): Promise<unknown>;
  updateOne(filter: object, update: { $set: { sealed: string } }): Promise<{ matchedCount: number }>;
  deleteOne(filter: object): Promise<{ deletedCount: number }>;
}

export function mongoStore(totp: TotpCollection): Store {
  const newest = { readConcern: { level: 'linearizable' }, maxTimeMS: 2000 };
  const find = (accountId: string) => totp.findOne({ _id: accountId }, newest);
  const refuse = (e: Error & { code?: unknown }) => (e.code === 11000 ? false : Promise.reject(e));
  return {
    get: async (accountId) => (await find(accountId))?.sealed ?? null,
    async compareAndSet(accountId, expected, next) {
      if (expected === next) return ((await find(accountId))?.sealed ?? null) === expected;
      const present = { _id: accountId, sealed: expected };
      if (next === null) return (await totp.deleteOne(present)).deletedCount === 1;
      if (expected !== null)
        return (await totp.updateOne(present, { $set: { sealed: next } })).matchedCount === 1;
      return totp.insertOne({ _id: accountId, sealed: next }).then(() => true, refuse);
    },
    async *list() {
      for await (const { _id } of totp.find({}, { projection: { _id: 1 } })) yield _id;
    },
  };
}
