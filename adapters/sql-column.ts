import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Deadline } from '../lib/vault/store.js';
import type { SqlConnection } from './sql-connection.js';

/** Reads one column of the rows for which `condition` holds, which may go on with an order and a limit. */
export type SqlColumn = (
  column: 'account' | 'sealed',
  condition: RawBuilder<unknown>,
  deadline?: Deadline,
) => Promise<unknown[]>;

/** A row that was found or, where there is none, one with `present` null that says only whether rows may be hidden. */
interface Found {
  readonly present: unknown;
  readonly content: unknown;
  readonly hidden?: unknown;
}

/**
 * The reads of a table. Row-level security of PostgreSQL hides rows without an error, and an account whose row is
 * hidden would need its password only. So each read tells in the same statement whether it was subject to that, also
 * where it finds nothing, and rejects then: the connection may have another role than the one before, and somebody may
 * have changed the table.
 *
 * @param name of the table, checked: letters, digits, `_`, and a schema
 */
export function sqlColumn({ dialect, run }: SqlConnection, name: string): SqlColumn {
  const guards = dialect === 'postgres';
  const quoted = name.split('.').map((part) => `"${part}"`);
  const hidden = sql`row_security_active(${sql.lit(quoted.join('.'))})::int`;

  return async (column, condition, deadline) => {
    const found = sql<Found>`select 1 as present, ${sql.ref(column)} as content from ${sql.table(name)} where ${condition}`;
    const guarded = sql<Found>`select ${hidden} as hidden, found.*
      from (select 1) as one left join (${found}) as found on true order by content`;
    const { rows } = await run(guards ? guarded : found, deadline?.signal);
    if (guards && Number(rows[0]?.hidden) !== 0) throw new Error(explain(name));
    return rows.filter(({ present }) => present !== null).map(({ content }) => content);
  };
}

function explain(table: string): string {
  return (
    `row-level security may hide rows of the table ${table} from this role: ALTER TABLE ${table} DISABLE ROW LEVEL ` +
    'SECURITY, or connect as a role with BYPASSRLS, or as the owner of a table that does not FORCE it'
  );
}
