import { chmodSync } from 'node:fs';
import { Kysely, SqliteDialect, sql } from 'kysely';
import Libsql from 'libsql';
import { createTotpTable, libsqlDatabase } from 'passport-second-factor/sql';
import type { Level } from './levels.js';

/** How long a statement waits while another process writes: the console command beside the panel. */
const BUSY_MILLISECONDS = 1500;

/** The panel's own tables; `totp` beside them belongs to the package. */
export interface Tables {
  users: {
    /** Immutable and never given to anybody else: second factors hang on it. */
    id: string;
    login: string;
    level: Level;
    password: string;
    /** Another value after every change of the password. */
    stamp: string;
  };
}

/** Opens the panel's database, and creates what is missing in it. */
export async function openDatabase(file: string): Promise<Kysely<Tables>> {
  const connection = new Libsql(file, { timeout: BUSY_MILLISECONDS });
  chmodSync(file, 0o600);
  connection.exec('pragma journal_mode = wal; pragma synchronous = full;');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: libsqlDatabase(connection) }) });
  await sql`create table if not exists users (
    id text not null primary key,
    login text not null unique,
    level text not null check (level in ('root', 'admin', 'user')),
    password text not null,
    stamp text not null
  )`.execute(db);
  await createTotpTable(db);
  return db;
}
