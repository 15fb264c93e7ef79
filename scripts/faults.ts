import { ensureTools } from './ensure-tools.js';
import { runSteps, showFailed } from './run-steps.js';

/** Every fault at every command of every flow takes most of an hour. */
const LIMIT_SECONDS = 3 * 3600;

if (!ensureTools()) process.exit(1);
const results = await runSteps({
  name: 'every fault at every command',
  command: ['mocha', '--forbid-only', 'test/faults/**/*.test.ts'],
  env: { FAULTS: 'all' },
  live: true,
  limitSeconds: LIMIT_SECONDS,
});
process.exitCode = showFailed(results).length > 0 ? 1 : 0;
