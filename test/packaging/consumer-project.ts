import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packedTarball } from './packed-tarball.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** What every consumer installs, in the versions this repository develops with. */
const COMMON = [
  'express-session',
  'passport-local',
  'reflect-metadata',
  'rxjs',
  '@types/express-session',
  '@types/node',
  '@types/passport',
  '@types/passport-local',
];
/** Programs in TypeScript, each type-checked and compiled as ESM and as CommonJS. */
const APPS = ['app', 'nest'];
const NPM_FLAGS = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};

/** How integrators have TypeScript look for modules: with 7 what it has, with 6 what 7 no longer has. */
const TYPESCRIPT_SETTINGS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
  // Projects of long ago, and what Nest set up by default: no exports maps, an old library, null everywhere.
  node10: {
    ...{ module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    ...{ target: 'ES2017', lib: ['ES2017'], strictNullChecks: false, exactOptionalPropertyTypes: false },
  },
} as const;

/** An empty project somewhere else on the disk, with the packed tarball installed. */
export class ConsumerProject {
  readonly #folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  readonly #running = new Set<ChildProcess>();

  /** Installs the tarball beside certain versions of its peers, and puts the consumer's apps there unless told not to. */
  async install(versions: Readonly<Record<string, string>>, apps = true): Promise<void> {
    const common = (apps ? COMMON : []).map((name): [string, string | undefined] => [
      name,
      manifest.devDependencies[name],
    ]);
    this.#write('package.json', {
      name: 'consumer',
      private: true,
      dependencies: {
        ...Object.fromEntries(common),
        ...versions,
        'passport-second-factor': `file:${packedTarball()}`,
      },
    });
    for (const app of apps ? APPS : []) {
      const source = join(root, `test/packaging/consumer/${app}.mts`);
      for (const type of ['mts', 'cts']) cpSync(source, join(this.#folder, `${app}.${type}`));
    }
    await this.#run('npm', 'install', ...NPM_FLAGS);
  }

  /** Type-checks the TypeScript apps in both systems of modules, declarations of dependencies included. */
  async typeCheck(settings: keyof typeof TYPESCRIPT_SETTINGS): Promise<void> {
    await this.#compile(settings, { noEmit: true });
  }

  /** Compiles the TypeScript apps: `compiled/app.mjs`, `compiled/app.cjs` and so on. */
  async compile(): Promise<void> {
    await this.#compile('nodenext', { outDir: 'compiled' });
  }

  /** Starts an app, and returns its port once it listens. */
  async start(app: string): Promise<number> {
    const child = spawn(process.execPath, [app], { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const port = await Promise.race([
      once(child.stdout, 'data').then(([chunk]) => String(chunk).trim()),
      once(child, 'close').then(() => Promise.reject(new Error(`${app} ended: ${errors}`))),
    ]);
    return Number(port);
  }

  /** Installs more, as a user types it. */
  async add(...specifiers: string[]): Promise<void> {
    await this.#run('npm', 'install', ...NPM_FLAGS, ...specifiers);
  }

  /** Writes a file into the project. */
  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  /** Runs the console command as an integrator does. */
  async secondFactor(...args: string[]): Promise<string> {
    return this.#run('node_modules/.bin/second-factor', ...args);
  }

  /** Evaluates an expression in the project, and returns what it writes. */
  async evaluate(script: string): Promise<string> {
    return this.#run(process.execPath, '--input-type=module', '--eval', script);
  }

  /** Ends all apps and removes the project. */
  async remove(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, 'close');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #compile(
    settings: keyof typeof TYPESCRIPT_SETTINGS,
    more: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const project = `tsconfig.${settings}.json`;
    this.#write(project, {
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2022'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        experimentalDecorators: true,
        ...TYPESCRIPT_SETTINGS[settings],
        ...more,
      },
      files: APPS.flatMap((app) => [`${app}.mts`, `${app}.cts`]),
    });
    const compiler = settings === 'node10' ? 'typescript' : 'typescript7';
    const program = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc');
    await this.#run(process.execPath, program, '--project', project);
  }

  #write(file: string, content: unknown): void {
    writeFileSync(join(this.#folder, file), JSON.stringify(content, null, 2));
  }

  async #run(command: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.#folder });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }
}
