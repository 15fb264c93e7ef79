import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { findCommand } from '../../scripts/ensure-tools.js';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';

/** Starts a PgBouncer in transaction mode in front of a PostgreSQL server, with two connections to it for all. */
export async function startPgbouncer(
  postgres: { readonly host: string; readonly port: number },
  user: string,
): Promise<ServerProcess & { readonly url: string }> {
  const pgbouncer = findCommand('pgbouncer');
  if (pgbouncer === null) throw new Error('there is no pgbouncer: npm test installs it, or says how to');
  const urlOf = (port: number): string => `postgres://${user}@127.0.0.1:${String(port)}/postgres`;

  const server = await startServer({
    name: 'pgbouncer',
    prepare(folder, { uid, gid }) {
      for (const [name, text] of [
        ['users', `"${user}" ""\n`],
        ['pgbouncer.ini', ''],
      ] as const) {
        writeFileSync(join(folder, name), text);
        if (uid !== undefined && gid !== undefined) chownSync(join(folder, name), uid, gid);
      }
    },
    command(folder, port) {
      const file = join(folder, 'pgbouncer.ini');
      writeFileSync(
        file,
        [
          '[databases]',
          `postgres = host=${postgres.host} port=${String(postgres.port)}`,
          '[pgbouncer]',
          'listen_addr = 127.0.0.1',
          `listen_port = ${String(port)}`,
          'unix_socket_dir =',
          'auth_type = trust',
          `auth_file = ${join(folder, 'users')}`,
          'pool_mode = transaction',
          'default_pool_size = 2',
        ].join('\n'),
      );
      return [pgbouncer, file];
    },
    async ask(port) {
      const client = new Client({ connectionString: urlOf(port), connectionTimeoutMillis: 1000 });
      await client.connect();
      await client.end();
    },
    signals: { stop: 'SIGTERM', kill: 'SIGKILL' },
  });
  return { ...server, url: urlOf(server.port) };
}
