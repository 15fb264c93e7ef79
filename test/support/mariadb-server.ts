import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { findCommand } from '../../scripts/ensure-tools.js';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';

/** A real MariaDB server with the database `panel`. */
export interface MariadbServer extends ServerProcess {
  /** Of root, who needs no password. */
  readonly url: string;
}

/** Where the statements are that make the system tables. */
const FOLDERS = ['/usr/share/mysql', '/usr/share/mariadb'];
const SYSTEM_TABLES = [/^(mysql|mariadb)_system_tables\.sql$/, /^(mysql|mariadb)_system_tables_data\.sql$/];
const SETTINGS = [
  ...['--innodb-flush-method=nosync', '--innodb-flush-log-at-trx-commit=2', '--innodb-fast-shutdown=2'],
  ...['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=16M'],
  ...['--innodb-data-file-path=ibdata1:4M:autoextend', '--innodb-temp-data-file-path=ibtmp1:4M:autoextend'],
];

/** Starts a MariaDB server and waits until it answers. */
export async function startMariadb(): Promise<MariadbServer> {
  const mariadbd = findCommand('mariadbd');
  if (mariadbd === null) throw new Error('there is no mariadbd: npm test installs it, or says how to');
  const urlOf = (port: number, database = ''): string => `mysql://root@127.0.0.1:${String(port)}/${database}`;
  // A server that starts removes all temporary tables it finds: in a common folder those of the others too.
  const place = (folder: string): string[] => [
    ...['--no-defaults', `--datadir=${join(folder, 'data')}`, `--tmpdir=${join(folder, 'tmp')}`],
  ];

  const server = await startServer({
    name: 'mariadb',
    prepare(folder, user) {
      for (const part of ['data', 'tmp']) {
        mkdirSync(join(folder, part));
        if (user.uid !== undefined && user.gid !== undefined) {
          chownSync(join(folder, part), user.uid, user.gid);
        }
      }
      execFileSync(mariadbd, [...place(folder), '--bootstrap', ...SETTINGS], {
        cwd: folder,
        input: systemTables(),
        stdio: 'pipe',
        ...user,
      });
    },
    command: (folder, port) => [
      mariadbd,
      ...place(folder),
      ...['--bind-address=127.0.0.1', `--port=${String(port)}`, '--skip-name-resolve'],
      ...[`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'mariadbd.pid')}`],
      ...SETTINGS,
    ],
    async ask(port, folder) {
      const connection = await createConnection({ uri: urlOf(port) });
      const [rows] = await connection.query('select @@datadir as place');
      const isOurs = JSON.stringify(rows).includes(folder);
      if (isOurs) await connection.query('create database if not exists panel');
      await connection.end();
      if (!isOurs) throw new Error('another server answers');
    },
    signals: { stop: 'SIGTERM', kill: 'SIGKILL' },
  });
  return { ...server, url: urlOf(server.port, 'panel') };
}

/** What `mariadb-install-db` feeds to the server, without the parts that take long and are not needed. */
function systemTables(): string {
  const folder = FOLDERS.find((each) => existsSync(each)) ?? '.';
  const files = SYSTEM_TABLES.map((name) => readdirSync(folder).find((file) => name.test(file)) ?? '');
  const statements = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  return ['create database mysql;', 'use mysql;', 'set @auth_root_socket = null;', ...statements].join('\n');
}
