import { parseArgs } from 'node:util';
import { ConsoleError, EXIT } from './exit-code.js';

/** The help text. */
export const USAGE = `Usage: second-factor <command> [options]

  status <account>     whether the account has two-step authentication
  disable <account>    takes it off the account, at once and for all its sessions
  unlock <account>     ends the wait after wrong codes
  recovery-codes <account>
                       prints new recovery codes, for an owner whose identity you checked
  browsers <account>   the browsers that are asked for no code; --revoke forgets them
  security-keys <account>
                       its passkeys and security keys; --remove removes them all, for an
                       owner who lost them
  import <account>     enrolls it with the secret of an app or hardware token of another
                       system, read from standard input: base32, or otpauth://totp/…
  import --file <file> the same of many accounts, one line of JSON each; may be repeated
  list                 the accounts that have it
  rekey                seals every record with the first key; may be repeated
  check                clock, store and keys; exit code 3 when something is wrong
  store-contract <module>
                       tries a store of your own against the database it opens: the
                       module's default export is the store, or a function that makes it

Options:
  --config <file>      the module whose default export is the panel's instance
                       (default: second-factor.config.js, .mjs, .cjs or .ts here)
  --env-file <file>    reads environment variables from a file first
  --import <module>    loads a module first, tsx for example
  --reason <text>      why, for the audit trail
  --revoke             with browsers
  --remove             with security-keys
  --file <file>        with import: {"account":"17","secret":"…"} or {"account":"17","uri":"…"}
                       in each line, with encoding, digits, algorithm, period, name
  --encoding <name>    with import: base32 (default) or hex
  --digits <number>    with import: 6 (default), 7 or 8
  --algorithm <name>   with import: sha1 (default), sha256 or sha512
  --period <seconds>   with import: 30 (default) or 60
  --name <text>        with import: what its owner will see the authenticator called
  --allow-short        with import: takes secrets of 80 to 127 bits as well
  --yes                does not ask; needed when there is no terminal
  --json               prints JSON
  --help

Exit codes: 0 done, 1 refused, no such account or a broken store, 2 wrong usage, config or file, 3 store, check or output failed.
`;

/** What each command is about. */
const COMMANDS = {
  status: 'account',
  disable: 'account',
  unlock: 'account',
  'recovery-codes': 'account',
  browsers: 'account',
  'security-keys': 'account',
  import: 'account',
  list: 'nothing',
  rekey: 'nothing',
  check: 'nothing',
  'store-contract': 'module',
} as const;

const OPERANDS = { account: 'exactly one account id', module: 'exactly one module', nothing: 'no account' };

/** The names of the commands. */
export type CommandName = keyof typeof COMMANDS;

/** How the secret of `import` is to be read. */
export interface ImportedOptions {
  readonly encoding: string | undefined;
  readonly digits: number | undefined;
  readonly algorithm: string | undefined;
  readonly period: number | undefined;
  readonly name: string | undefined;
}

/** A command line that was understood. */
export interface Command {
  readonly name: CommandName | 'help';
  /** The exact id; empty where the command takes none. */
  readonly account: string;
  /** The file of a module; empty where the command takes none. */
  readonly module: string;
  readonly config: string | undefined;
  readonly envFile: string | undefined;
  readonly imports: readonly string[];
  readonly reason: string | undefined;
  readonly revoke: boolean;
  readonly remove: boolean;
  readonly allowShort: boolean;
  /** The file of many accounts. */
  readonly file: string | undefined;
  /** How the secret of `import` is to be read, as it was typed. */
  readonly imported: ImportedOptions;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * Reads a command line.
 *
 * @throws {ConsoleError} exit code 2
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const common = {
    config: values.config,
    envFile: values['env-file'],
    imports: values.import ?? [],
    reason: values.reason,
    revoke: values.revoke ?? false,
    remove: values.remove ?? false,
    allowShort: values['allow-short'] ?? false,
    file: values.file,
    imported: {
      encoding: values.encoding,
      digits: numberOf(values.digits),
      algorithm: values.algorithm,
      period: numberOf(values.period),
      name: values.name,
    },
    yes: values.yes ?? false,
    json: values.json ?? false,
  };
  if (values.help) return { name: 'help', account: '', module: '', ...common };

  const [name, ...operands] = positionals;
  if (name === undefined) throw usage('a command is missing');
  if (!isCommand(name)) throw usage(`there is no command ${name}`);
  requireTogether(name, common);
  const wanted = common.file === undefined ? COMMANDS[name] : 'nothing';
  const [operand = ''] = operands;
  if (operands.length !== (wanted === 'nothing' ? 0 : 1)) {
    const called = common.file === undefined ? name : `${name} --file`;
    throw usage(`${called} takes ${OPERANDS[wanted]}`);
  }
  if (wanted === 'account' && operand === '') throw usage('the account id is empty');
  return {
    name,
    account: wanted === 'account' ? operand : '',
    module: wanted === 'module' ? operand : '',
    ...common,
  };
}

/** Refuses options of other commands. */
function requireTogether(
  name: CommandName,
  command: Pick<Command, 'revoke' | 'remove' | 'allowShort' | 'file' | 'imported'>,
): void {
  if (command.revoke && name !== 'browsers') throw usage('--revoke goes with browsers');
  if (command.remove && name !== 'security-keys') throw usage('--remove goes with security-keys');
  const [option] = Object.entries(command.imported).find(([, value]) => value !== undefined) ?? [];
  if (command.file !== undefined && option !== undefined) {
    throw usage(`--${option} does not go with --file: each line says it`);
  }
  if (name === 'import') return;
  if (command.allowShort) throw usage('--allow-short goes with import');
  if (command.file !== undefined) throw usage('--file goes with import');
  if (option !== undefined) throw usage(`--${option} goes with import`);
}

function numberOf(typed: string | undefined): number | undefined {
  return typed === undefined ? undefined : /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        'env-file': { type: 'string' },
        import: { type: 'string', multiple: true },
        reason: { type: 'string' },
        revoke: { type: 'boolean' },
        remove: { type: 'boolean' },
        'allow-short': { type: 'boolean' },
        file: { type: 'string' },
        encoding: { type: 'string' },
        digits: { type: 'string' },
        algorithm: { type: 'string' },
        period: { type: 'string' },
        name: { type: 'string' },
        yes: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function usage(problem: string): ConsoleError {
  return new ConsoleError(EXIT.usage, `${problem}\n\n${USAGE}`);
}
