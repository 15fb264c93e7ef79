import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

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
if (built.every(Boolean)) await bundle('dist/esm');
else process.exitCode = 1;

/**
 * Joins the ES modules into a few files: Node finds and reads each one by itself, which takes most of the time of an import. What
 * entries share is in files of its own, so that a class is the same one in all of them. CommonJS is quick as it is, and has
 * no such files.
 */
async function bundle(folder: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: await entries(folder),
    outbase: folder,
    outdir: folder,
    chunkNames: 'lib/shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    write: false,
  });
  const files = await readdir(folder, { recursive: true });
  await Promise.all(files.filter((file) => file.endsWith('.js')).map((file) => rm(join(folder, file))));
  await mkdir(join(folder, 'lib/shared'), { recursive: true });
  await Promise.all(outputFiles.map(({ path, contents }) => writeFile(path, contents)));
}

/** The files that the exports map and the command name. */
async function entries(folder: string): Promise<string[]> {
  const text = await readFile('package.json', 'utf8');
  return [...new Set(text.match(new RegExp(`${folder}/[\\w./-]+\\.js(?=")`, 'g')))];
}
