import type { AddressInfo } from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startApplication } from './applications.js';
import type { Settings } from './applications.js';

/** What a process tells of itself. */
export interface Told {
  /** Microseconds of a core until now. */
  readonly cpu: number;
  /** Bytes that are in use after everything that can be was collected. */
  readonly heap: number;
  /** Bytes that the system gave to it. */
  readonly resident: number;
  /**
   * Bytes that were allocated since they were last asked for. The process ends if garbage was collected meanwhile: start
   * it with a young generation that holds all of it (`--min-semi-space-size`).
   */
  readonly allocated: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let collected = 0;
const collections = new PerformanceObserver((list) => (collected += list.getEntries().length));
let usedBefore: number | undefined;

/** What may be asked, and how it is found. */
const ANSWERS: { readonly [Question in keyof Told]: () => number | Promise<number> } = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  heap() {
    collect();
    return process.memoryUsage().heapUsed;
  },
  resident: () => process.memoryUsage.rss(),
  async allocated() {
    const used = process.memoryUsage().heapUsed;
    const before = usedBefore ?? used;
    if (usedBefore === undefined) collections.observe({ type: 'gc' });
    else if ((await collectedNow()) > 0) throw new Error('garbage was collected while it was measured');
    collect();
    await collectedNow();
    collected = 0;
    usedBefore = process.memoryUsage().heapUsed;
    return used - before;
  },
};

/** How often garbage was collected since that was set to 0. Node tells a turn later. */
async function collectedNow(): Promise<number> {
  await turn();
  collected += collections.takeRecords().length;
  return collected;
}

// Express reads it now; express-session has been loaded, and does not warn of its store in memory.
process.env.NODE_ENV = 'production';
const server = await startApplication(JSON.parse(process.argv[2] ?? '') as Settings);
process.on('message', (question: keyof Told) => {
  void Promise.resolve(ANSWERS[question]()).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
process.send?.((server.address() as AddressInfo).port);
