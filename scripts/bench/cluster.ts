import { startRedisCluster } from '../../test/adapters/redis-cluster.js';
import type { Section } from './figures.js';
import type { Plan } from './plan.js';
import { cookieOf, guardedGets, start } from './running.js';
import { median, ratiosOf } from './statistics.js';

const CONNECTIONS = 32;
const NAME = 'ours, fresh user';
const ONE = `one process, 3 masters`;
const TWO = `two processes, 3 masters`;

/** A guarded GET of one process and of two, on a Redis Cluster of three masters. */
export async function cluster(plan: Plan): Promise<Section> {
  const servers = await startRedisCluster();
  const settings = { name: NAME, redis: servers.map(({ url }) => url), prefix: 'cluster:' } as const;
  const [first, second] = [await start(settings), await start(settings)];
  // One session for both: sessions and records are in the cluster.
  const cookie = await cookieOf(first);
  const one = (): ReturnType<typeof guardedGets> =>
    guardedGets(first, cookie, plan.sliceSeconds, CONNECTIONS);
  const two = async (): Promise<{ rate: number; cpu: number }> => {
    const both = await Promise.all(
      [first, second].map((each) => guardedGets(each, cookie, plan.sliceSeconds, CONNECTIONS / 2)),
    );
    const rate = both.reduce((sum, slice) => sum + slice.rate, 0);
    return { rate, cpu: both.reduce((sum, slice) => sum + (slice.cpu * slice.rate) / rate, 0) };
  };
  for (const each of [first, second]) await guardedGets(each, cookie, plan.warmSeconds);
  const ones = [];
  const twos = [];
  for (let round = 0; round < plan.rounds; round++) {
    ones.push(await one());
    twos.push(await two());
  }
  first.stop();
  second.stop();
  for (const server of servers) await server.kill();
  const cpu = (slices: readonly { cpu: number }[]): string =>
    `${String(Math.round(median(slices.map((slice) => slice.cpu))))} µs of a core each`;
  const rates = (slices: readonly { rate: number }[]): number[] => slices.map(({ rate }) => rate);
  return {
    title: 'One process, and two',
    text:
      `A guarded GET (*${NAME}*) over ${String(CONNECTIONS)} connections, with sessions and records on a Redis Cluster of three masters. ` +
      'The masters, the processes and the clients share the cores of the machine. So two processes are faster only with ' +
      'more than four cores. With fewer, compare how much of a core one request takes.',
    figures: [
      { name: ONE, value: median(rates(ones)), unit: 'a second', note: cpu(ones) },
      {
        name: TWO,
        value: median(rates(twos)),
        unit: 'a second',
        note: cpu(twos),
        ratio: ratiosOf(rates(twos), rates(ones)),
        against: ONE,
      },
    ],
  };
}
