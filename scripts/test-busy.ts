import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Twice as many as a small machine has cores. */
const LOOPS = 4;
/** Does nothing, as fast as it can, until the process that began it is gone. */
const LOOP = 'const { ppid } = process; for (;;) if (process.ppid !== ppid) process.exit();';

const loops = Array.from({ length: LOOPS }, () => spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }));
const test = spawn(process.execPath, ['--import', 'tsx', 'scripts/test.ts'], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => test.kill(signal));

const [code] = (await once(test, 'exit')) as [code: number | null];
for (const loop of loops) loop.kill('SIGKILL');
process.exitCode = code ?? 1;
