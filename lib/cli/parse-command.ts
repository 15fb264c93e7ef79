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
  import <account>     enrolls it with a secret of another system (base32), read from
                       standard input; --allow-short takes 80 to 127 bits as well
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
  --allow-short        with import
  --yes                does not ask; needed when there is no terminal
  --json               prints JSON
  --help

Exit codes: 0 done, 1 refused, no such account or a broken store, 2 wrong usage or config, 3 store, check or output failed.
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
    yes: values.yes ?? false,
    json: values.json ?? false,
  };
  if (values.help) return { name: 'help', account: '', module: '', ...common };

  const [name, ...operands] = positionals;
  if (name === undefined) throw usage('a command is missing');
  if (!isCommand(name)) throw usage(`there is no command ${name}`);
  const wanted = COMMANDS[name];
  const [operand = ''] = operands;
  if (operands.length !== (wanted === 'nothing' ? 0 : 1)) throw usage(`${name} takes ${OPERANDS[wanted]}`);
  if (wanted === 'account' && operand === '') throw usage('the account id is empty');
  if (common.revoke && name !== 'browsers') throw usage('--revoke goes with browsers');
  if (common.remove && name !== 'security-keys') throw usage('--remove goes with security-keys');
  if (common.allowShort && name !== 'import') throw usage('--allow-short goes with import');
  return {
    name,
    account: wanted === 'account' ? operand : '',
    module: wanted === 'module' ? operand : '',
    ...common,
  };
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
