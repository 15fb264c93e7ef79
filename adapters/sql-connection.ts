import { setTimeout as pause } from 'node:timers/promises';
import { SecondFactorError } from '../lib/errors.js';
import { CompiledQuery, sql } from 'kysely';
import type { DatabaseConnection, QueryExecutorProvider, QueryResult, RawBuilder } from 'kysely';
import type { KyselyDatabase } from './sql-database.js';

/** How often a statement is made again that the database undid because another one was in its way. */
const ATTEMPTS = 10;

/** Between two tries for SQLite's lock. Another driver in this process may hold it, and must be able to go on. */
const PAUSE_MILLISECONDS = 20;

const SAVEPOINT = CompiledQuery.raw('savepoint nothing_in_progress');
const RELEASE = CompiledQuery.raw('release nothing_in_progress');

/** What differs between databases. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite';

/** What a store needs of a database. */
export interface SqlConnection {
  readonly dialect: SqlDialect;
  /**
   * Runs one statement in a transaction of its own. Waits as long as the database and its driver do; what was not
   * sent at the signal is never sent.
   *
   * @throws {Error} that names the table and the fix; its `cause` is what the driver said
   */
  readonly run: <Row>(statement: RawBuilder<Row>, signal?: AbortSignal) => Promise<QueryResult<Row>>;
}

/**
 * Speaks to a database through Kysely, without its plugins: they may rename columns and parse values.
 *
 * @param table how messages call the table
 * @throws {SecondFactorError} `store-invalid` when `db` is not Kysely, or for a database that is not supported
 */
export function sqlConnection(given: KyselyDatabase, table: string): SqlConnection {
  checkDatabase(given);
  const db = given as QueryExecutorProvider;
  const executor = db.getExecutor().withoutPlugins();
  const provider: QueryExecutorProvider = { getExecutor: () => executor };
  const dialect = dialectOf(db);
  let commitsItself = dialect !== 'mysql';
  /** Whether a statement has met a lock, of SQLite. */
  let uncertain = false;

  /** A pool hands out connections late: what was given up must not take one then. */
  function send<Row>(statement: RawBuilder<Row>, signal?: AbortSignal): Promise<QueryResult<Row>> {
    const query = statement.compile(provider);
    return executor.provideConnection(async (connection) => {
      signal?.throwIfAborted();
      if (uncertain) await requireNothingInProgress(connection);
      try {
        return await connection.executeQuery<Row>(query);
      } catch (error) {
        uncertain ||= hasMetLock(error);
        throw error;
      }
    });
  }

  /**
   * A driver of SQLite may leave a statement in progress that met a lock. Meanwhile its connection reads the database as
   * it was, and commits nothing; SQLite opens no savepoint then.
   */
  async function requireNothingInProgress(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(SAVEPOINT);
    } catch (cause) {
      const fix = 'give a connection of libsql to Kysely as libsqlDatabase(connection)';
      throw new Error(
        `what is in it is not certain while a statement of its connection is in progress: ${fix} (${String(cause)})`,
        { cause },
      );
    }
    await connection.executeQuery(RELEASE);
    uncertain = false;
  }

  /** MySQL can be told to wait for a commit that nobody sends: swaps would hold for one connection only. */
  async function requireAutocommit(signal?: AbortSignal): Promise<void> {
    if (commitsItself) return;
    const { rows } = await send(sql<{ autocommit: unknown }>`select @@autocommit as autocommit`, signal);
    commitsItself = Number(rows[0]?.autocommit) === 1;
    if (!commitsItself) throw new Error('its connections keep nothing (autocommit 0): set autocommit 1');
  }

  async function execute<Row>(statement: RawBuilder<Row>, signal?: AbortSignal): Promise<QueryResult<Row>> {
    await requireAutocommit(signal);
    for (let tried = 1; ; tried++) {
      try {
        return await send(statement, signal);
      } catch (error) {
        if (signal && hasMetLock(error)) await pause(PAUSE_MILLISECONDS);
        else if (tried === ATTEMPTS || !wasUndone(error)) throw error;
        if (signal?.aborted) throw error;
      }
    }
  }

  return {
    dialect,
    run: (statement, signal) =>
      execute(statement, signal).catch((cause: unknown) => {
        throw new Error(explain(cause, table), { cause });
      }),
  };
}

/** Whether MySQL or MariaDB refused an `INSERT` because the key is there already (ER_DUP_ENTRY). */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && detailsOf(error.cause).errno === 1062;
}

/** What drivers put on their errors. */
interface Details {
  readonly message: string;
  readonly errno: unknown;
  /** SQLSTATE (ISO/IEC 9075), or what SQLite calls its result. */
  readonly code: string;
}

function detailsOf(error: unknown): Details {
  const given = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const { message = error, errno, sqlState, code } = given;
  // a server name with two addresses, none of which answers, gives an error without a message
  return { message: String(message === '' ? code : message), errno, code: String(sqlState ?? code) };
}

/** Serialization failures and deadlocks: the statement was rolled back as a whole. */
function wasUndone(error: unknown): boolean {
  return ['40001', '40P01'].includes(detailsOf(error).code);
}

/** The lock of SQLite, which others hold: the statement was not carried out. */
function hasMetLock(error: unknown): boolean {
  return detailsOf(error).code.startsWith('SQLITE_BUSY');
}

function explain(error: unknown, table: string): string {
  const { message, errno, code } = detailsOf(error);
  if (code === '42P01' || errno === 1146 || message.includes('no such table')) {
    return `there is no table ${table} in this database: create it with createTotpTable() or with the migration`;
  }
  if (
    ['42703', '42P10'].includes(code) ||
    errno === 1054 ||
    /no such column|has no column named|ON CONFLICT clause does not match/.test(message)
  ) {
    return (
      `the table ${table} is not as createTotpTable() makes it, with account (the primary key), sealed ` +
      `and updated_at: move it out of the way and run the migration, or choose another name (${message})`
    );
  }
  // MariaDB and MySQL: ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE
  if (
    code === '25006' ||
    [1290, 1792, 1836].includes(Number(errno)) ||
    message.includes('readonly database')
  ) {
    return `the table ${table} is read-only here: connect to the primary, with write access (${message})`;
  }
  return `the table ${table} could not be used: ${message}`;
}

function dialectOf(db: QueryExecutorProvider): SqlDialect {
  const { supportsOutput, supportsReturning, supportsTransactionalDdl } = db.getExecutor().adapter;
  if (supportsOutput === true) {
    throw new SecondFactorError(
      'store-invalid',
      'the dialect of Kysely must be one for PostgreSQL, MySQL, MariaDB or SQLite',
    );
  }
  if (!supportsReturning) return 'mysql';
  return supportsTransactionalDdl ? 'postgres' : 'sqlite';
}

function checkDatabase(db: unknown): void {
  const given = (typeof db === 'object' && db !== null ? db : {}) as Record<string, unknown>;
  if (typeof given.getExecutor === 'function') return;
  const got = db === null ? 'null' : typeof db;
  throw new SecondFactorError(
    'store-invalid',
    `hand in a database of Kysely, new Kysely({ dialect }); got ${got}`,
  );
}
