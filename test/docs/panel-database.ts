/**
 * Stands in for the database of docs/add-to-an-app.md and its neighbours: alice, whose password is
 * "password", and the Redis at REDIS_URL.
 */
export const DATABASE = `
import { Redis } from 'ioredis';
const table = new Map([['1', { id: '1', login: 'alice', password: 'password', passwordChangedAt: new Date(1) }]]);
export const users = {
  byId: async (id) => table.get(id) ?? null,
  withPassword: async (login, password) =>
    [...table.values()].find((user) => user.login === login && user.password === password) ?? null,
  setPassword: async (id, password) => {
    const changed = { ...table.get(id), password, passwordChangedAt: new Date() };
    table.set(id, changed);
    return changed;
  },
};
export const redis = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 2000 });
`;

/** The same for programs in CommonJS. */
export const DATABASE_COMMONJS = DATABASE.replace(
  /import (.*) from (.*);/,
  'const $1 = require($2);',
).replace(/export const (\w+) =/g, 'const $1 = exports.$1 =');
