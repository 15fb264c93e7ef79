import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { compiledFolder } from './compiled.js';
import { startProgram } from './program.js';
import type { RunningProgram } from './program.js';
import { fencedBlocks } from './code-blocks.js';

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
      const given = { ...process.env, PORT: '0', ...env };
      return startProgram(join(compile(), 'start.js'), given, /listening on (\d+)/);
    },
    remove() {
      for (const folder of [path, ...compiled]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A phone on the real clock, and the last time step it showed a code of. */
export interface RealPhone {
  /** The code of the moment the phone was made. */
  readonly first: string;
  /** A code that was not shown before: of this moment, or of the next time step. */
  next(): string;
}

/** The authenticator that holds a key. */
export function phoneOf(key: string): RealPhone {
  const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) });
  const now = (): number => Math.floor(Date.now() / STEP_MILLISECONDS);
  const at = (step: number): string => totp.generate({ timestamp: step * STEP_MILLISECONDS });
  let step = now();
  return {
    first: at(step),
    next: () => at((step = Math.max(step + 1, now()))),
  };
}
