import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './eventually.js';

/** A program with a port, in a process of its own. */
export interface RunningProgram {
  readonly port: number;
  /** What it printed until now. */
  readonly output: () => string;
  kill(signal: NodeJS.Signals): void;
  /**
   * Ends it.
   *
   * @param signal `SIGKILL` where it goes by a clock of the tests and handles no signals: Node's own handler then calls
   *   libfaketime, which takes memory. If the signal came while memory was taken, that never ends
   */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Waits until a program has printed something: its output may come after an answer that it sent later. */
export function printed({ output }: Pick<RunningProgram, 'output'>, text: RegExp): Promise<void> {
  return until(`a program to print ${String(text)}`, () => text.test(output()));
}

/**
 * Starts a program and waits until it tells its port.
 *
 * @param port what it prints; the first group is the port
 * @throws when it ends before, with what it printed
 */
export async function startProgram(
  file: string,
  env: NodeJS.ProcessEnv,
  port: RegExp,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const told = new Promise<number>((done, reject) => {
    const read = (text: string): void => {
      output += text;
      const [, number] = port.exec(output) ?? [];
      if (number !== undefined) done(Number(number));
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('exit', () => {
      reject(new Error(`${file} ended: ${output}`));
    });
  });
  return {
    port: await told,
    output: () => output,
    kill: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
