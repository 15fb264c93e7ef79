import type { CommandInfo, CommandName, Operand, OptionName } from './commands.js';
import { COMMANDS, OPTIONS } from './commands.js';

/** Where explanations begin. */
const COLUMN = 23;
const OPERANDS: Readonly<Record<Operand, string>> = {
  account: ' <account>',
  module: ' <module>',
  command: ' [command]',
  nothing: '',
};
const LOADING = ['config', 'env-file', 'import'] as const;
const EXIT_CODES =
  'Exit codes: 0 done, 1 refused, no such account or a broken store, 2 wrong usage, config or file, ' +
  '3 store, check or output failed.';
const ACCOUNT =
  '<account> is the exact id that account() returns, or the exact login if the config has findAccountByName.';

/** The help of all commands. */
export function helpOfAll(): string {
  const commands = Object.entries<CommandInfo>(COMMANDS).flatMap(([name, { operand, summary, also }]) => [
    explained(`${name}${OPERANDS[operand]}`, summary),
    ...(also ? [explained(`${name} ${also.operand}`, also.summary)] : []),
  ]);
  return [
    'Usage: second-factor <command> [options]',
    '',
    ...commands,
    '',
    'Options:',
    ...(Object.keys(OPTIONS) as OptionName[]).map(optionLine),
    '',
    ACCOUNT,
    EXIT_CODES,
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpOf(name: CommandName): string {
  const { operand, summary, also, about, options, changes }: CommandInfo = COMMANDS[name];
  const uses = [`${name}${OPERANDS[operand]}`, ...(also ? [`${name} ${also.operand}`] : [])];
  return [
    ...uses.map((use, place) => `${place === 0 ? 'Usage:' : '      '} second-factor ${use} [options]`),
    '',
    ...indented([...summary, ...(also ? [`${also.operand}: ${also.summary.join(' ')}`] : [])]),
    '',
    ...indented(about),
    '',
    'Options:',
    ...optionsOf(operand, options, changes).map(optionLine),
    '',
    ...(operand === 'account' ? [ACCOUNT] : []),
    EXIT_CODES,
    '',
  ].join('\n');
}

/** The options that mean something with a command. */
function optionsOf(
  operand: Operand,
  own: readonly OptionName[],
  changes: CommandInfo['changes'],
): readonly OptionName[] {
  if (operand === 'command') return ['help'];
  const loading = operand === 'module' ? (['env-file', 'import'] as const) : LOADING;
  return [
    ...own,
    ...loading,
    ...(operand === 'account' ? (['id'] as const) : []),
    ...(operand === 'account' && changes ? (['reason'] as const) : []),
    ...(changes === 'asks' ? (['yes'] as const) : []),
    'json',
    'help',
  ];
}

function optionLine(name: OptionName): string {
  const { value, short, summary }: { value?: string; short?: string; summary: readonly string[] } =
    OPTIONS[name];
  const shown = `--${name}${short === undefined ? '' : `, -${short}`}`;
  return explained(`${shown}${value === undefined ? '' : ` <${value}>`}`, summary);
}

/** A name with its explanation beside it, or below where there is no room. */
function explained(name: string, [first = '', ...more]: readonly string[]): string {
  const margin = ' '.repeat(COLUMN);
  const head = `  ${name}`;
  const line = head.length < COLUMN - 1 ? `${head.padEnd(COLUMN)}${first}` : `${head}\n${margin}${first}`;
  return [line, ...more.map((text) => `${margin}${text}`)].join('\n');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
