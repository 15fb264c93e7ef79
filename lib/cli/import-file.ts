import { readFile } from 'node:fs/promises';
import type { ImportedSecret } from '../operator/import-secret.js';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { FileLine } from './import-lines.js';
import { importRefusal } from './import-refusal.js';
import { createLineCheck, linesOf, parseLine } from './import-lines.js';
import { messageOf } from './load-default-export.js';
import { operator } from './operator.js';
import { printableLine } from './printable.js';
import { progressOf } from './progress.js';
import type { Run } from './run.js';

/** Accounts at a time: enough to wait for a store that is far away, and few beside sign-ins. */
const AT_ONCE = 8;
/** So many in a row without an answer, and no other is tried: as many as were under way. */
const UNANSWERED_IN_A_ROW = AT_ONCE;
/** What is wrong with one account, and not with what all of them need. */
const REFUSALS: readonly unknown[] = [
  'already-enrolled',
  'account-unknown',
  'account-invalid',
  'account-unstable',
];

/** One account that could not be imported. */
interface Failure {
  readonly line: number;
  readonly account: string;
  readonly reason: string;
}

/** What has come of a file so far. */
interface Tally {
  readonly lines: number;
  enabled: number;
  alreadyThere: number;
  failed: number;
  /** How many of those that failed got no answer, and how many in a row by now. */
  unanswered: number;
  inARow: number;
  /** How many calls of `notify` and of listeners failed, or are not over. */
  untold: number;
  /** Kept for `--json` alone. */
  readonly failures: Failure[];
}

/**
 * `import --file <file>`: authenticators of many accounts, a line of JSON each. Where a line is wrong nothing is changed.
 * May be interrupted and repeated.
 *
 * @throws {ConsoleError} exit code 2 when the file cannot be read, or a line of it is wrong
 */
export async function importFile(run: Run, name: string): Promise<ExitCode> {
  const file = await contentOf(name);
  const lines = checkedLines(run, file);
  const tally: Tally = {
    ...{ lines, enabled: 0, alreadyThere: 0, failed: 0, unanswered: 0, inARow: 0, untold: 0 },
    failures: [],
  };
  const showProgress = progressOf(run, () => `${String(doneOf(tally))} of ${String(tally.lines)} accounts`);
  const next = linesOf(file);
  const ending = run.terminal.begin();
  const worker = async (): Promise<void> => {
    while (!ending.aborted && tally.inARow < UNANSWERED_IN_A_ROW) {
      const { value: line } = next.next();
      if (!line) return;
      await importLine(run, line, tally);
      showProgress();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const left = await run.instance.admin.settled?.();
  if (left) tally.untold = left.failed + left.unfinished;
  run.terminal.progress('');
  report(run, tally, ending.aborted);
  if (tally.unanswered + tally.untold > 0) return EXIT.store;
  return tally.failed > 0 || doneOf(tally) < lines ? EXIT.refused : EXIT.done;
}

async function contentOf(name: string): Promise<Uint8Array> {
  try {
    return await readFile(name);
  } catch (error) {
    throw new ConsoleError(EXIT.usage, `--file could not be read: ${messageOf(error)}`);
  }
}

/** How many lines there are, once every one of them is right. */
function checkedLines({ command, terminal }: Run, file: Uint8Array): number {
  const problemOf = createLineCheck(command.allowShort);
  const wrong: { readonly line: number; readonly reason: string }[] = [];
  let [lines, problems] = [0, 0];
  for (const line of linesOf(file)) {
    lines += 1;
    const reason = problemOf(line);
    if (reason === null) continue;
    problems += 1;
    if (command.json) wrong.push({ line: line.line, reason });
    else terminal.print(`line ${String(line.line)}: ${reason}`);
  }
  if (command.json && problems > 0) terminal.print(JSON.stringify({ wrong }));
  if (problems > 0) {
    throw new ConsoleError(
      EXIT.usage,
      `nothing was changed: ${String(problems)} of ${String(lines)} lines are wrong`,
    );
  }
  if (lines === 0) throw new ConsoleError(EXIT.usage, 'there is no line in the file');
  return lines;
}

async function importLine(run: Run, { line, bytes }: FileLine, tally: Tally): Promise<void> {
  const { account, given } = parseLine(bytes);
  const { allowShort: dangerouslyAllowShortSecret } = run.command;
  try {
    const secret = { ...given, dangerouslyAllowShortSecret, ...operator(run) } as ImportedSecret;
    if (await run.instance.admin.import(account, secret)) tally.enabled += 1;
    else tally.alreadyThere += 1;
    tally.inARow = 0;
  } catch (error) {
    const { code } = (error ?? {}) as { code?: unknown };
    const isAnswer = REFUSALS.includes(code);
    tally.failed += 1;
    tally.unanswered += isAnswer ? 0 : 1;
    tally.inARow = isAnswer ? 0 : tally.inARow + 1;
    tellFailure(run, tally, { line, account, reason: importRefusal(error) ?? messageOf(error) });
  }
  // Mails that wait for a mailer would be lost when the process ends.
  await run.instance.admin.settled?.(account);
}

function tellFailure({ command, terminal }: Run, tally: Tally, failure: Failure): void {
  if (command.json) tally.failures.push(failure);
  else {
    const { line, account, reason } = failure;
    terminal.print(`line ${String(line)}, account ${printableLine(account)}: ${reason}`);
  }
}

function report({ command, terminal }: Run, tally: Tally, isInterrupted: boolean): void {
  const { enabled, alreadyThere, failed, failures, lines, untold } = tally;
  const untried = lines - doneOf(tally);
  if (command.json) {
    terminal.print(JSON.stringify({ enabled, alreadyThere, failed: failures, untried, untold }));
    return;
  }
  const there = `${String(alreadyThere)} ${alreadyThere === 1 ? 'was' : 'were'} there already`;
  const why = isInterrupted ? 'it was interrupted' : 'no answer came';
  const rest = untried === 0 ? '' : `, ${String(untried)} not tried, since ${why}`;
  const calls = untold === 1 ? 'call' : 'calls';
  const left =
    untold === 0 ? '' : `; ${String(untold)} ${calls} of notify or listeners failed or did not end`;
  terminal.print(`${String(enabled)} enabled, ${there}, ${String(failed)} failed${rest}${left}`);
}

function doneOf({ enabled, alreadyThere, failed }: Tally): number {
  return enabled + alreadyThere + failed;
}
