import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { StoreReport } from '../lib/vault/store.js';
import type { SqlConnection, SqlDialect } from './sql-connection.js';

type Run = SqlConnection['run'];

const CONSEQUENCE = 'and a used code is then valid again';

/**
 * The clock of the database server, and which of its settings may lose what was committed. Rejects when
 * the database does not answer.
 */
export function sqlReport({ dialect, run }: SqlConnection, signal?: AbortSignal): Promise<StoreReport> {
  return REPORTS[dialect]((statement) => run(statement, signal));
}

const REPORTS: Record<SqlDialect, (run: Run) => Promise<StoreReport>> = {
  async postgres(run) {
    const { time, fsync, commit } = await readRow<'time' | 'fsync' | 'commit'>(
      run,
      sql`select extract(epoch from clock_timestamp()) * 1000 as "time",
        current_setting('fsync') as "fsync", current_setting('synchronous_commit') as "commit"`,
    );
    const warnings: string[] = [];
    if (fsync === 'off') {
      warnings.push('PostgreSQL may lose what it committed in a crash (fsync off): set fsync on.');
    }
    if (commit === 'off') {
      warnings.push(
        `PostgreSQL may lose the last commits in a crash (synchronous_commit off), ${CONSEQUENCE}: ` +
          'set synchronous_commit on, for the role of this panel at least.',
      );
    }
    return { serverTime: Math.round(Number(time)), warnings };
  },

  async mysql(run) {
    const { time, flush } = await readRow<'time' | 'flush'>(
      run,
      sql`select unix_timestamp(now(3)) * 1000 as time, @@global.innodb_flush_log_at_trx_commit as flush`,
    );
    const warning =
      'The database may lose the last commits in a crash ' +
      `(innodb_flush_log_at_trx_commit ${String(flush)}), ${CONSEQUENCE}: ` +
      'set innodb_flush_log_at_trx_commit 1.';
    return { serverTime: Math.round(Number(time)), warnings: Number(flush) === 1 ? [] : [warning] };
  },

  /** It runs in this process, and has no clock of its own. */
  async sqlite(run) {
    const { file } = await readRow<'file'>(run, sql`pragma database_list`);
    if (file === '' || file === null) {
      const warning =
        'This SQLite database is in memory, and a restart turns every second factor off: open a file.';
      return { serverTime: null, warnings: [warning] };
    }
    const { synchronous } = await readRow<'synchronous'>(run, sql`pragma synchronous`);
    const warning =
      `SQLite may lose the last commits in a power cut (synchronous ${String(synchronous)}), ${CONSEQUENCE}: ` +
      'run PRAGMA synchronous = FULL on each connection.';
    return { serverTime: null, warnings: Number(synchronous) < 2 ? [warning] : [] };
  },
};

async function readRow<Column extends string>(
  run: Run,
  statement: RawBuilder<unknown>,
): Promise<Partial<Record<Column, unknown>>> {
  const { rows } = await run(statement as RawBuilder<Record<Column, unknown>>);
  return rows[0] ?? {};
}
