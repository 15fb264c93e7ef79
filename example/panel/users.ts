import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './database.js';
import { LEVELS, isBelow } from './levels.js';
import type { Level } from './levels.js';
import { PASSWORD_COST, hashPassword, passwordMatches } from './passwords.js';

/** An account as the panel passes it around: without the hash of its password. */
export interface User {
  readonly id: string;
  readonly login: string;
  readonly level: Level;
  readonly stamp: string;
}

/** A password as it is kept. */
export interface PasswordHash {
  readonly hash: string;
}

/** The accounts of the panel. Logins are matched exactly. */
export interface Users {
  byId(id: string): Promise<User | null>;
  byLogin(login: string): Promise<User | null>;
  /** The accounts below a level, from the highest down. */
  below(level: Level): Promise<User[]>;
  /** The account of a login and its password; takes as long when there is no such login. */
  byPassword(login: string, password: string): Promise<User | null>;
  /** Makes a password ready to be set, which takes a while by design. */
  hash(password: string): Promise<PasswordHash>;
  /**
   * Sets a password, whatever it was.
   *
   * @param stamp only where the account still has this one: the password has not been changed meanwhile
   * @returns the stamp the account has now; `null` when nothing was set
   */
  setPassword(id: string, password: PasswordHash, stamp?: string): Promise<string | null>;
}

const SEED: Readonly<Record<string, Level>> = { root: 'root', admin: 'admin', alice: 'user', bob: 'user' };
const COLUMNS = ['id', 'login', 'level', 'stamp'] as const;

/** The accounts in a database; an empty one gets the seeded accounts. All passwords are hashed at one cost. */
export async function createUsers(db: Kysely<Tables>, passwordCost = PASSWORD_COST): Promise<Users> {
  await seed(db, passwordCost);
  // Checked against when a login is unknown, so that the answer takes as long.
  const nobodysPassword = await hashPassword(randomUUID(), passwordCost);

  return {
    async byId(id) {
      return (await db.selectFrom('users').select(COLUMNS).where('id', '=', id).executeTakeFirst()) ?? null;
    },
    async byLogin(login) {
      const found = db.selectFrom('users').select(COLUMNS).where('login', '=', login);
      return (await found.executeTakeFirst()) ?? null;
    },
    async below(level) {
      const all = await db.selectFrom('users').select(COLUMNS).orderBy('login').execute();
      return LEVELS.filter((each) => isBelow(each, level)).flatMap((each) =>
        all.filter((user) => user.level === each),
      );
    },
    async byPassword(login, password) {
      const found = await db.selectFrom('users').selectAll().where('login', '=', login).executeTakeFirst();
      const matches = await passwordMatches(password, found?.password ?? nobodysPassword);
      if (!found || !matches) return null;
      const { id, level, stamp } = found;
      return { id, login, level, stamp };
    },
    async hash(password) {
      return { hash: await hashPassword(password, passwordCost) };
    },
    async setPassword(id, { hash: password }, stamp) {
      const change = { password, stamp: randomUUID() };
      const update = db.updateTable('users').set(change).where('id', '=', id);
      const { numUpdatedRows } = await (
        stamp === undefined ? update : update.where('stamp', '=', stamp)
      ).executeTakeFirst();
      return numUpdatedRows > 0n ? change.stamp : null;
    },
  };
}

async function seed(db: Kysely<Tables>, passwordCost: number): Promise<void> {
  if (await db.selectFrom('users').select('id').executeTakeFirst()) return;
  const rows = Object.entries(SEED).map(async ([login, level]) => ({
    id: login,
    login,
    level,
    password: await hashPassword(`${login}-password`, passwordCost),
    stamp: randomUUID(),
  }));
  await db
    .insertInto('users')
    .values(await Promise.all(rows))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
