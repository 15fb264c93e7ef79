import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

describe('docs/integration-traps.md', () => {
  const text = readFileSync(join(root, 'docs/integration-traps.md'), 'utf8');
  const traps = [...text.matchAll(/^### (.+)$/gm)].map(([, name = '']) => name);

  it('has every trap tried by a test of the same name', () => {
    const tried = readdirSync(import.meta.dirname)
      .filter((file) => /^integration-traps-.*\.test\.ts$/.test(file))
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .flatMap((tests) => [...tests.matchAll(/\bdescribe\((['"])(.+?)\1/g)].map(([, , name = '']) => name));
    expect(traps.filter((trap) => !tried.includes(trap))).to.deep.equal([]);
  });

  it('closes every trap with code', () => {
    const sections = text.split(/^### /m).slice(1);
    const bare = sections.filter((section) => !section.includes('```ts'));
    expect(bare.map((section) => section.split('\n')[0])).to.deep.equal([]);
  });
});
