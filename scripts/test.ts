import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumOptions, SHARED_BROWSER } from './chromium.js';
import { ensureTools } from './ensure-tools.js';
import { endRunningSteps, runSteps, showFailed } from './run-steps.js';
import type { Result, Step } from './run-steps.js';

/** What one mocha run counted; written by counting-reporter.cjs. */
interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };
const scratch = mkdtempSync(join(tmpdir(), 'test-run-'));
const tarball = join(scratch, `${manifest.name}-${manifest.version}.tgz`);
const countFiles: string[] = [];
/** Many tests wait for servers and browsers: twice the cores of a small machine. */
const JOBS = '4';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endRunningSteps();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });
}

const failed = await testEverything();
const counted = summary(countFiles.map(readCounts));
rmSync(scratch, { recursive: true, force: true });
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
console.log(counted);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Runs every check, and returns the names of those that failed. */
async function testEverything(): Promise<string[]> {
  if (!ensureTools()) return ['tools'];
  const browser = await chromium.launchServer(chromiumOptions());
  const started = { [SHARED_BROWSER]: browser.wsEndpoint() };
  const results = await Promise.all([
    runSteps(mocha('unit tests', ['--parallel', '--jobs', JOBS], { env: started, live: true })),
    runSteps({ name: 'lint and types', command: ['oxlint', '--type-check'] }),
    runSteps({ name: 'format', command: ['oxfmt', '--check', '.'] }),
    testPackage(),
  ]);
  await browser.close();
  return showFailed(results.flat());
}

/** The package as integrators get it; one after the other, so that the unit tests keep a core. */
async function testPackage(): Promise<Result[]> {
  const [built] = await runSteps({
    name: 'build and pack',
    command: ['npm', 'pack', '--silent', '--pack-destination', scratch],
  });
  if (!built?.ok) return built ? [built] : [];

  const results = [built];
  for (const step of [
    mocha('packaging tests', ['--config', 'test/packaging/.mocharc.json'], {
      env: { PACKED_TARBALL: tarball },
    }),
    { name: 'publint', command: ['publint', 'run', tarball, '--strict'] },
    { name: 'attw', command: ['attw', tarball, '--profile', 'strict'] },
    { name: 'knip', command: ['knip', '--treat-config-hints-as-errors'] },
    { name: 'api reference', command: ['typedoc', '--emit', 'none'] },
  ]) {
    results.push(...(await runSteps(step)));
  }
  return results;
}

function mocha(name: string, args: readonly string[], step: Pick<Step, 'env' | 'live'>): Step {
  const counts = join(scratch, `${name}.json`);
  countFiles.push(counts);
  const reporter = ['--reporter', 'scripts/counting-reporter.cjs', '--reporter-option', `counts=${counts}`];
  return { name, command: ['mocha', '--forbid-only', ...reporter, ...args], ...step };
}

function readCounts(file: string): Counts {
  if (!existsSync(file)) return { passes: 0, failures: 0, pending: 0 };
  return JSON.parse(readFileSync(file, 'utf8')) as Counts;
}

/** The line that CI reads. */
function summary(runs: readonly Counts[]): string {
  const total = (key: keyof Counts): number => runs.reduce((sum, counts) => sum + counts[key], 0);
  const line = `${total('passes')} passed, ${total('failures')} failed`;
  return total('pending') === 0 ? line : `${line}, ${total('pending')} skipped`;
}
