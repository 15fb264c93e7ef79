/** What a command is about: an account, a module of the application, a command, or nothing. */
export type Operand = 'account' | 'module' | 'command' | 'nothing';

/** A command as it is read and explained. */
export interface CommandInfo {
  readonly operand: Operand;
  /** One short line each; the first stands beside the command. */
  readonly summary: readonly string[];
  /** Options of this command alone. */
  readonly options: readonly OptionName[];
  /** For its own help: what it changes, what it costs, what comes next. Whole lines. */
  readonly about: readonly string[];
  /** Whether it asks before it changes something, so that `--yes` and `--reason` mean something. */
  readonly changes?: 'asks' | 'at once';
  /** How else it may be called, as the help of all commands shows it. */
  readonly also?: { readonly operand: string; readonly summary: readonly string[] };
}

/** An option as it is read and explained. */
interface OptionInfo {
  /** What its value is called; absent: it has none. */
  readonly value?: string;
  readonly summary: readonly string[];
  readonly multiple?: true;
  readonly short?: string;
}

/** Every option, in the order of the help. */
export const OPTIONS = {
  config: {
    value: 'file',
    summary: [
      'the module whose default export is the instance',
      '(default: second-factor.config.js, .mjs, .cjs or .ts here)',
    ],
  },
  'env-file': { value: 'file', summary: ['reads environment variables from a file first'] },
  import: { value: 'module', summary: ['loads a module first, tsx for example'], multiple: true },
  id: { summary: ['<account> is an id, never a login'] },
  reason: { value: 'text', summary: ['why, for the audit trail'] },
  revoke: { summary: ['with browsers: every browser is asked for a code again'] },
  remove: { summary: ['with security-keys: removes all of them'] },
  file: {
    value: 'file',
    summary: [
      'with import: {"account":"17","secret":"…"} or {"account":"17","uri":"…"}',
      'in each line, with encoding, digits, algorithm, period, name',
    ],
  },
  encoding: { value: 'name', summary: ['with import: base32 (default) or hex'] },
  digits: { value: 'number', summary: ['with import: 6 (default), 7 or 8'] },
  algorithm: { value: 'name', summary: ['with import: sha1 (default), sha256 or sha512'] },
  period: { value: 'seconds', summary: ['with import: 30 (default) or 60'] },
  name: { value: 'text', summary: ['with import: the name that its owner sees'] },
  'allow-short': { summary: ['with import: also accepts secrets of 80 to 127 bits'] },
  yes: { summary: ['does not ask; needed when there is no terminal'] },
  json: { summary: ['prints JSON'] },
  help: { summary: ['explains the command, or all of them'], short: 'h' },
  version: { summary: ['prints the version of the package'], short: 'v' },
} as const satisfies Readonly<Record<string, OptionInfo>>;

/** The name of an option, without its hyphens. */
export type OptionName = keyof typeof OPTIONS;

const IMPORTED = ['encoding', 'digits', 'algorithm', 'period', 'name'] as const;

/** Every command, in the order of the help. */
export const COMMANDS = {
  status: {
    operand: 'account',
    summary: ['whether the account has two-step authentication'],
    options: [],
    about: ['Changes nothing.'],
  },
  disable: {
    operand: 'account',
    summary: ['takes two-step authentication off, at once and in all sessions'],
    options: [],
    changes: 'asks',
    about: [
      'The account signs in with its password alone, until its owner enables it again.',
      'First make sure who asks. Prefer recovery-codes, which leaves the account protected.',
    ],
  },
  unlock: {
    operand: 'account',
    summary: ['ends the wait after wrong codes'],
    options: [],
    changes: 'asks',
    about: ['Codes that could be read by now stay void.'],
  },
  'recovery-codes': {
    operand: 'account',
    summary: ['prints new recovery codes, for an owner whose identity you checked'],
    options: [],
    changes: 'asks',
    about: ['They are printed once. The old ones are void.'],
  },
  browsers: {
    operand: 'account',
    summary: ['the browsers that are not asked for a code; --revoke forgets them'],
    options: ['revoke'],
    about: ['Without --revoke it changes nothing.'],
    changes: 'asks',
  },
  'security-keys': {
    operand: 'account',
    summary: ['its passkeys and security keys; --remove removes them all, for an', 'owner who lost them'],
    options: ['remove'],
    changes: 'asks',
    about: ['Without --remove it changes nothing.'],
  },
  import: {
    operand: 'account',
    summary: [
      'enrolls it with the secret of an app or hardware token of another',
      'system, read from standard input: base32, or otpauth://totp/…',
    ],
    options: ['file', ...IMPORTED, 'allow-short'],
    changes: 'at once',
    also: {
      operand: '--file <file>',
      summary: ['the same of many accounts, one line of JSON each; may be repeated'],
    },
    about: [
      'It is not an argument, so that it is in no process list and no history:',
      '  second-factor import 17 < secret.txt',
      'There are no recovery codes yet: recovery-codes makes some.',
    ],
  },
  list: {
    operand: 'nothing',
    summary: ['the accounts that have two-step authentication'],
    options: [],
    about: ['One a line: its id, and in brackets its name where that is another.'],
  },
  rekey: {
    operand: 'nothing',
    summary: ['seals every record with the first key; may be repeated'],
    options: [],
    changes: 'at once',
    about: ['Sign-ins go on meanwhile. check says whether an older key is still needed.'],
  },
  check: {
    operand: 'nothing',
    summary: ['clock, store and keys; exit code 3 when something is wrong'],
    options: [],
    about: ['Opens every record, and changes none.'],
  },
  'store-contract': {
    operand: 'module',
    summary: [
      'tries a store of your own against the database it opens: the',
      "module's default export is the store, or a function that makes it",
    ],
    options: [],
    about: ['Needs no config. Its own records are removed again.'],
  },
  help: {
    operand: 'command',
    summary: ['explains a command, or all of them'],
    options: [],
    about: ['second-factor <command> --help says the same.'],
  },
} as const satisfies Readonly<Record<string, CommandInfo>>;

/** The names of the commands. */
export type CommandName = keyof typeof COMMANDS;

/** Whether there is a command of that name. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
