import type { Bench } from './bench.js';
import type { Fault } from './fault.js';
import { FLOWS } from './flows.js';
import { startPostgresBench } from './start-postgres-bench.js';
import { readyFlow } from './try-fault.js';

const ALL = process.env.FAULTS === 'all';
const TIMEOUT_MILLISECONDS = 600;
const FLOW_MILLISECONDS = ALL ? 600_000 : 60_000;
/** Those that do not depend on what a server says. */
const FAULTS: readonly Fault[] = ['cut', 'refuse', 'drop', 'cut-and-refuse', 'delay'];
const WAITING: readonly Fault[] = ['hang', 'mute', 'late', 'freeze', 'blackhole'];

describe('when PostgreSQL fails at any statement of a flow (J1, J5, B11)', () => {
  let bench: Bench;
  before(async function () {
    this.timeout(FLOW_MILLISECONDS);
    bench = await startPostgresBench(TIMEOUT_MILLISECONDS);
  });
  after(() => bench.end());

  for (const [at, flow] of FLOWS.entries()) {
    if (flow.name === 'giving a sign-in up') continue; // reads no record
    if (!ALL && at % 2 === 0) continue;
    it(`lets nobody in, locks nobody out and leaves nothing half done: ${flow.name}`, async function () {
      this.timeout(FLOW_MILLISECONDS);
      const { commands, tryFault } = await readyFlow(bench, flow);
      for (let place = 1; place <= commands.length; place++) {
        const some = [FAULTS[(at + place) % FAULTS.length]!];
        for (const fault of ALL ? [...FAULTS, ...WAITING] : some) await tryFault(fault, place);
      }
      if (!ALL && at % 5 === 1) await tryFault(WAITING[(at - 1) / 5]!, commands.length);
    });
  }
});
