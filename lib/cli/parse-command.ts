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
  import <account>     enrols it with a secret of another system (base32), read from
                       standard input; --allow-short takes 80 to 127 bits as well
  list                 the accounts that have it
  rekey                seals every record with the first key; may be repeated
  check                clock, store and keys; exit code 3 when something is wrong

Options:
  --config <file>      the module whose default export is the panel's instance
                       (default: second-factor.config.js, .mjs, .cjs or .ts here)
  --env-file <file>    reads environment variables from a file first
  --import <module>    loads a module first, tsx for example
  --reason <text>      why, for the audit trail
  --revoke             with browsers
  --allow-short        with import
  --yes                does not ask; needed when there is no terminal
  --json               prints JSON
  --help

Exit codes: 0 done, 1 refused or no such account, 2 wrong usage or config, 3 store or check failed.
`;

const COMMANDS = {
  status: { account: true },
  disable: { account: true },
  unlock: { account: true },
  'recovery-codes': { account: true },
  browsers: { account: true },
  import: { account: true },
  list: { account: false },
  rekey: { account: false },
  check: { account: false },
} as const;

/** The names of the commands. */
export type CommandName = keyof typeof COMMANDS;

/** A command line that was understood. */
export interface Command {
  readonly name: CommandName | 'help';
  /** The exact id; empty where the command takes none. */
  readonly account: string;
  readonly config: string | undefined;
  readonly envFile: string | undefined;
  readonly imports: readonly string[];
  readonly reason: string | undefined;
  readonly revoke: boolean;
  readonly allowShort: boolean;
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
    allowShort: values['allow-short'] ?? false,
    yes: values.yes ?? false,
    json: values.json ?? false,
  };
  if (values.help) return { name: 'help', account: '', ...common };

  const [name, ...accounts] = positionals;
  if (name === undefined) throw usage('a command is missing');
  if (!isCommand(name)) throw usage(`there is no command ${name}`);
  const wanted = COMMANDS[name].account ? 1 : 0;
  if (accounts.length !== wanted) {
    throw usage(wanted === 1 ? `${name} takes exactly one account id` : `${name} takes no account`);
  }
  if (common.revoke && name !== 'browsers') throw usage('--revoke goes with browsers');
  if (common.allowShort && name !== 'import') throw usage('--allow-short goes with import');
  const [account = ''] = accounts;
  if (wanted === 1 && account === '') throw usage('the account id is empty');
  return { name, account, ...common };
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
        'allow-short': { type: 'boolean' },
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
