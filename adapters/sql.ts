import { SecondFactorError } from '../lib/errors.js';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Deadline, Store } from '../lib/vault/store.js';
import { sqlColumn } from './sql-column.js';
import { isDuplicate, sqlConnection } from './sql-connection.js';
import type { KyselyDatabase } from './sql-database.js';
import { sqlReport } from './sql-report.js';
import { checkedTable } from './sql-table.js';
import type { SqlTableOptions } from './sql-table.js';
import { sqliteTurns } from './sqlite-turns.js';

export { libsqlDatabase } from './libsql-database.js';
export type { LibsqlDatabase } from './libsql-database.js';
export { createTotpTable, totpMigrations } from './sql-table.js';
export type { KyselyDatabase } from './sql-database.js';
export type { SqlTableOptions, TotpMigration } from './sql-table.js';

const ACCOUNTS_PER_PAGE = 500;

/**
 * A store in PostgreSQL, MySQL, MariaDB or SQLite, one row per account in the table `totp`, made by
 * {@link createTotpTable} or {@link totpMigrations}. Deleting an account's row turns its second factor off.
 *
 * Every swap is one conditional statement in a transaction of its own: atomic, and as durable as the database's
 * commits. `db` must be connected to the primary. Plugins of Kysely, including `withSchema()`, are not used. An
 * answer is waited for until the deadline of the call (`storeTimeoutMs`); a statement that has no connection by then
 * is never sent. `db` is never destroyed.
 *
 * Methods reject with an `Error` that names the table, and tells to run the migration when there is none. Reads also
 * reject where row-level security of PostgreSQL applies: it may hide rows, and leave the password only.
 *
 * @param db a database of Kysely 0.28 or 0.29, never a transaction: a rollback would make used codes valid again
 * @throws {SecondFactorError} `store-invalid`, `option-unknown`, `option-invalid`; the message says what to hand in
 *   instead
 *
 * @example
 * import { Kysely, PostgresDialect } from 'kysely';
 * import { Pool } from 'pg'; // a pool needs listeners, see docs/stores.md
 * import { createTotpTable, sqlStore } from 'passport-second-factor/sql';
 * const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool() }) });
 * await createTotpTable(db);
 * const store = sqlStore(db);
 */
export function sqlStore(db: KyselyDatabase, options: SqlTableOptions = {}): Store {
  const name = checkedTable(options);
  const table = sql.table(name);
  const connection = sqlConnection(db, name);
  const { dialect, run } = connection;
  const read = sqlColumn(connection, name);
  if ((db as { isTransaction?: unknown }).isTransaction === true) {
    throw new SecondFactorError(
      'store-invalid',
      'sqlStore(db): hand in the database itself, not a transaction',
    );
  }
  const unlessThere = dialect === 'mysql' ? sql`` : sql`on conflict (account) do nothing`;
  // as bytes, a text is the same under every connection charset, and no SQL mode of MySQL bends its quotes
  const encode = (text: string | null): string | Buffer | null =>
    dialect === 'mysql' && text !== null ? Buffer.from(text) : text;

  async function get(accountId: string, deadline?: Deadline): Promise<string | null> {
    const [sealed] = await read('sealed', sql`account = ${encode(accountId)}`, deadline);
    return sealed === undefined ? null : decode(sealed);
  }

  const inTurns = dialect === 'sqlite' ? sqliteTurns() : <Result>(write: () => Result) => write();

  async function changesRow(statement: RawBuilder<unknown>, deadline?: Deadline): Promise<boolean> {
    const { numAffectedRows } = await inTurns(() => run(statement, deadline?.signal));
    if (numAffectedRows === undefined) {
      throw new Error(`the driver does not tell how many rows of the table ${name} it changed`);
    }
    return numAffectedRows > 0n;
  }

  return {
    get,

    async compareAndSet(accountId, expected, next, deadline) {
      // MySQL may count rows that are found or rows that change: here they would not be the same
      if (expected === next) return (await get(accountId, deadline)) === expected;

      const account = encode(accountId);
      if (expected === null) {
        const values = sql`(${account}, ${encode(next)}, current_timestamp)`;
        const insert = sql`insert into ${table} (account, sealed, updated_at) values ${values} ${unlessThere}`;
        return changesRow(insert, deadline).catch((error: unknown) => {
          if (isDuplicate(error)) return false;
          throw error;
        });
      }
      const present = sql`account = ${account} and sealed = ${encode(expected)}`;
      if (next === null) return changesRow(sql`delete from ${table} where ${present}`, deadline);
      const values = sql`sealed = ${encode(next)}, updated_at = current_timestamp`;
      return changesRow(sql`update ${table} set ${values} where ${present}`, deadline);
    },

    async *list(deadline) {
      let last = '';
      for (;;) {
        const page = sql`account > ${encode(last)} order by account limit ${sql.lit(ACCOUNTS_PER_PAGE)}`;
        const accounts = await read('account', page, deadline);
        for (const account of accounts) {
          last = decode(account);
          yield last;
        }
        if (accounts.length < ACCOUNTS_PER_PAGE) return;
      }
    },

    inspect: (deadline) => sqlReport(connection, deadline?.signal),
  };
}

/** The text of a column: drivers give bytes for what MySQL keeps as bytes. */
function decode(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw new Error(`account and sealed must be text or bytes, got ${typeof value}`);
}
