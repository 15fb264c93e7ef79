import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, resolve } from 'node:path';

/** One program that has to end with exit code 0. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Shown as it comes, also when nothing fails: for a step that runs alone. */
  readonly live?: boolean;
  /** A step that takes longer hangs, and has failed. Default 480. */
  readonly limitSeconds?: number;
}

const STEP_LIMIT_SECONDS = 1500;

const root = resolve(import.meta.dirname, '..');
const running = new Set<number>();

/** Runs programs side by side, shows what the failed ones wrote, and returns the names of those that failed. */
export async function runSteps(...steps: Step[]): Promise<string[]> {
  const results = await Promise.all(steps.map(async (step) => ({ step, ok: await runStep(step) })));
  return results.filter(({ ok }) => !ok).map(({ step }) => step.name);
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
}: Step): Promise<boolean> {
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
  if (!ok) process.stdout.write(Buffer.concat(written));
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return ok;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself in the meantime
  }
}
