import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** In the repository, so that packages are found, and the package itself by its own name. */
const PLACE = resolve('.tmp');

/**
 * Starts a TypeScript file of this folder in a process of its own, as one file of JavaScript: what takes time is the package,
 * not how it is loaded. It ends with this process.
 *
 * @param of `built`: the package as `npm run build` made it; `sources`: as the sources are now
 * @param flags of Node
 */
export function startProgram(
  file: string,
  args: readonly string[],
  of: 'built' | 'sources' = 'built',
  flags: readonly string[] = [],
): ChildProcess {
  return fork(bundled(file, of), args, {
    execArgv: [
      ...flags,
      '--no-deprecation',
      '--disable-warning=SECOND_FACTOR_STORE_MAY_LOSE',
      '--disable-warning=SECOND_FACTOR_MEMORY_STORE',
    ],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

const made = new Map<string, string>();

function bundled(file: string, of: 'built' | 'sources'): string {
  const key = `${of} ${file}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, 'bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, basename(file).replace(/\.ts$/, '.mjs'));
  buildSync({
    entryPoints: [join(import.meta.dirname, file)],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    // The names of the package lead to its sources by `paths` alone.
    ...(of === 'built' ? { tsconfigRaw: '{}' } : {}),
  });
  made.set(key, outfile);
  return outfile;
}
