import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { programOf } from '../support/doc-program.js';

describe('docs/testing.md', () => {
  it('has a test of an application that passes', async () => {
    const folder = programOf('docs/testing.md');
    try {
      const node = ['--test', '--test-reporter', 'tap', 'backups.test.js'];
      const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: folder.compile() });
      expect(stdout)
        .to.match(/^# pass 2$/m)
        .and.match(/^# fail 0$/m);
    } finally {
      folder.remove();
    }
  });
});
