import type { Health } from '../operator/maintenance.js';
import { label } from './account-commands.js';
import { EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { ifFailed } from './in-time.js';
import { printableLine } from './printable.js';
import { counting } from './progress.js';
import type { Run } from './run.js';
import { show, time } from './run.js';

/** More than this and codes of a phone that is right are refused: one time step (RFC 6238 §5.2). */
const CLOCK_TOLERANCE_SECONDS = 30;
/** Names asked for at a time: as many accounts as `import --file` has under way. */
const NAMES_AT_ONCE = 8;
/** So many accounts are named in a line; `--json` names all of them. */
const NAMED_MAXIMUM = 20;

/** One account of `list`. */
interface Listed {
  readonly account: string;
  /** `null`: the application knows none such, or cannot say. */
  readonly name: string | null;
  /** Whether the application says that there is no such account: a record that may be forgotten. */
  readonly gone: boolean;
}

/** `list`. */
export async function list(run: Run): Promise<ExitCode> {
  const { instance, terminal, command } = run;
  const read = counting(run, 'accounts found');
  const accounts: string[] = [];
  for await (const account of instance.admin.list()) read(accounts.push(account));
  const listed = await named(run, accounts.sort());
  terminal.progress('');
  if (command.json) terminal.print(JSON.stringify(listed));
  else for (const each of listed) terminal.print(lineOf(each));
  if (!command.json && listed.length === 0) terminal.print('no account has two-step authentication');
  return EXIT.done;
}

/** What the application calls accounts. One that cannot be described is listed all the same. */
async function named(run: Run, accounts: readonly string[]): Promise<Listed[]> {
  const show = counting(run, `of ${String(accounts.length)} accounts`);
  const listed: Listed[] = [];
  const next = accounts.entries();
  const worker = async (): Promise<void> => {
    for (const [place, account] of next) {
      const found = await run.instance.admin.account(account).catch(ifFailed(undefined));
      listed[place] = { account, name: found?.name ?? null, gone: found === null };
      show(place + 1);
    }
  };
  await Promise.all(Array.from({ length: NAMES_AT_ONCE }, worker));
  return listed;
}

function lineOf({ account, name, gone }: Listed): string {
  return gone ? `${printableLine(account)}: the application has no such account` : label(account, name);
}

/** `rekey`. */
export async function rekey(run: Run): Promise<ExitCode> {
  const progress = counting(run, 'records');
  const { resealed, current, unreadable } = await run.instance.admin.rekey(progress);
  run.terminal.progress('');
  const lines = [
    `${resealed} sealed with the first key, ${current} were already`,
    ...unreadable.map((account) => `cannot be opened with any key: ${printableLine(account)}`),
  ];
  show(run, lines.join('\n'), { resealed, current, unreadable });
  return unreadable.length === 0 ? EXIT.done : EXIT.store;
}

/** `check`. */
export async function check(run: Run): Promise<ExitCode> {
  const health = await run.instance.admin.check(counting(run, 'records'));
  run.terminal.progress('');
  const problems = problemsOf(health);
  show(run, report(health, problems), { ...health, problems });
  return problems.length === 0 ? EXIT.done : EXIT.store;
}

/** What is wrong, the worst first: with the wrong keys nobody who has a second factor signs in. */
function problemsOf({ storeClockAheadMs, warnings, records, unreadableAccounts }: Health): string[] {
  const problems: string[] = [];
  if (records.unreadable > 0) {
    const none = records.firstKey + records.oldKey === 0;
    problems.push(
      `${recordsOf(records.unreadable)} cannot be opened with any key in keys: ${namesOf(unreadableAccounts)}` +
        (none ? '; no record opens, so these are probably not the keys of the application' : ''),
    );
  }
  problems.push(...warnings);
  if (storeClockAheadMs !== null && Math.abs(storeClockAheadMs) > CLOCK_TOLERANCE_SECONDS * 1000) {
    problems.push(
      `this clock and the store server's are ${Math.round(Math.abs(storeClockAheadMs) / 1000)} s apart: ` +
        'set both to network time, or codes of phones that are right are refused',
    );
  }
  return problems;
}

function namesOf(accounts: readonly string[]): string {
  const named = accounts.slice().sort().slice(0, NAMED_MAXIMUM).map(printableLine).join(', ');
  const more = accounts.length - NAMED_MAXIMUM;
  return more > 0 ? `${named} and ${String(more)} more` : named;
}

/** Problems come first: a long report is read from its first line. */
function report({ storeClockAheadMs, records }: Health, problems: readonly string[]): string {
  const clock =
    storeClockAheadMs === null
      ? 'the store has none of its own'
      : `store server ${storeClockAheadMs} ms ahead of us`;
  const count =
    problems.length === 0 ? 'all well' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  return [
    ...problems.map((problem) => `problem: ${problem}`),
    `time here: ${time(Date.now())}`,
    `clock: ${clock}`,
    ...recordLines(records),
    count,
  ].join('\n');
}

function recordLines(records: Health['records']): string[] {
  const { firstKey, oldKey, unreadable } = records;
  if (firstKey + oldKey + unreadable === 0) return ['records: none yet'];
  return [
    `records: ${firstKey} sealed with the first key, ${oldKey} with an older one, ${unreadable} unreadable`,
    olderKeys(records),
  ];
}

/** Whether keys behind the first may go. A record that does not open may need one that is gone already. */
function olderKeys({ oldKey, unreadable }: Health['records']): string {
  if (oldKey > 0) return 'older keys are still needed: run rekey';
  if (unreadable === 0) return 'no record needs an older key';
  return `no record that opens needs an older key; ${recordsOf(unreadable)} may need one that is not in keys`;
}

function recordsOf(count: number): string {
  return `${count} record${count === 1 ? '' : 's'}`;
}
