import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { fencedBlocks, isUnchecked, typeCheck } from '../support/code-blocks.js';
import { packedTarball } from './packed-tarball.js';

const root = resolve(import.meta.dirname, '../..');

describe('code blocks of README and docs, against the packed declarations', () => {
  let folder: string;

  before(() => {
    // Inside of the repository, so that the declarations find the packages they name.
    mkdirSync(join(root, '.tmp'), { recursive: true });
    folder = mkdtempSync(join(root, '.tmp/packed-'));
    execFileSync('tar', ['-xzf', packedTarball(), '-C', folder]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('compile with strictNullChecks off, which many applications have', function () {
    const docs = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
    const blocks = ['README.md', ...docs.map((file) => `docs/${file}`)]
      .flatMap((file) => fencedBlocks(file, readFileSync(join(root, file), 'utf8')))
      .filter((block) => ['ts', 'typescript'].includes(block.language) && !isUnchecked(block));
    expect(blocks).to.have.length.greaterThan(50);
    expect(typeCheck(blocks, options())).to.deep.equal([]);
  });

  /** Those of the repository, but its names lead to the packed declarations. */
  function options(): object {
    const { exports } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as {
      exports: Record<string, string | { import: { types: string } }>;
    };
    const paths = Object.entries(exports).flatMap(([entry, target]) =>
      typeof target === 'string'
        ? []
        : [[`passport-second-factor${entry.slice(1)}`, [join(folder, 'package', target.import.types)]]],
    );
    return {
      paths: Object.fromEntries(paths) as unknown,
      strictNullChecks: false,
      exactOptionalPropertyTypes: false,
    };
  }
});
