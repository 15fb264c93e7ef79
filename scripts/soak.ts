import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, withRedis } from '../test/support/redis-server.js';
import { places, writeRecords } from './bench/accounts.js';
import { written } from './bench/figures.js';
import type { Figure, Section } from './bench/figures.js';
import { Crowd } from './bench/flows.js';
import { keep, machine, show } from './bench/report.js';
import { start } from './bench/running.js';
import { median, quantile } from './bench/statistics.js';

/** Sign-ins in a minute, of both steps. */
const RATE = 2000;
const MINUTES = 10;
/** As many sign in together; the next ones when it is their time. */
const BATCH = 20;
/** None signs in twice in the life of a code, and all have once before anything counts. */
const ACCOUNTS = 4000;
const PREFIX = 'soak:';
/** What the last minutes may have more than the first ones, after everything that can be was collected. */
const MOST_GROWTH_MEGABYTES = 2;
/** Minutes at the begin in which all come, and come back once: they fill what a process keeps. */
const FIRST_MINUTES = 4;

/** `npm run soak`, or for a look `npm run soak -- --minutes 1`. */
const given = process.argv.indexOf('--minutes');
const minutes = given === -1 ? MINUTES : Number(process.argv[given + 1]);

const redis = await startRedis();
await withRedis(redis.url, (client) => writeRecords(client, PREFIX, places(0, ACCOUNTS)));
const running = await start({ name: 'ours', redis: [redis.url], prefix: PREFIX });
/** They come back with the browser that they had, which is known then. */
const crowds = Array.from(
  { length: ACCOUNTS / BATCH },
  (_, crowd) => new Crowd(running, places(crowd * BATCH, BATCH)),
);
const times: number[] = [];
/** Bytes in use, and bytes that the process has, at the end of each half minute. */
const heap: number[] = [];
const resident: number[] = [];

const batches = (RATE / BATCH) * minutes;
const gap = 60_000 / (RATE / BATCH);
const began = performance.now();
for (let batch = 0; batch < batches; batch++) {
  await sleep(Math.max(0, began + batch * gap - performance.now()));
  const crowd = crowds[batch % crowds.length];
  if (!crowd) break;
  await crowd.passwords();
  await crowd.codes();
  crowd.end();
  times.push(...crowd.people.map(({ milliseconds }) => milliseconds));
  if ((batch + 1) % (RATE / BATCH / 2) === 0) {
    heap.push(await running.ask('heap'));
    resident.push(await running.ask('resident'));
    console.log(
      `${written((batch + 1) * BATCH)} sign-ins, ${megabytes(heap.at(-1) ?? 0).toFixed(1)} MB in use`,
    );
  }
}
const took = (performance.now() - began) / 60_000;
const section = report();
show(section);
if (minutes === MINUTES) keep({ soak: { machine: await machine(redis.url), sections: [section] } });
running.stop();
await redis.kill();
process.exit();

function report(): Section {
  // Two figures a minute; a run for a look has no minutes to leave out.
  const settled = heap.slice(heap.length > 4 * FIRST_MINUTES ? 2 * FIRST_MINUTES : 0);
  const third = Math.max(1, Math.floor(settled.length / 3));
  const growth = median(settled.slice(-third)) - median(settled.slice(0, third));
  const figures: Figure[] = [
    {
      name: 'sign-ins',
      value: batches * BATCH,
      unit: '',
      note: `${written((batches * BATCH) / took)} a minute`,
    },
    { name: 'sign-in: median', value: median(times), unit: 'ms' },
    { name: 'sign-in: p99', value: quantile(times, 0.99), unit: 'ms' },
    { name: 'heap in the end', value: megabytes(heap.at(-1) ?? 0), unit: 'MB' },
    {
      name: 'growth of the heap',
      value: megabytes(growth),
      unit: 'MB',
      mark: { of: 'value', bound: 'most', limit: MOST_GROWTH_MEGABYTES },
    },
    { name: 'process: most', value: megabytes(Math.max(...resident)), unit: 'MB' },
    { name: 'process in the end', value: megabytes(resident.at(-1) ?? 0), unit: 'MB' },
  ];
  return {
    title: 'Under load',
    text:
      `${written(ACCOUNTS)} accounts sign in by turns, ${written(RATE)} times a minute, for ${String(MINUTES)} minutes. The heap is measured twice a ` +
      `minute, after a full garbage collection. Caches fill in the first ${String(FIRST_MINUTES)} minutes, which do not count. The growth is the ` +
      'difference between the first and the last third of the rest.',
    figures,
  };
}

function megabytes(bytes: number): number {
  return bytes / 2 ** 20;
}
