import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConsoleError, EXIT } from './exit-code.js';
import { LOADING_MILLISECONDS, inTime } from './in-time.js';
import type { Command } from './parse-command.js';

/** How Node says that it does not read a file, or the names that TypeScript writes in it. */
const UNREAD = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND'];

/**
 * The default export of a module of the application, after `--env-file` and `--import`. Where CommonJS holds it in
 * another default, as TypeScript compiles it, that one.
 *
 * @param what how messages call the module
 * @param isWanted whether a value is what the module is to export; else the inner default is looked at
 * @throws {ConsoleError} exit code 2 when anything of it cannot be loaded, 3 when it does not load in time
 */
export function loadDefaultExport(...given: Parameters<typeof load>): Promise<unknown> {
  const [what, file] = given;
  const trouble = `the ${what} ${file}, or what it imports, waits for something, a connection for example`;
  return inTime(load(...given), LOADING_MILLISECONDS, trouble);
}

async function load(
  what: string,
  file: string,
  command: Pick<Command, 'envFile' | 'imports'>,
  directory: string,
  isWanted: (value: unknown) => boolean,
): Promise<unknown> {
  if (command.envFile !== undefined) loadEnvFile(resolve(directory, command.envFile));
  for (const name of command.imports) await importFrom(name, directory);
  try {
    const { default: loaded } = (await import(pathToFileURL(file).href)) as { default?: unknown };
    if (isWanted(loaded)) return loaded;
    return (loaded as { default?: unknown } | null | undefined)?.default ?? loaded;
  } catch (error) {
    const hint = wantsLoader(file, error, command) ? '. For TypeScript add --import tsx' : '';
    throw new ConsoleError(EXIT.usage, `the ${what} ${file} could not be loaded: ${messageOf(error)}${hint}`);
  }
}

/** Whether a module may be TypeScript that nothing here reads: not where it ran, and threw by itself. */
function wantsLoader(file: string, error: unknown, { imports }: Pick<Command, 'imports'>): boolean {
  if (!/\.[cm]?tsx?$/.test(file) || imports.length > 0) return false;
  const { code } = (error ?? {}) as { code?: unknown };
  return error instanceof SyntaxError || (typeof code === 'string' && UNREAD.includes(code));
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something was thrown that cannot be printed';
  }
}

function loadEnvFile(file: string): void {
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new ConsoleError(EXIT.usage, `--env-file could not be read: ${messageOf(error)}`);
  }
}

async function importFrom(name: string, directory: string): Promise<void> {
  try {
    const found = name.startsWith('.')
      ? resolve(directory, name)
      : createRequire(`${directory}/`).resolve(name);
    await import(pathToFileURL(found).href);
  } catch (error) {
    throw new ConsoleError(EXIT.usage, `--import ${name} could not be loaded: ${messageOf(error)}`);
  }
}
