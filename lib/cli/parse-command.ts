import { parseArgs } from 'node:util';
import type { CommandName, Operand, OptionName } from './commands.js';
import { COMMANDS, OPTIONS, isCommand } from './commands.js';
import { ConsoleError, EXIT } from './exit-code.js';
import { nearest } from './nearest.js';

const OPERANDS: Readonly<Record<Operand, string>> = {
  account: 'exactly one account',
  module: 'exactly one module',
  command: 'one command at most',
  nothing: 'no account',
};

/** Options of one command, and what they are refused with elsewhere. */
const OWN_OPTIONS = (Object.keys(COMMANDS) as CommandName[]).flatMap((command) =>
  COMMANDS[command].options.map((option) => ({ command, option })),
);
/** What each line of a file says for itself. */
const OF_A_LINE = ['encoding', 'digits', 'algorithm', 'period', 'name'] as const;

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
  readonly name: CommandName | 'version';
  /** What help is wanted of; `null`: of all commands, or none is wanted. */
  readonly topic: CommandName | null;
  /** As it was typed; empty where the command takes none. */
  readonly account: string;
  /** Whether the account is an id and nothing else. */
  readonly idOnly: boolean;
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
 * @throws {ConsoleError} exit code 2, with one line and a suggestion
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const common = commonOf(values);
  const [name, ...operands] = positionals;
  if (values.version && name === undefined) return { name: 'version', ...NOTHING_NAMED, ...common };
  if (values.help || name === 'help') return helpWanted(name, operands, common);
  if (name === undefined) throw usage('say what to do: "second-factor help" lists the commands');
  const command = commandNamed(name);
  requireTogether(command, values);
  const wanted = values.file === undefined ? COMMANDS[command].operand : 'nothing';
  requireOperands(command, wanted, operands, values.file !== undefined);
  const [operand = ''] = operands;
  return {
    name: command,
    topic: null,
    account: wanted === 'account' ? operand : '',
    module: wanted === 'module' ? operand : '',
    ...common,
  };
}

const NOTHING_NAMED = { topic: null, account: '', module: '' };

type Values = ReturnType<typeof parsed>['values'];
type Common = Omit<Command, 'name' | 'topic' | 'account' | 'module'>;

function commonOf(values: Values): Common {
  return {
    idOnly: values.id ?? false,
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
}

/** `help`, `help <command>` and `<command> --help`. */
function helpWanted(name: string | undefined, operands: readonly string[], common: Common): Command {
  const topic = name === 'help' ? operands[0] : name;
  if (name === 'help' && operands.length > 1) throw usage(`help takes ${OPERANDS.command}`);
  const wanted = topic === undefined ? null : commandNamed(topic);
  return { name: 'help', ...NOTHING_NAMED, ...common, topic: wanted };
}

function commandNamed(name: string): CommandName {
  if (isCommand(name)) return name;
  const meant = nearest(name, Object.keys(COMMANDS) as CommandName[]);
  const fix =
    meant === undefined
      ? '"second-factor help" lists the commands'
      : `did you mean "second-factor ${meant}"?`;
  throw usage(`there is no command ${name}: ${fix}`);
}

function requireOperands(
  name: CommandName,
  wanted: Operand,
  operands: readonly string[],
  isFile: boolean,
): void {
  const called = isFile ? `${name} --file` : name;
  if (operands.length !== (wanted === 'nothing' ? 0 : 1)) {
    throw usage(`${called} takes ${OPERANDS[wanted]}: "second-factor help ${name}" explains it`);
  }
  if (wanted === 'account' && operands[0] === '') throw usage('the account is empty: say its id');
}

/** Refuses options of other commands. */
function requireTogether(name: CommandName, values: Values): void {
  if (values.file !== undefined) {
    const beside = OF_A_LINE.find((option) => values[option] !== undefined);
    if (beside !== undefined) throw usage(`--${beside} does not go with --file: each line says it`);
  }
  const astray = OWN_OPTIONS.find(({ command, option }) => command !== name && values[option] !== undefined);
  if (astray) throw usage(`--${astray.option} goes with ${astray.command}, not with ${name}`);
}

function numberOf(typed: string | undefined): number | undefined {
  return typed === undefined ? undefined : /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
}

function parsed(args: readonly string[]) {
  requireKnownOptions(args);
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        'env-file': { type: 'string' },
        import: { type: 'string', multiple: true },
        id: { type: 'boolean' },
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
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw usage(oneLine(error instanceof Error ? error.message : String(error)));
  }
}

/** Refuses options that there are not, with the one that may have been meant. */
function requireKnownOptions(args: readonly string[]): void {
  const end = args.indexOf('--');
  const known = Object.keys(OPTIONS) as OptionName[];
  const typed = (end === -1 ? args : args.slice(0, end)).flatMap((arg, place) => {
    const isValue = place > 0 && takesValue(args[place - 1] ?? '');
    return !isValue && arg.startsWith('--') ? [arg.slice(2).split('=', 1)[0] ?? ''] : [];
  });
  const unknown = typed.find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const fix = meant === undefined ? '"second-factor help" lists the options' : `did you mean --${meant}?`;
  throw usage(`there is no option --${unknown}: ${fix}`);
}

function takesValue(arg: string): boolean {
  const name = arg.slice(2);
  return arg.startsWith('--') && Object.hasOwn(OPTIONS, name) && 'value' in OPTIONS[name as OptionName];
}

/** The parser's own words go on for lines. */
function oneLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

function usage(problem: string): ConsoleError {
  return new ConsoleError(EXIT.usage, problem);
}
