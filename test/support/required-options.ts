import { randomBytes } from 'node:crypto';
import { Passport } from 'passport';
import type { SecondFactorOptions } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';

/** A user with an id and nothing else. */
export interface User {
  id: string;
}

/** Base64 of 32 random bytes. */
export const key = (): string => randomBytes(32).toString('base64');

/** The options without which there is no instance. */
export const required = (): SecondFactorOptions<User> => ({
  passport: new Passport(),
  issuer: 'Panel',
  account: ({ id }) => ({ id, name: id }),
  findUser: (id) => ({ id }),
  store: memoryStore(),
  keys: [key()],
});
