import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { expect } from 'chai';
import { packedTarball } from './packed-tarball.js';

const ROOT = resolve(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const NAMES = ['SecondFactorClientError', 'createSecondFactorClient', 'refusalOf', 'supportsKeys'];
const PAGE = `
import { SecondFactorClientError, createSecondFactorClient, refusalOf, supportsKeys } from 'passport-second-factor/client';
import type { LoginOutcome, SetupJson } from 'passport-second-factor/client';

const client = createSecondFactorClient({ basePath: '/two-step', headers: () => ({ 'x-csrf-token': 'token' }) });
export async function signIn(username: string, password: string, ask: () => Promise<string>): Promise<boolean> {
  const outcome: LoginOutcome = await client.login('/login', { username, password });
  if (outcome.next === 'enrollment-required') {
    const setup: SetupJson = await client.startSetup();
    return (await client.confirmSetup(setup.id, await ask())).state === 'verified';
  }
  if (outcome.next !== 'code-required') return outcome.next === 'signed-in';
  const { methods } = outcome.status;
  try {
    await client.verify(methods.includes('security-key') && supportsKeys() ? await client.askKey() : await ask());
    return (await refusalOf(await fetch('/danger')))?.code !== 'step-up-required';
  } catch (error) {
    if (error instanceof SecondFactorClientError && error.code === 'locked') return error.until === null;
    throw error;
  }
}
`;
const MISTAKE = `
import { createSecondFactorClient } from 'passport-second-factor/client';
void createSecondFactorClient().verify(123456);
`;

/** How the pages of an application are compiled, and a server that calls another one. */
const SETTINGS = {
  'a page, by a bundler': {
    lib: ['ES2022', 'DOM'],
    types: [],
    module: 'preserve',
    moduleResolution: 'bundler',
  },
  'a page, by Node’s rules': { lib: ['ES2022', 'DOM'], types: [], module: 'nodenext' },
  'a server without the DOM': { lib: ['ES2022'], types: ['node'], module: 'nodenext' },
  'a page of long ago': {
    ...{ lib: ['ES2022', 'DOM'], types: [], module: 'commonjs', moduleResolution: 'node10' },
    ...{ ignoreDeprecations: '6.0' },
  },
} as const;

describe('the packed client', () => {
  let folder: string;

  before(() => {
    // Inside of the repository, so that compilers find the types of Node.
    mkdirSync(join(ROOT, '.tmp'), { recursive: true });
    folder = mkdtempSync(join(ROOT, '.tmp/client-'));
    mkdirSync(join(folder, 'node_modules'));
    execFileSync('tar', ['-xzf', packedTarball(), '-C', folder]);
    renameSync(join(folder, 'package'), join(folder, 'node_modules/passport-second-factor'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'page.ts'), PAGE);
    writeFileSync(join(folder, 'mistake.ts'), MISTAKE);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is bundled for a browser, from one file of the package', async () => {
    const { outputFiles, metafile } = buildSync({
      ...{ entryPoints: [join(folder, 'page.ts')], bundle: true, format: 'esm', platform: 'browser' },
      ...{ write: false, metafile: true, logLevel: 'silent', tsconfigRaw: {} },
    });
    const inputs = Object.keys(metafile.inputs).map((file) => file.replace(/^.*node_modules\//, ''));
    expect(inputs.filter((file) => !file.endsWith('page.ts'))).to.deep.equal([
      'passport-second-factor/dist/esm/client/index.js',
    ]);
    const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`;
    expect(await import(url))
      .to.have.property('signIn')
      .that.is.a('function');
  });

  it('is one file without imports, which a page can load as it is', () => {
    const file = join(folder, 'node_modules/passport-second-factor/dist/esm/client/index.js');
    expect(readFileSync(file, 'utf8')).not.to.match(/^\s*import\b|\bimport\(|\brequire\(/m);
  });

  it('is loaded by import and by require', () => {
    const evaluate = (type: string, script: string): unknown =>
      JSON.parse(
        execFileSync(process.execPath, [`--input-type=${type}`, '--eval', script], {
          cwd: folder,
          encoding: 'utf8',
        }),
      );
    const say = (loaded: string): string => `console.log(JSON.stringify(Object.keys(${loaded}).sort()))`;
    expect(evaluate('module', say("await import('passport-second-factor/client')"))).to.deep.equal(NAMES);
    expect(evaluate('commonjs', say("require('passport-second-factor/client')"))).to.deep.equal(NAMES);
  });

  it('comes with the OpenAPI document', () => {
    const document = createRequire(join(folder, 'page.ts'))(
      'passport-second-factor/docs/openapi.json',
    ) as object;
    expect(document).to.include({ openapi: '3.1.0' });
  });

  for (const [what, options] of Object.entries(SETTINGS)) {
    it(`has types for ${what}`, () => {
      const errors = compile(options);
      expect(errors.filter((error) => !error.includes('mistake.ts'))).to.deep.equal([]);
      expect(errors.join('\n')).to.match(/mistake\.ts.*'number' is not assignable/);
    });
  }

  function compile(options: object): string[] {
    const compilerOptions = { target: 'ES2022', strict: true, noEmit: true, skipLibCheck: false, ...options };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['page.ts', 'mistake.ts'] }),
    );
    const compiler = 'ignoreDeprecations' in options ? 'typescript' : 'typescript7';
    const program = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc');
    const { stdout } = spawnSync(process.execPath, [program, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  }
});
