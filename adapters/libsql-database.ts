/** A database for `SqliteDialect` of Kysely: what it uses of one. */
export interface LibsqlDatabase {
  /** Compiles a statement, which gives rows if it is a reader. */
  prepare(sql: string): {
    readonly reader: boolean;
    /** Gives all rows. */
    all(parameters: readonly unknown[]): unknown[];
    /** Gives the rows one by one. */
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
    /** For what gives no rows. */
    run(parameters: readonly unknown[]): {
      readonly changes: number | bigint;
      readonly lastInsertRowid: number | bigint;
    };
  };
  /** Ends the connection. */
  close(): void;
}

/** What Kysely sends around a transaction, and what is run for it. */
const AROUND_A_TRANSACTION: ReadonlyMap<string, string> = new Map([
  ['begin', 'begin immediate'],
  ['commit', 'commit'],
  ['rollback', 'rollback'],
]);
/** What takes no lock, or is not allowed in a transaction. */
const OUTSIDE =
  /^\s*(?:savepoint|release|rollback|vacuum|attach|detach|pragma\s+(?:\w+\.)?(?:journal_mode|locking_mode|synchronous|foreign_keys|temp_store|wal_checkpoint))\b/i;
/** Other pragmas write if they are given a value, with `=` or in brackets, unless that names what to read. */
const READS =
  /^\s*(?:select\b|values\b|explain\b|pragma\s+(?:\w+\.)?(?:(?!incremental_vacuum|optimize)\w+\s*;?\s*$|(?:\w+_(?:info|xinfo|list|check))\s*\())/i;
/** What takes the lock of a read. */
const BEGIN_READ = 'begin; select 1 from sqlite_master limit 1';

/**
 * A connection of the driver `libsql` for `SqliteDialect` of Kysely: `new SqliteDialect({ database:
 * libsqlDatabase(connection) })`.
 *
 * The lock is taken before each statement, by one that is finalized at once. So a statement that meets the lock of another
 * process for longer than `timeout` leaves nothing in progress. With libsql up to 0.5 it otherwise does, until it is
 * collected as garbage: its connection reads the database as it was, and commits nothing. A transaction of Kysely takes the
 * lock for writing when it begins.
 */
export function libsqlDatabase(
  connection: LibsqlDatabase & { readonly inTransaction: boolean; exec(sql: string): unknown },
): LibsqlDatabase {
  function locked<T>(sql: string, run: () => T): T {
    if (connection.inTransaction || OUTSIDE.test(sql)) return run();
    try {
      connection.exec(READS.test(sql) ? BEGIN_READ : 'begin immediate');
      const result = run();
      connection.exec('commit');
      return result;
    } catch (error) {
      endTransaction();
      throw error;
    }
  }

  function endTransaction(): void {
    if (connection.inTransaction) connection.exec('rollback');
  }

  return {
    prepare(sql) {
      const around = AROUND_A_TRANSACTION.get(sql);
      if (around !== undefined) return withoutRows(() => connection.exec(around));
      const statement = connection.prepare(sql);
      const all = (parameters: readonly unknown[]): unknown[] => locked(sql, () => statement.all(parameters));
      return {
        reader: statement.reader,
        all,
        run: (parameters) => locked(sql, () => statement.run(parameters)),
        iterate: (parameters) => all(parameters).values(),
      };
    },
    close() {
      connection.close();
    },
  };
}

function withoutRows(run: () => unknown): ReturnType<LibsqlDatabase['prepare']> {
  return {
    reader: false,
    all: () => [],
    iterate: () => [].values(),
    run() {
      run();
      return { changes: 0, lastInsertRowid: 0 };
    },
  };
}
