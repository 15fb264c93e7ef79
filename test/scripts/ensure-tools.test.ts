import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { findCommand, planTools } from '../../scripts/ensure-tools.js';
import type { Machine, Tool } from '../../scripts/ensure-tools.js';

const REDIS: Tool = { commands: ['redis-server'], debianPackage: 'redis-server' };
const BROWSER: Tool = { commands: ['chromium', 'google-chrome'], debianPackage: 'chromium' };
const TOOLS = [REDIS, BROWSER];

function machine(found: string[], rest: Partial<Machine> = {}): Machine {
  return { found: (command) => found.includes(command), root: true, debian: true, ...rest };
}

describe('scripts/ensure-tools', () => {
  describe('planTools', () => {
    it('has nothing to do when every tool is there', () => {
      expect(planTools(TOOLS, machine(['redis-server', 'chromium']))).to.deep.equal({ kind: 'ready' });
    });

    it('takes any of the names a tool goes by', () => {
      expect(planTools(TOOLS, machine(['redis-server', 'google-chrome']))).to.deep.equal({ kind: 'ready' });
    });

    it('does not ask for rights it does not need', () => {
      const plan = planTools(TOOLS, machine(['redis-server', 'chromium'], { root: false, debian: false }));
      expect(plan).to.deep.equal({ kind: 'ready' });
    });

    it('installs only what is missing, as root on Debian', () => {
      expect(planTools(TOOLS, machine(['chromium']))).to.deep.equal({
        kind: 'install',
        packages: ['redis-server'],
      });
    });

    it('names a package once that brings several tools', () => {
      const tools: Tool[] = [
        { commands: ['mariadbd'], debianPackage: 'mariadb-server' },
        { commands: ['mariadb-install-db'], debianPackage: 'mariadb-server' },
      ];
      expect(planTools(tools, machine([]))).to.deep.equal({ kind: 'install', packages: ['mariadb-server'] });
    });

    it('stops with the line to type for somebody who is not root', () => {
      expect(planTools(TOOLS, machine([], { root: false }))).to.deep.equal({
        kind: 'stop',
        missing: ['redis-server', 'chromium'],
        line: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server chromium',
      });
    });

    it('stops and names the tools where there is no apt-get', () => {
      const plan = planTools(TOOLS, machine(['redis-server'], { debian: false }));
      expect(plan).to.deep.include({ kind: 'stop', missing: ['chromium'] });
      expect(plan).to.have.property('line').that.includes('install chromium');
      expect(plan).to.have.property('line').that.does.not.include('apt-get');
    });
  });

  describe('findCommand', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'ensure-tools-'));
    });

    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('finds a program in the first folder of the PATH that has it', () => {
      const file = join(folder, 'some-tool-of-ours');
      writeFileSync(file, '');
      chmodSync(file, 0o755);
      expect(findCommand('some-tool-of-ours', ['/nowhere', folder].join(delimiter))).to.equal(file);
    });

    it('passes over files that cannot be run, and folders', () => {
      writeFileSync(join(folder, 'some-tool-of-ours'), '', { mode: 0o644 });
      expect(findCommand('some-tool-of-ours', folder)).to.equal(null);
      expect(findCommand('', folder)).to.equal(null);
    });

    it('answers null for a program that is nowhere', () => {
      expect(findCommand('some-tool-of-ours', '')).to.equal(null);
    });
  });
});
