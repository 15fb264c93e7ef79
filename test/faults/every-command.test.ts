import { startRedisBench } from './bench.js';
import type { Bench } from './bench.js';
import { FAULTS, lastOfEachKind } from './fault.js';
import { FLOWS } from './flows.js';
import { readyFlow } from './try-fault.js';

/** Every fault at every command, as `npm run test:faults` does; else one fault at each kind of command of a flow. */
const ALL = process.env.FAULTS === 'all';
/** A safety net. */
const FLOW_MILLISECONDS = 3_600_000;

describe('when Redis fails at any command of a flow (J1, J5, B11)', () => {
  let bench: Bench;
  let turn = 0;
  before(async () => {
    bench = await startRedisBench();
  });
  after(() => bench.end());

  for (const flow of FLOWS) {
    it(`lets nobody in, locks nobody out and leaves nothing half done: ${flow.name}`, async function () {
      if (ALL) this.timeout(FLOW_MILLISECONDS);
      const { commands, tryFault } = await readyFlow(bench, flow);
      if (ALL) {
        for (const place of commands.keys()) for (const fault of FAULTS) await tryFault(fault, place + 1);
        return;
      }
      for (const place of lastOfEachKind(commands)) await tryFault(FAULTS[turn++ % FAULTS.length]!, place);
      if (commands.includes('EVALSHA')) await tryFault('lost', commands.lastIndexOf('EVALSHA') + 1);
    });
  }
});
