import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const ROOT = resolve(import.meta.dirname, '../..');
const COMPILER = join(dirname(createRequire(import.meta.url).resolve('typescript7/package.json')), 'bin/tsc');
const OPTIONS = {
  ...{ allowJs: true, checkJs: true, noEmit: true, strict: false, types: ['node'] },
  ...{ target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], module: 'preserve' },
};
const MISTAKE = "import { twoStep } from '/api.js';\nvoid twoStep.stepup('123456');\n";

describe('the page of example/spa', () => {
  let folder: string;

  before(() => {
    mkdirSync(join(ROOT, '.tmp'), { recursive: true });
    folder = mkdtempSync(join(ROOT, '.tmp/page-'));
    writeFileSync(join(folder, 'mistake.js'), MISTAKE);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What the compiler says of scripts, by the types of the client and of the browser. */
  function complaints(files: string[]): string[] {
    const paths = {
      '/second-factor-client.js': [join(ROOT, 'client/index.ts')],
      '/api.js': [join(ROOT, 'example/spa/public/api.js')],
    };
    const project = { compilerOptions: { ...OPTIONS, paths }, files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    const { stdout } = spawnSync(process.execPath, [COMPILER, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  }

  it('calls the client as it is', () => {
    expect(complaints([join(ROOT, 'example/spa/public/main.js')])).to.deep.equal([]);
  });

  it('would not compile with a call that there is not', () => {
    expect(complaints(['mistake.js']).join('\n')).to.match(/mistake\.js.*'stepup' does not exist/);
  });
});
