import { parseCommand } from '../../lib/cli/parse-command.js';
import { runCommand } from '../../lib/cli/run-command.js';
import type { Panel } from './panel.js';

/** What a command came to. */
interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
  /** What was shown on the way. */
  readonly progress: readonly string[];
}

/**
 * Runs a command of the console on the instance of a panel.
 *
 * @param input what is piped into it; left out: a terminal
 * @param printed gets what was printed also where the command is refused
 */
export async function runConsole(
  panel: Pick<Panel, 'secondFactor'>,
  args: readonly string[],
  input: string | null = null,
  printed: string[] = [],
): Promise<Ended> {
  const progress: string[] = [];
  const terminal = {
    print: (line: string) => void printed.push(line),
    progress: (text: string) => void progress.push(text),
    confirm: () => Promise.resolve(null),
    readInput: () => Promise.resolve(input),
    begin: () => new AbortController().signal,
  };
  const command = parseCommand(args);
  const { name } = command;
  if (name === 'help' || name === 'version' || name === 'store-contract')
    throw new Error('acts on no instance');
  const code = await runCommand(name, { command, instance: panel.secondFactor, terminal });
  return { code, lines: printed, progress };
}
