import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is built: an output folder, the project that fills it, and how Node is to read its `.js` files. */
const BUILDS = [
  { folder: 'dist/esm', project: 'tsconfig.build.json', type: 'module' },
  { folder: 'dist/cjs', project: 'tsconfig.build.cjs.json', type: 'commonjs' },
];

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript7/package.json')), 'bin/tsc');

await rm('dist', { recursive: true, force: true });
const built = await Promise.all(
  BUILDS.map(async ({ folder, project, type }) => {
    const compiling = spawn(process.execPath, [compiler, '--project', project], { stdio: 'inherit' });
    const [code] = (await once(compiling, 'close')) as [number | null];
    if (code !== 0) return false;
    await writeFile(`${folder}/package.json`, `${JSON.stringify({ type })}\n`);
    return true;
  }),
);
process.exitCode = built.every(Boolean) ? 0 : 1;
