import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { compiledFolder } from '../support/compiled.js';
import { fencedBlocks } from './code-blocks.js';

const START_MILLISECONDS = 60_000;
const STEP_MILLISECONDS = 30_000;
const root = resolve(import.meta.dirname, '../..');

/** Decorators as NestJS wants them; everything else as in the repository. */
const TSCONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: { experimentalDecorators: true },
  include: ['*.ts'],
};
/** Tells where the documented server listens. */
const START = `import * as program from './PROGRAM';
const { server } = program;
const tell = () => console.log('listening on ' + server.address().port);
if (server.listening) tell(); else server.once('listening', tell);`;

/** A program of a page, running. */
export interface RunningProgram {
  readonly port: number;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** A folder of the repository, so that packages are found, with the named code blocks of a page. */
export interface ProgramFolder {
  readonly path: string;
  /** The same as JavaScript, in a folder beside; for a process of its own. */
  compile(): string;
  /** Starts the program whose file exports `server`. */
  start(file: string, env: NodeJS.ProcessEnv): Promise<RunningProgram>;
  remove(): void;
}

/** Writes the blocks that begin with `// file: name`; `others` stand in for what the page only declares. */
export function programOf(
  page: string,
  others: Readonly<Record<string, string>> = {},
  edit: (code: string) => string = (code) => code,
): ProgramFolder {
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const path = mkdtempSync(join(root, '.tmp/docs-'));
  for (const { code } of fencedBlocks(page, readFileSync(join(root, page), 'utf8'))) {
    const name = /^\/\/ file: (\S+)/.exec(code)?.[1];
    if (name !== undefined) writeFileSync(join(path, name), edit(code));
  }
  for (const [name, code] of Object.entries(others)) writeFileSync(join(path, name), code);
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  const compiled: string[] = [];
  const compile = (): string => {
    const folder = compiledFolder(path);
    compiled.push(folder);
    return folder;
  };
  return {
    path,
    compile,
    start(file, env) {
      writeFileSync(join(path, 'start.ts'), START.replace('PROGRAM', file.replace(/\.ts$/, '.js')));
      return start(join(compile(), 'start.js'), env);
    },
    remove() {
      for (const folder of [path, ...compiled]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(file: string, env: NodeJS.ProcessEnv): Promise<RunningProgram> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const port = await new Promise<number>((done, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const said = /listening on (\d+)/.exec(output)?.[1];
      if (said !== undefined) done(Number(said));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`${file} ended: ${output}`)));
    setTimeout(() => reject(new Error(`${file} did not start: ${output}`)), START_MILLISECONDS).unref();
  });
  return {
    port,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A phone on the real clock: the code of the moment it was made, then that of the next time step. */
export function phoneOf(key: string): { first: string; second: string } {
  const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) });
  const now = Date.now();
  return {
    first: totp.generate({ timestamp: now }),
    second: totp.generate({ timestamp: now + STEP_MILLISECONDS }),
  };
}
