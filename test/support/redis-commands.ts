import { Redis } from 'ioredis';
import { until } from './eventually.js';

/** How often each command was run, by its name. */
export type CommandCounts = Readonly<Record<string, number>>;

/** What a Redis server did. */
export interface RedisCommands {
  /** What clients sent; a script counts once, whatever it does. */
  readonly sent: CommandCounts;
  /** What scripts ran inside the server. */
  readonly inside: CommandCounts;
}

/** Counts what a Redis server does while something happens. */
export interface RedisCounter {
  during(act: () => Promise<unknown>): Promise<RedisCommands>;
  stop(): void;
}

/** What the counter itself sends. */
const OWN = new Set(['info', 'echo', 'monitor']);

/** Counts by `INFO commandstats`, which takes what scripts run for commands as well: `MONITOR` tells those apart. */
export async function countRedis(url: string): Promise<RedisCounter> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  let inside: Record<string, number> = {};
  let heard = '';
  monitor.on('monitor', (_time: string, [command = '', argument = '']: string[], source: string) => {
    const name = command.toLowerCase();
    if (source === 'lua') inside[name] = (inside[name] ?? 0) + 1;
    if (name === 'echo') heard = argument;
  });
  let marks = 0;
  return {
    async during(act) {
      const before = await commandStats(redis);
      inside = {};
      await act();
      const after = await commandStats(redis);
      const mark = `mark ${String((marks += 1))}`;
      await redis.echo(mark);
      await until('the monitor to have told all', () => heard === mark);
      return { sent: difference(after, before, inside), inside };
    },
    stop() {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

/** How many commands there were in all. */
export function total(counts: CommandCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function commandStats(redis: Redis): Promise<CommandCounts> {
  const lines = (await redis.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', calls]) => [name, Number(calls)]));
}

function difference(after: CommandCounts, before: CommandCounts, inside: CommandCounts): CommandCounts {
  const counts = Object.entries(after).map(
    ([name, calls]) => [name, calls - (before[name] ?? 0) - (inside[name] ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([name, calls]) => calls > 0 && !OWN.has(name)));
}
