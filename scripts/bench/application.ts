import { Session } from 'node:inspector/promises';
import type { HeapProfiler } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
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
  /** Bytes that were allocated since they were last asked for, also what was collected since. */
  readonly allocated: number;
}

/** One byte in so many is looked at. */
const SAMPLING_BYTES = 512;

const inspector = new Session();
inspector.connect();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let sampling = false;

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
    const before = sampling ? await inspector.post('HeapProfiler.stopSampling') : undefined;
    sampling = true;
    await inspector.post('HeapProfiler.startSampling', {
      samplingInterval: SAMPLING_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    return before === undefined ? 0 : bytesOf(before.profile.head);
  },
};

function bytesOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize);
}

// Express reads it now; express-session has been loaded, and does not warn of its store in memory.
process.env.NODE_ENV = 'production';
const server = await startApplication(JSON.parse(process.argv[2] ?? '') as Settings);
process.on('message', (question: keyof Told) => {
  void Promise.resolve(ANSWERS[question]()).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
process.send?.((server.address() as AddressInfo).port);
