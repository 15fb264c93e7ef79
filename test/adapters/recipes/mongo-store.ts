import type { Collection } from 'mongodb';
import type { Store } from 'passport-second-factor';

export function mongoStore(totp: Collection<{ _id: string; sealed: string }>): Store {
  const read = (_id: string, level: 'linearizable' | 'majority') =>
    totp.findOne({ _id }, { readConcern: { level }, maxTimeMS: 2000 });
  async function get(accountId: string) {
    const found = await read(accountId, 'linearizable').catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 123) throw error;
      return read(accountId, 'majority'); // not a replica set: one server, which has no older record
    });
    return found?.sealed ?? null;
  }
  return {
    get,
    async compareAndSet(_id, expected, next) {
      if (expected === next) return (await get(_id)) === expected;
      if (next === null) return (await totp.deleteOne({ _id, sealed: expected! })).deletedCount === 1;
      if (expected !== null) {
        const swapped = await totp.updateOne({ _id, sealed: expected }, { $set: { sealed: next } });
        return swapped.matchedCount === 1;
      }
      const refuse = (e: Error & { code?: unknown }) => (e.code === 11000 ? false : Promise.reject(e));
      return totp.insertOne({ _id, sealed: next }).then(() => true, refuse);
    },
    async *list() {
      for await (const { _id } of totp.find({}, { projection: { _id: 1 } })) yield _id;
    },
  };
}
