import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from 'passport-second-factor';
import { LEVELS } from './levels.js';

const DEFAULT_PORT = 3000;
const DAYS_MAXIMUM = 365;
/** As `storeTimeoutMs` of the package. */
const TIMEOUT_MILLISECONDS = { least: 10, most: 60_000 };

/** The port of `PORT`, 3000 without it; 0 takes a free one. */
export function portOf(env: NodeJS.ProcessEnv): number {
  const port = Number(env.PORT ?? DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error('PORT must be a number from 0 to 65535');
}

/** The address to listen on: `HOST`, or without it one that only this machine reaches. */
export function hostOf({ HOST = '' }: NodeJS.ProcessEnv): string {
  return HOST === '' ? '127.0.0.1' : HOST;
}

/** Where browsers reach the panel: `PANEL_ORIGIN`, or without it this machine by its name. Passkeys work there alone. */
export function originOf({ PANEL_ORIGIN = '' }: NodeJS.ProcessEnv, port: number): string {
  return PANEL_ORIGIN === '' ? `http://localhost:${String(port)}` : PANEL_ORIGIN;
}

/**
 * The file of `PANEL_DB`, or without it the temporary one of the panel on a port: the same name every time,
 * so that the console command finds it.
 *
 * @throws {Error} when somebody else owns the folder of the temporary one
 */
export function databaseFileOf(env: NodeJS.ProcessEnv, port: number): string {
  if (env.PANEL_DB) return env.PANEL_DB;
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `second-factor-panel-${String(uid ?? 'user')}-${String(port)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = lstatSync(folder);
  const isPrivate = uid === undefined || (owner === uid && (mode & 0o170077) === 0o040000);
  if (!isPrivate) throw new Error(`${folder} can be read by others: remove it, or set PANEL_DB`);
  return join(folder, 'panel.db');
}

/** Removes a temporary database, so that the panel starts with the seeded accounts. Secrets are kept. */
export function removeDatabase(file: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
}

/** The days of `PANEL_REMEMBER_BROWSERS` for which users may remember a browser; `undefined`: they cannot. */
export function rememberBrowserDaysOf({
  PANEL_REMEMBER_BROWSERS: said,
}: NodeJS.ProcessEnv): number | undefined {
  if (!said) return undefined;
  const days = Number(said);
  if (Number.isInteger(days) && days >= 1 && days <= DAYS_MAXIMUM) return days;
  throw new Error(`PANEL_REMEMBER_BROWSERS must be a number of days from 1 to ${String(DAYS_MAXIMUM)}`);
}

/** The milliseconds of `PANEL_TIMEOUT_MS` that sessions and second factors may take; `undefined`: the usual. */
export function storeTimeoutMsOf({ PANEL_TIMEOUT_MS: said }: NodeJS.ProcessEnv): number | undefined {
  if (!said) return undefined;
  const milliseconds = Number(said);
  const { least, most } = TIMEOUT_MILLISECONDS;
  if (Number.isInteger(milliseconds) && milliseconds >= least && milliseconds <= most) return milliseconds;
  throw new Error(`PANEL_TIMEOUT_MS must be a number from ${String(least)} to ${String(most)}`);
}

/** Who must have a second factor: the levels of `PANEL_REQUIRE_FACTOR`, `root,admin` for example. */
export function policyOf({
  PANEL_REQUIRE_FACTOR: said,
}: NodeJS.ProcessEnv): (account: { readonly level: string | null }) => Policy {
  const required = (said ?? '').split(',').flatMap((level) => level.trim() || []);
  const unknown = required.find((level) => !LEVELS.some((known) => known === level));
  if (unknown !== undefined) {
    throw new Error(`PANEL_REQUIRE_FACTOR names ${unknown}; the levels are ${LEVELS.join(', ')}`);
  }
  return ({ level }) => (level !== null && required.includes(level) ? 'required' : 'optional');
}
