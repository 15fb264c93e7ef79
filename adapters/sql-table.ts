import { SecondFactorError } from '../lib/errors.js';
import { knownOnly } from '../lib/known-only.js';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { sqlConnection } from './sql-connection.js';
import type { SqlDialect } from './sql-connection.js';
import type { KyselyDatabase } from './sql-database.js';

const DEFAULT_TABLE = 'totp';
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/;

/** Where the records are. */
export interface SqlTableOptions {
  /** The table's name, with its schema if that is not the default one: `panel.totp`. Default `totp`. */
  readonly table?: string | undefined;
}

/** A migration for Kysely's `Migrator`. */
export interface TotpMigration {
  /** Makes the change. */
  up(db: KyselyDatabase): Promise<void>;
}

/** The columns of each dialect: ids and values are compared byte for byte, whatever the database's collation. */
const COLUMNS: Record<SqlDialect, RawBuilder<unknown>> = {
  postgres: sql`(
    account text collate "C" not null primary key,
    sealed text collate "C" not null,
    updated_at timestamptz not null default CURRENT_TIMESTAMP
  )`,
  // no collation of both MySQL and MariaDB keeps trailing spaces apart, bytes do
  mysql: sql`(
    account varbinary(255) not null primary key,
    sealed longblob not null,
    updated_at timestamp not null default CURRENT_TIMESTAMP
  ) engine = InnoDB`,
  sqlite: sql`(
    account text collate binary not null primary key,
    sealed text collate binary not null,
    updated_at text not null default CURRENT_TIMESTAMP
  )`,
};

/**
 * Creates the table of `sqlStore()`, unless it is there. May be called at every start and from several
 * processes at once; rights to create tables are needed only while there is none.
 *
 * @throws {SecondFactorError} `store-invalid`, `option-unknown`, `option-invalid`
 * @throws {Error} when the table cannot be created, or when one of this name has other columns
 *
 * @example
 * import { Kysely, PostgresDialect } from 'kysely';
 * import { Pool } from 'pg'; // a pool needs listeners, see docs/stores.md
 * import { createTotpTable } from 'passport-second-factor/sql';
 * await createTotpTable(new Kysely({ dialect: new PostgresDialect({ pool: new Pool() }) }));
 */
export async function createTotpTable(db: KyselyDatabase, options: SqlTableOptions = {}): Promise<void> {
  const name = checkedTable(options);
  const table = sql.table(name);
  const connection = sqlConnection(db, name);
  const create = sql`create table if not exists ${table} ${COLUMNS[connection.dialect]}`;
  const failure = await connection.run(create).then(
    () => null,
    (error: unknown) => error,
  );
  try {
    await connection.run(sql`select account, sealed, updated_at from ${table} where 1 = 0`);
  } catch (error) {
    throw failure ?? error;
  }
}

/**
 * The table as migrations for Kysely's `Migrator`. There is no way down: a dropped table turns every
 * second factor off.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`
 *
 * @example
 * import type { MigrationProvider } from 'kysely';
 * import { totpMigrations } from 'passport-second-factor/sql';
 * const provider: MigrationProvider = { getMigrations: () => Promise.resolve(totpMigrations()) };
 */
export function totpMigrations(options: SqlTableOptions = {}): Record<string, TotpMigration> {
  checkedTable(options);
  return {
    totp_0001_create_table: { up: (db) => createTotpTable(db, options) },
  };
}

/**
 * The table's name.
 *
 * @throws {SecondFactorError} `option-unknown`, `option-invalid`; the message carries the fix
 */
export function checkedTable(options: unknown): string {
  const { table = DEFAULT_TABLE } = knownOnly(options, ['table'], 'table option');
  if (typeof table === 'string' && TABLE_NAME.test(table)) return table;
  const got = typeof table === 'string' ? 'something else' : typeof table;
  throw new SecondFactorError(
    'option-invalid',
    `table must be a name of letters, digits and _, such as ${DEFAULT_TABLE} or panel.totp, got ${got}`,
  );
}
