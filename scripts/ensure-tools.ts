import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program the tests start, and what brings it. */
export interface Tool {
  /** Its file names, the preferred one first; any of them will do. */
  readonly commands: readonly string[];
  readonly debianPackage: string;
}

/** The whole browser. */
export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
/** The same Chromium without windows, toolbars and services: a test needs half the time. The whole one will do. */
export const HEADLESS_SHELL = 'chromium-headless-shell';

/** Programs that `npm test` needs beside Node. */
export const TOOLS: readonly Tool[] = [
  { commands: ['redis-server'], debianPackage: 'redis-server' },
  { commands: ['postgres'], debianPackage: 'postgresql' },
  { commands: ['pgbouncer'], debianPackage: 'pgbouncer' },
  { commands: ['mariadbd'], debianPackage: 'mariadb-server-core' }, // the program alone: no service, no database
  { commands: BROWSERS, debianPackage: 'chromium' },
  { commands: [HEADLESS_SHELL, ...BROWSERS], debianPackage: HEADLESS_SHELL },
  { commands: ['faketime'], debianPackage: 'faketime' },
];

/** Where Debian keeps servers that are not on the PATH of every user. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];
/** Holds a folder per version, each with a `bin`. */
const POSTGRESQL_FOLDER = '/usr/lib/postgresql';

/** What is known of the machine. */
export interface Machine {
  readonly found: (command: string) => boolean;
  readonly root: boolean;
  /** A Debian, or something made of it, with `apt-get`. */
  readonly debian: boolean;
}

/** What is to be done so that all tools are there. */
export type ToolPlan =
  | { readonly kind: 'ready' }
  | { readonly kind: 'install'; readonly packages: readonly string[] }
  | { readonly kind: 'stop'; readonly missing: readonly string[]; readonly line: string };

/**
 * Decides how missing tools come onto the machine: installed when that is possible without asking
 * anybody, else named together with the exact line to type.
 */
export function planTools(tools: readonly Tool[], machine: Machine): ToolPlan {
  const missing = tools.filter((tool) => !tool.commands.some(machine.found));
  if (missing.length === 0) return { kind: 'ready' };

  const packages = [...new Set(missing.map((tool) => tool.debianPackage))];
  if (machine.root && machine.debian) return { kind: 'install', packages };

  const names = missing.map((tool) => tool.commands[0] ?? tool.debianPackage);
  const sudo = machine.root ? '' : 'sudo ';
  const line = machine.debian
    ? `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`
    : `install ${names.join(' and ')} with this system's package manager, and put them on the PATH`;
  return { kind: 'stop', missing: names, line };
}

/** The full path of a program, on the PATH or where servers are kept; `null` when it is nowhere. */
export function findCommand(command: string, path = process.env.PATH ?? ''): string | null {
  const folders = [...path.split(delimiter).filter(Boolean), ...SERVER_FOLDERS, ...postgresqlFolders()];
  return folders.map((folder) => join(folder, command)).find(isExecutable) ?? null;
}

/** Makes sure of all tools, and tells whether they are there. Says what it does. */
export function ensureTools(): boolean {
  const plan = planTools(TOOLS, lookAround());
  if (plan.kind === 'ready') return true;
  if (plan.kind === 'stop') {
    console.error(`Missing: ${plan.missing.join(', ')}. Type this, then try again:\n\n  ${plan.line}\n`);
    return false;
  }
  console.log(`Installing ${plan.packages.join(', ')}`);
  const ready =
    aptGet('update') &&
    aptGet('install', '-y', '--no-install-recommends', ...plan.packages) &&
    planTools(TOOLS, lookAround()).kind === 'ready';
  if (!ready) console.error(`Could not install ${plan.packages.join(', ')}`);
  return ready;
}

function lookAround(): Machine {
  return {
    found: (command) => findCommand(command) !== null,
    root: process.getuid?.() === 0,
    debian: existsSync('/etc/debian_version') && findCommand('apt-get') !== null,
  };
}

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: 'inherit' }).status === 0;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function postgresqlFolders(): string[] {
  if (!existsSync(POSTGRESQL_FOLDER)) return [];
  return readdirSync(POSTGRESQL_FOLDER).map((version) => join(POSTGRESQL_FOLDER, version, 'bin'));
}
