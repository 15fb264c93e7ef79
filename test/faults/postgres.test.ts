import type { Bench } from './bench.js';
import { lastOfEachKind } from './fault.js';
import type { Fault } from './fault.js';
import { FLOWS } from './flows.js';
import { startPostgresBench } from './start-postgres-bench.js';
import { readyFlow } from './try-fault.js';

const ALL = process.env.FAULTS === 'all';
/** A safety net. */
const FLOW_MILLISECONDS = 3_600_000;
/** Those that do not depend on what a server says. */
const FAULTS: readonly Fault[] = [
  ...(['cut', 'refuse', 'hang', 'drop', 'mute'] as const),
  ...(['cut-and-refuse', 'late', 'delay', 'freeze', 'blackhole'] as const),
];

describe('when PostgreSQL fails at any statement of a flow (J1, J5, B11)', () => {
  let bench: Bench;
  let turn = 0;
  before(async () => {
    bench = await startPostgresBench();
  });
  after(() => bench.end());

  for (const [at, flow] of FLOWS.entries()) {
    if (flow.name === 'giving a sign-in up') continue; // reads no record
    if (!ALL && at % 2 === 0) continue;
    it(`lets nobody in, locks nobody out and leaves nothing half done: ${flow.name}`, async function () {
      if (ALL) this.timeout(FLOW_MILLISECONDS);
      const { commands, tryFault } = await readyFlow(bench, flow);
      if (ALL) {
        for (const place of commands.keys()) for (const fault of FAULTS) await tryFault(fault, place + 1);
        return;
      }
      for (const place of lastOfEachKind(commands)) await tryFault(FAULTS[turn++ % FAULTS.length]!, place);
    });
  }
});
