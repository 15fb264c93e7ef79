import type { Health } from '../operator/maintenance.js';
import { EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { printableLine } from './printable.js';
import type { Run } from './run.js';
import { show, time } from './run.js';

/** More than this and codes of a phone that is right are refused: one time step (RFC 6238 §5.2). */
const CLOCK_TOLERANCE_SECONDS = 30;

/** `list`. */
export async function list({ command, instance, terminal }: Run): Promise<ExitCode> {
  const accounts: string[] = [];
  for await (const account of instance.admin.list()) accounts.push(account);
  accounts.sort();
  if (command.json) terminal.print(JSON.stringify(accounts));
  else for (const account of accounts) terminal.print(printableLine(account));
  return EXIT.done;
}

/** `rekey`. */
export async function rekey(run: Run): Promise<ExitCode> {
  const { resealed, current, unreadable } = await run.instance.admin.rekey();
  const lines = [
    `${resealed} sealed with the first key, ${current} were already`,
    ...unreadable.map((account) => `cannot be opened with any key: ${printableLine(account)}`),
  ];
  show(run, lines.join('\n'), { resealed, current, unreadable });
  return unreadable.length === 0 ? EXIT.done : EXIT.store;
}

/** `check`. */
export async function check(run: Run): Promise<ExitCode> {
  const health = await run.instance.admin.check();
  const problems = problemsOf(health);
  show(run, report(health, problems), { ...health, problems });
  return problems.length === 0 ? EXIT.done : EXIT.store;
}

function problemsOf({ storeClockAheadMs, warnings, records }: Health): string[] {
  const problems = [...warnings];
  if (storeClockAheadMs !== null && Math.abs(storeClockAheadMs) > CLOCK_TOLERANCE_SECONDS * 1000) {
    problems.push(
      `this clock and the store server's are ${Math.round(Math.abs(storeClockAheadMs) / 1000)} s apart: ` +
        'set both to network time, or codes of phones that are right are refused',
    );
  }
  if (records.unreadable > 0)
    problems.push(`${recordsOf(records.unreadable)} cannot be opened with any key in keys`);
  return problems;
}

function report({ storeClockAheadMs, records }: Health, problems: readonly string[]): string {
  const clock =
    storeClockAheadMs === null
      ? 'the store has none of its own'
      : `store server ${storeClockAheadMs} ms ahead of us`;
  return [
    `time here: ${time(Date.now())}`,
    `clock: ${clock}`,
    `records: ${records.firstKey} sealed with the first key, ${records.oldKey} with an older one, ` +
      `${records.unreadable} unreadable`,
    olderKeys(records),
    ...problems.map((problem) => `problem: ${problem}`),
    problems.length === 0 ? 'all well' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`,
  ].join('\n');
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
