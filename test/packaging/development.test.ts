import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

describe('npm ci in this repository', () => {
  it('asks for no other Node than this one', () => {
    const flags = ['--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { status, stderr } = spawnSync('npm', ['ci', ...flags], { cwd: root, encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('EBADENGINE'))).to.deep.equal([]);
    expect(status).to.equal(0);
  });
});
