import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, resolve } from 'node:path';

/** One program that has to end with exit code 0. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Shown as it comes, also when nothing fails: for one step among those that run side by side. */
  readonly live?: boolean;
  /** A step that takes longer hangs, and has failed. Default 3600: far beyond what a slow machine needs. */
  readonly limitSeconds?: number;
}

/** How a step ended. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  /** What it wrote; empty where that was shown live. */
  readonly output: string;
}

const STEP_LIMIT_SECONDS = 3600;

const root = resolve(import.meta.dirname, '..');
const running = new Set<number>();

/** Runs programs side by side, says of each when it ended, and returns the results in the order of the steps. */
export function runSteps(...steps: Step[]): Promise<Result[]> {
  return Promise.all(steps.map(runStep));
}

/** Shows what the failed ones wrote, and returns their names. */
export function showFailed(results: readonly Result[]): string[] {
  const failed = results.filter(({ ok }) => !ok);
  for (const { name, output } of failed) if (output !== '') console.log(`\n${name}:\n${output}`);
  return failed.map(({ name }) => name);
}

/** Ends all programs that are running, with what they started. */
export function endRunningSteps(): void {
  for (const group of running) endGroup(group);
}

async function runStep({
  name,
  command,
  env = {},
  live = false,
  limitSeconds = STEP_LIMIT_SECONDS,
}: Step): Promise<Result> {
  const [program = '', ...args] = command;
  const started = Date.now();
  const output = live ? 'inherit' : 'pipe';
  const path = [resolve(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PATH: path, ...env },
    stdio: ['ignore', output, output],
    detached: true, // a process group of its own, which can be ended as a whole
  });
  const { pid } = child;
  const written: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => written.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => written.push(chunk));
  if (pid !== undefined) running.add(pid);
  const limit = setTimeout(() => {
    written.push(Buffer.from(`${name} was ended after ${limitSeconds} s\n`));
    if (pid !== undefined) endGroup(pid);
  }, limitSeconds * 1000);

  const ok = await once(child, 'close').then(
    ([code]) => code === 0,
    (error: unknown) => {
      written.push(Buffer.from(`${String(error)}\n`));
      return false;
    },
  );
  clearTimeout(limit);
  if (pid !== undefined) running.delete(pid);
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return { name, ok, output: Buffer.concat(written).toString() };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself in the meantime
  }
}
