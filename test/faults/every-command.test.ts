import { startRedisBench } from './bench.js';
import type { Bench } from './bench.js';
import { QUICK, SLOW } from './fault.js';
import type { Fault } from './fault.js';
import { FLOWS } from './flows.js';
import { readyFlow } from './try-fault.js';

/** Every fault at every command, as `npm run test:faults` does; else one fault at every command. */
const ALL = process.env.FAULTS === 'all';
const TIMEOUT_MILLISECONDS = 600;
const FLOW_MILLISECONDS = ALL ? 900_000 : 60_000;

describe('when Redis fails at any command of a flow (J1, J5, B11)', () => {
  let bench: Bench;
  before(async () => {
    bench = await startRedisBench(TIMEOUT_MILLISECONDS);
  });
  after(() => bench.end());

  for (const [at, flow] of FLOWS.entries()) {
    it(`lets nobody in, locks nobody out and leaves nothing half done: ${flow.name}`, async function () {
      this.timeout(FLOW_MILLISECONDS);
      const { commands, tryFault } = await readyFlow(bench, flow);
      for (let place = 1; place <= commands.length; place++) {
        for (const fault of faultsAt(at, place)) await tryFault(fault, place);
      }
      if (!ALL && at % 3 === 0)
        await tryFault(SLOW[(at / 3) % SLOW.length]!, Math.max(1, commands.length - 2));
    });
  }
});

/** Which faults are tried at a place of a flow: in turns, so that all are, when not all can be everywhere. */
function faultsAt(flow: number, place: number): readonly Fault[] {
  if (ALL) return [...QUICK, ...SLOW];
  const turn = (flow * 5 + place) % (QUICK.length * 2);
  return [turn % 2 === 0 ? QUICK[turn / 2]! : 'lost'];
}
