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
/** Pragmas that read what is in the database, and those that write into it; all others are about the connection. */
const NAMED = String.raw`\s+(?:\w+\.)?`;
const READING = String.raw`(?:page_count|freelist_count|\w+_(?:info|xinfo|list|check))\b`;
const NUMBER = '(?:user_version|application_id|schema_version)';
const WRITING = String.raw`(?:incremental_vacuum|optimize|auto_vacuum|${NUMBER})\b`;
/** What takes no lock, or is not allowed in a transaction. */
const OUTSIDE = new RegExp(
  String.raw`^\s*(?:(?:savepoint|release|rollback|vacuum|attach|detach)\b|pragma(?!${NAMED}(?:${READING}|${WRITING})))`,
  'i',
);
const READS = new RegExp(
  String.raw`^\s*(?:(?:select|values|explain)\b|pragma${NAMED}(?:${READING}|${NUMBER}\s*;?\s*$))`,
  'i',
);
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
