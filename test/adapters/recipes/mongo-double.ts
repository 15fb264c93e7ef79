import { setImmediate as turn } from 'node:timers/promises';
import type { mongoStore } from './mongo-store.js';

type Totp = Parameters<typeof mongoStore>[0];

interface Document {
  _id: string;
  sealed: string;
}

const DUPLICATE_KEY = 11000;
const NOT_A_REPLICA_SET = 123;

/**
 * Answers as a MongoDB collection does: ids are unique, a filter and its change are one step. A standalone server
 * refuses `linearizable` (NotAReplicaSet), and takes `majority` for what it has.
 */
export function mongoDouble(server: 'replica set' | 'standalone'): Totp {
  const documents = new Map<string, Document>();
  const matching = (filter: object): Document[] =>
    [...documents.values()].filter((document) =>
      Object.entries(filter).every(([name, value]) => document[name as keyof Document] === value),
    );
  const double: Record<string, (filter: Document, change: { $set: object }) => unknown> = {
    async findOne(filter, options) {
      await turn();
      if (!JSON.stringify(options).includes('"level":"linearizable"')) {
        if (server === 'replica set') throw new Error('not the newest');
      } else if (server === 'standalone') throw failure(NOT_A_REPLICA_SET);
      const [document] = matching(filter);
      return document === undefined ? null : { ...document };
    },
    async *find(filter) {
      for (const { _id } of matching(filter)) yield await turn({ _id });
    },
    async insertOne(document) {
      await turn();
      if (documents.has(document._id)) {
        throw failure(DUPLICATE_KEY);
      }
      documents.set(document._id, { ...document });
    },
    async updateOne(filter, { $set }) {
      await turn();
      const found = matching(filter).slice(0, 1);
      for (const document of found) Object.assign(document, $set);
      return { matchedCount: found.length };
    },
    async deleteOne(filter) {
      await turn();
      const found = matching(filter).slice(0, 1);
      for (const { _id } of found) documents.delete(_id);
      return { deletedCount: found.length };
    },
  };
  return double as unknown as Totp;
}

function failure(code: number): Error {
  return Object.assign(new Error(`MongoDB says ${String(code)}`), { code });
}
