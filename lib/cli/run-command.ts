import { userInfo } from 'node:os';
import type { AccountStatus } from '../session/admin.js';
import type { Health } from '../session/maintenance.js';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { Instance } from './load-instance.js';
import type { Command } from './parse-command.js';

/** More than this and codes of a phone that is right are refused: one time step (RFC 6238 §5.2). */
const CLOCK_TOLERANCE_SECONDS = 30;

/** Where a command prints to and asks from. */
export interface Terminal {
  print(line: string): void;
  /** Asks a question; `null` when there is nobody to answer. */
  confirm(question: string): Promise<boolean | null>;
}

/** Runs a command on the panel's own instance. */
export async function runCommand(
  command: Command,
  instance: Instance,
  terminal: Terminal,
): Promise<ExitCode> {
  const show = (text: string, json: unknown): void => {
    terminal.print(command.json ? JSON.stringify(json) : text);
  };
  switch (command.name) {
    case 'status': {
      const { status, name } = await knownAccount(instance, command.account);
      show(describe(status, name), { ...status, name });
      return EXIT.done;
    }
    case 'disable': {
      const { name } = await knownAccount(instance, command.account);
      await confirmed(
        command,
        terminal,
        `Disable two-step authentication of ${label(command.account, name)}?`,
      );
      const disabled = await instance.disable(command.account, operator(command));
      const text = disabled ? 'is disabled' : 'was not enabled';
      show(`${label(command.account, name)}: two-step authentication ${text}`, {
        account: command.account,
        disabled,
      });
      return EXIT.done;
    }
    case 'unlock': {
      const { name } = await knownAccount(instance, command.account);
      await confirmed(
        command,
        terminal,
        `End the wait after wrong codes of ${label(command.account, name)}?`,
      );
      const unlocked = await instance.unlock(command.account, operator(command));
      const text = unlocked ? 'codes are judged again' : 'two-step authentication is not enabled';
      show(`${label(command.account, name)}: ${text}`, { account: command.account, unlocked });
      return unlocked ? EXIT.done : EXIT.refused;
    }
    case 'recovery-codes': {
      const { name } = await knownAccount(instance, command.account);
      await confirmed(command, terminal, `Make new recovery codes for ${label(command.account, name)}?`);
      const recoveryCodes = await instance.recoveryCodes(command.account, operator(command));
      if (recoveryCodes) show(recoveryCodes.join('\n'), { account: command.account, recoveryCodes });
      else
        show(`${label(command.account, name)}: two-step authentication is not enabled`, {
          account: command.account,
        });
      return recoveryCodes ? EXIT.done : EXIT.refused;
    }
    case 'list': {
      const accounts: string[] = [];
      for await (const account of instance.list()) accounts.push(account);
      accounts.sort();
      if (command.json) terminal.print(JSON.stringify(accounts));
      else for (const account of accounts) terminal.print(account);
      return EXIT.done;
    }
    case 'rekey': {
      const { resealed, current, unreadable } = await instance.rekey();
      show(
        [
          `${resealed} sealed with the first key, ${current} were already`,
          ...unreadable.map((account) => `cannot be opened with any key: ${account}`),
        ].join('\n'),
        { resealed, current, unreadable },
      );
      return unreadable.length === 0 ? EXIT.done : EXIT.store;
    }
    case 'check': {
      const health = await instance.check();
      const problems = problemsOf(health);
      show(report(health, problems), { ...health, problems });
      return problems.length === 0 ? EXIT.done : EXIT.store;
    }
    case 'help':
      return EXIT.done;
  }
}

/** An account that the panel knows, or that at least has a record. */
async function knownAccount(
  instance: Instance,
  id: string,
): Promise<{ status: AccountStatus; name: string | null }> {
  const [account, status] = await Promise.all([instance.account(id), instance.status(id)]);
  if (!account && !status.enrolled) throw new ConsoleError(EXIT.refused, `there is no account ${id}`);
  return { status, name: account?.name ?? null };
}

async function confirmed(command: Command, terminal: Terminal, question: string): Promise<void> {
  if (command.yes) return;
  const answer = await terminal.confirm(question);
  if (answer === null) throw new ConsoleError(EXIT.usage, 'there is no terminal to ask on: say --yes');
  if (!answer) throw new ConsoleError(EXIT.refused, 'nothing was changed');
}

function operator({ reason }: Command): { by: string; reason?: string } {
  const by = `console:${userInfo().username}`;
  return reason === undefined ? { by } : { by, reason };
}

function describe(status: AccountStatus, name: string | null): string {
  const lines = [label(status.accountId, name)];
  if (!status.enrolled) return [...lines, 'two-step authentication: not enabled'].join('\n');
  if (!status.readable)
    return [...lines, 'two-step authentication: enabled, but no key opens the record'].join('\n');
  lines.push(`two-step authentication: enabled since ${time(status.enrolledAt)}`);
  lines.push(`recovery codes left: ${status.recoveryCodesLeft}`, `wrong codes in a row: ${status.failures}`);
  if (status.locked) {
    lines.push(
      `codes are refused until ${status.lockedUntil === null ? 'recovery or unlock' : time(status.lockedUntil)}`,
    );
  }
  return lines.join('\n');
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
    problems.push(`${records.unreadable} records cannot be opened with any key in keys`);
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
    records.oldKey > 0 ? 'older keys are still needed: run rekey' : 'no record needs an older key',
    ...problems.map((problem) => `problem: ${problem}`),
    problems.length === 0 ? 'all well' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`,
  ].join('\n');
}

function label(id: string, name: string | null): string {
  return name === null || name === id ? id : `${id} (${name})`;
}

function time(milliseconds: number | null): string {
  return milliseconds === null ? 'an unknown time' : new Date(milliseconds).toISOString();
}
