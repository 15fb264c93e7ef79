import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
/** In the repository, so that packages are found. */
const PLACE = join(ROOT, '.tmp');
const SOURCES = ['client', 'lib', 'adapters', 'strategies', 'example'];
const STATIC_FILES = ['example/panel/public', 'example/spa/public'];
const PREFIX = 'compiled-';
/** As in the repository: types go, and nothing else changes. */
const COMPILER: BuildOptions = { format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent' };
/** Few files: a process that loads hundreds of them does little else. */
const BUNDLER: BuildOptions = {
  ...COMPILER,
  ...{
    bundle: true,
    splitting: true,
    keepNames: true,
    outbase: ROOT,
    chunkNames: 'example/panel/[name]-[hash]',
  },
  banner: {
    js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);",
  },
};
const COMMAND = 'lib/cli/bin.ts';
/** What is not JavaScript, and what is none of modules: Passport asks who called. */
const UNBUNDLED = ['esbuild', 'libsql', 'passport', 'passport-local'];
/** With all packages that they use but these; the entries have their peers from where they run. */
const PROGRAMS = [
  ...['server', 'second-factor.config'].map((name) => `example/panel/${name}.ts`),
  ...[
    'example/minimal/app.ts',
    'example/spa/app.ts',
    'test/cli/accounts.config.ts',
    'test/cli/blocked.config.ts',
    'test/adapters/sql-increments.ts',
  ],
];

let made: string | undefined;

/** The JavaScript of an entry, of the command or of a program, with all it imports, for a process of its own. */
export function compiled(file: string): string {
  return join(compiledRoot(), scriptOf(file));
}

/**
 * The JavaScript of the TypeScript files of a folder, in a new folder; other files are copied. There
 * `passport-second-factor` is what these sources are compiled to.
 */
export function compiledFolder(folder: string): string {
  const outdir = mkdtempSync(join(compiledRoot(), `${basename(folder)}-`));
  const files = readdirSync(folder);
  const entryPoints = files.filter(isTypeScript).map((file) => join(folder, file));
  buildSync({ ...COMPILER, entryPoints, outdir });
  for (const file of files) if (!isTypeScript(file)) cpSync(join(folder, file), join(outdir, file));
  return outdir;
}

/**
 * Compiles once for all processes that test the same sources: the folder is named after what they say, and
 * renamed into place when it is complete.
 */
function compiledRoot(): string {
  if (made !== undefined) return made;
  const files = [...SOURCES.flatMap(filesIn), ...PROGRAMS, 'test/support/compiled.ts'];
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json'];
  const folder = join(PLACE, `${PREFIX}${digestOf([...files, ...settings])}`);
  if (!existsSync(folder)) compileInto(folder);
  return (made = folder);
}

function compileInto(folder: string): void {
  mkdirSync(PLACE, { recursive: true });
  const making = mkdtempSync(join(PLACE, 'compiling-'));
  const { name, version, peerDependencies } = read('package.json') as {
    name: string;
    version: string;
    peerDependencies: object;
  };
  const { compilerOptions } = read('tsconfig.json') as {
    compilerOptions: { paths: Record<string, [string]> };
  };
  const entries = Object.values(compilerOptions.paths).map(([file]) => file);
  bundleInto(making, [...entries, COMMAND], Object.keys(peerDependencies));
  bundleInto(making, PROGRAMS, UNBUNDLED);
  for (const files of STATIC_FILES) cpSync(join(ROOT, files), join(making, files), { recursive: true });
  // The names of the package lead to the compiled files as the paths of the project lead to the sources.
  const exports = Object.fromEntries(
    Object.entries(compilerOptions.paths).map(([path, [file]]) => [path.replace(name, '.'), scriptOf(file)]),
  );
  writeFileSync(join(making, 'package.json'), JSON.stringify({ name, version, type: 'module', exports }));
  try {
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true });
    if (!existsSync(folder)) throw error; // else another process was first
  }
  for (const other of readdirSync(PLACE)) {
    if (other.startsWith(PREFIX) && other !== basename(folder)) {
      rmSync(join(PLACE, other), { recursive: true, force: true });
    }
  }
}

function bundleInto(outdir: string, files: readonly string[], external: string[]): void {
  buildSync({ ...BUNDLER, entryPoints: files.map((file) => join(ROOT, file)), outdir, external });
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

function scriptOf(file: string): string {
  return file.replace(/\.ts$/, '.js');
}

function isTypeScript(file: string): boolean {
  return file.endsWith('.ts');
}

function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}
