import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fencedBlocks } from '../support/code-blocks.js';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const inFolder = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));

describe('connect-redis in docs and examples', () => {
  const documents = ['README.md', ...inFolder('docs', '.md')];
  const codes = [
    ...documents.flatMap((document) => fencedBlocks(document, read(document))),
    ...inFolder('example', '.ts').map((document) => ({ document, code: read(document) })),
  ];
  const imports = codes.flatMap(({ document, code }) =>
    code
      .split('\n')
      .filter((line) => /(from|require\()\s*'connect-redis'/.test(line))
      .map((line) => ({ document, line })),
  );

  it('is said to go with which client wherever it is loaded', () => {
    expect(imports.length).to.be.greaterThan(5);
    const silent = imports.filter(({ line }) => !/8\.1.*ioredis.*9.*node-redis/.test(line));
    expect(silent).to.deep.equal([]);
  });

  it('is the version that the examples are run with', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    expect(devDependencies['connect-redis']).to.contain('8.1');
    expect(read('docs/stores.md')).to.contain('npm install connect-redis@8.1');
  });
});
