import { CompiledQuery, Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import type { DatabaseConnection, Dialect, KyselyPlugin } from 'kysely';
import Libsql from 'libsql';
import { createPool } from 'mysql2';
import type { PoolOptions } from 'mysql2';
import { Pool } from 'pg';
import type { PoolConfig } from 'pg';
import { libsqlDatabase } from '../../adapters/sql.js';
import { startMariadb } from '../support/mariadb-server.js';
import { startPostgres } from '../support/postgres-server.js';
import type { ServerProcess } from '../support/server-process.js';
import { sqliteFile } from '../support/sqlite.js';

/** Longer than any test waits for a connection, or for another one's write. */
const PATIENCE_MILLISECONDS = 60_000;

/** As a panel types its database; what a row holds is what the driver makes of it. */
export interface Tables {
  totp: { account: string; sealed: string; updated_at: unknown };
}

/** What is special about one way to open a database. */
export interface OpenOptions {
  readonly postgres?: PoolConfig;
  readonly mysql?: PoolOptions;
  readonly plugins?: KyselyPlugin[];
  /** Statements that each new connection begins with. */
  readonly begin?: readonly string[];
}

/** A kind of database that the store is for. */
export interface SqlBackend {
  readonly name: 'PostgreSQL' | 'MariaDB' | 'SQLite';
  /** Whether a server answers, and not a file. */
  readonly server: boolean;
  /** On a server that others use as well, in a database of its own. */
  start(): Promise<RunningBackend>;
  /** On a server of its own, which may be ended. */
  startAlone(): Promise<RunningBackend>;
}

/** A database that runs. */
export interface RunningBackend {
  /** For `openDatabase()`, also of another process. */
  readonly url: string;
  /** `null` for a file, and for a server that others use as well. */
  readonly server: ServerProcess | null;
  /** A view of the database with connections of its own. */
  open(options?: OpenOptions): Kysely<Tables>;
  /** Closes every view that was opened. */
  closeAll(): Promise<void>;
  /** Closes every view, and ends. */
  end(): Promise<void>;
}

export const BACKENDS: readonly SqlBackend[] = [
  { name: 'PostgreSQL', server: true, ...startsOf(startPostgres) },
  { name: 'MariaDB', server: true, ...startsOf(startMariadb) },
  { name: 'SQLite', server: false, start: startSqlite, startAlone: startSqlite },
];

/** A view of the database at an address: of PostgreSQL, of MySQL, or the name of a file. */
export function openDatabase(url: string, options: OpenOptions = {}): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: dialectOf(url, options), plugins: options.plugins ?? [] });
}

function dialectOf(url: string, options: OpenOptions): Dialect {
  const onCreateConnection = async (connection: DatabaseConnection): Promise<void> => {
    for (const statement of options.begin ?? []) await connection.executeQuery(CompiledQuery.raw(statement));
  };
  if (url.startsWith('postgres:')) {
    const pool = new Pool({
      connectionString: url,
      connectionTimeoutMillis: PATIENCE_MILLISECONDS,
      ...options.postgres,
    });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return new PostgresDialect({ pool, onCreateConnection });
  }
  if (url.startsWith('mysql:')) {
    return new MysqlDialect({
      pool: createPool({ uri: url, connectTimeout: PATIENCE_MILLISECONDS, ...options.mysql }),
      onCreateConnection,
    });
  }
  return new SqliteDialect({
    database: libsqlDatabase(new Libsql(url, { timeout: PATIENCE_MILLISECONDS })),
    onCreateConnection,
  });
}

/** The server of this process, which ends with it, and servers of their own. */
function startsOf(
  startServer: () => Promise<ServerProcess & { readonly url: string }>,
): Pick<SqlBackend, 'start' | 'startAlone'> {
  let shared: ReturnType<typeof startServer> | undefined;
  let databases = 0;
  return {
    async start() {
      const { url } = await (shared ??= startServer());
      const database = `panel_${String(++databases)}`;
      const root = openDatabase(url);
      await root.executeQuery(CompiledQuery.raw(`create database ${database}`));
      await root.destroy();
      return running({ url: Object.assign(new URL(url), { pathname: database }).href });
    },
    startAlone: async () => running(await startServer()),
  };
}

async function startSqlite(): Promise<RunningBackend> {
  return running({ url: sqliteFile().path });
}

function running(server: { readonly url: string } & Partial<ServerProcess>): RunningBackend {
  const views = new Set<Kysely<Tables>>();
  const closeAll = async (): Promise<void> => {
    const closing = [...views];
    views.clear();
    await Promise.all(closing.map((view) => view.destroy()));
  };
  return {
    url: server.url,
    server: server.restart ? (server as ServerProcess) : null,
    open(options) {
      const view = openDatabase(server.url, options);
      views.add(view);
      return view;
    },
    closeAll,
    async end() {
      await closeAll();
      await server.stop?.();
    },
  };
}
