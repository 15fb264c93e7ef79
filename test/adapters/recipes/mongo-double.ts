import { setImmediate as turn } from 'node:timers/promises';
import type { TotpCollection } from './mongo-store.js';

interface Document {
  _id: string;
  sealed: string;
}

const DUPLICATE_KEY = 11000;

/** Answers as a MongoDB collection does: ids are unique, a filter and its change are one step. */
export function mongoDouble(): TotpCollection {
  const documents = new Map<string, Document>();
  const matching = (filter: object): Document[] =>
    [...documents.values()].filter((document) =>
      Object.entries(filter).every(([name, value]) => document[name as keyof Document] === value),
    );
  return {
    async findOne(filter, options) {
      if (!JSON.stringify(options).includes('"linearizable"')) throw new Error('not the newest');
      await turn();
      const [document] = matching(filter);
      return document === undefined ? null : { ...document };
    },
    async *find(filter) {
      for (const { _id } of matching(filter)) yield await turn({ _id });
    },
    async insertOne(document) {
      await turn();
      if (documents.has(document._id)) {
        throw Object.assign(new Error('E11000 duplicate key error'), { code: DUPLICATE_KEY });
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
}
