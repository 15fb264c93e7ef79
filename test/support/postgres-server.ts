import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { findCommand } from '../../scripts/ensure-tools.js';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';

/** A real PostgreSQL server with the database `postgres`. */
export interface PostgresServer extends ServerProcess {
  /** Of the superuser, who needs no password. */
  readonly url: string;
}

/** The database sorts as people do, not by bytes: a store must not rely on the order it likes best. */
const CLUSTER = [
  ...['--username', 'postgres', '--auth', 'trust', '--no-sync'],
  ...['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--locale-provider', 'icu', '--icu-locale', 'en'],
];
const SETTINGS = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=16MB'],
  ...['fsync=off', 'full_page_writes=off'],
];

/** Starts a PostgreSQL server and waits until it answers. */
export async function startPostgres(): Promise<PostgresServer> {
  const postgres = findCommand('postgres');
  if (postgres === null) throw new Error('there is no postgres: npm test installs it, or says how to');
  const urlOf = (port: number): string => `postgres://postgres@127.0.0.1:${String(port)}/postgres`;

  const server = await startServer({
    name: 'postgres',
    prepare(folder, user) {
      const initdb = join(dirname(realpathSync(postgres)), 'initdb');
      execFileSync(initdb, ['--pgdata', join(folder, 'data'), ...CLUSTER], {
        cwd: folder,
        stdio: 'pipe',
        ...user,
      });
    },
    command: (folder, port) => [
      postgres,
      ...['-D', join(folder, 'data'), '-p', String(port)],
      ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ],
    async ask(port, folder) {
      const client = new Client({ connectionString: urlOf(port) });
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      await client.end();
      if (rows[0]?.data_directory !== join(folder, 'data')) throw new Error('another server answers');
    },
    signals: { stop: 'SIGINT', kill: 'SIGQUIT' },
  });
  return { ...server, url: urlOf(server.port) };
}
