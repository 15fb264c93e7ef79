import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Admin } from '../operator/admin.js';
import type { Headless } from '../operator/headless.js';
import { ConsoleError, EXIT } from './exit-code.js';
import { loadDefaultExport } from './load-default-export.js';
import type { Command } from './parse-command.js';

type Optional = 'accountNamed' | 'settled' | 'tellsOwner';

/** What the console needs of an instance. */
export interface Instance extends Pick<Headless, 'status'> {
  /** One that an application wraps may look no names up, wait for nothing, and not say whom it tells. */
  readonly admin: Omit<Admin, Optional> & Partial<Pick<Admin, Optional>>;
  close(): Promise<void>;
}

const DEFAULT_CONFIGS = ['js', 'mjs', 'cjs', 'ts'].map((ending) => `second-factor.config.${ending}`);
const ADMIN_METHODS = [
  'account',
  'disable',
  'unlock',
  'recoveryCodes',
  'browsers',
  'revokeBrowsers',
  'import',
  'list',
  'rekey',
  'check',
];

/**
 * The instance the application uses: the default export of its config.
 *
 * @throws {ConsoleError} exit code 2 when there is no config, it throws, or it exports something else; 3 when it does not
 *   load in time
 */
export async function loadInstance(command: Command, directory: string): Promise<Instance> {
  const file = configFile(command.config, directory);
  const instance = await loadDefaultExport('config', file, command, directory, isInstance);
  if (isInstance(instance)) return instance;
  throw new ConsoleError(
    EXIT.usage,
    `the config ${file} must export the instance as its default: export default createSecondFactor({ … })`,
  );
}

function configFile(named: string | undefined, directory: string): string {
  const candidates = named === undefined ? DEFAULT_CONFIGS : [named];
  const found = candidates.map((name) => resolve(directory, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const fix =
    named === undefined ? `make ${DEFAULT_CONFIGS.join(', ')}, or say --config <file>` : 'check --config';
  throw new ConsoleError(EXIT.usage, `there is no config ${named ?? `in ${directory}`}: ${fix}`);
}

function isInstance(value: unknown): value is Instance {
  return hasMethods(value, ['status', 'close']) && hasMethods(value.admin, ADMIN_METHODS);
}

function hasMethods(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
