import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { packedFiles } from './packed-tarball.js';

/** What integrators get: built code, and what they are to read. */
const SHIPPED = /^(dist\/|docs\/|README\.md$|LICENSE$|CHANGELOG\.md$|SECURITY\.md$|package\.json$)/;

describe('the packed tarball', () => {
  let files: string[];

  before(() => {
    files = packedFiles();
  });

  it('holds what integrators need and nothing else', () => {
    expect(files.filter((path) => !SHIPPED.test(path))).to.deep.equal([]);
    expect(files).to.include.members(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']);
  });

  it('holds the pages and pictures that the README leads to', () => {
    const readme = readFileSync('README.md', 'utf8').replace(/^(`{3,}).*?^\1/gms, '');
    const linked = [...readme.matchAll(/\]\(((?:docs\/|[A-Z])[^)#]+)[^)]*\)/g)].map(([, path = '']) => path);
    expect(linked).to.have.length.above(20).and.include('docs/two-step.png');
    expect(linked.filter((path) => !files.includes(path) && path !== 'CONTRIBUTING.md')).to.deep.equal([]);
  });

  it('holds both builds with their declarations', () => {
    for (const build of ['dist/esm', 'dist/cjs']) {
      expect(files).to.include.members([
        `${build}/lib/index.js`,
        `${build}/lib/index.d.ts`,
        `${build}/package.json`,
      ]);
    }
    const modules = (build: string): string[] =>
      files.filter((path) => path.startsWith(build)).map((path) => path.slice(build.length));
    // A program is started, never required: the console command is there once. ES modules are joined into a few files.
    const declared = modules('dist/esm/').filter(
      (path) => path.endsWith('.d.ts') && !path.startsWith('lib/cli/'),
    );
    expect(modules('dist/cjs/').filter((path) => path.endsWith('.d.ts'))).to.have.members(declared);
    expect(modules('dist/esm/').filter((path) => path.endsWith('.js')).length).to.be.below(40);
  });

  it('leaves tests, scripts and examples at home', () => {
    expect(files.filter((path) => /(^|\/)(test|scripts|example)\/|\.test\./.test(path))).to.deep.equal([]);
  });
});
