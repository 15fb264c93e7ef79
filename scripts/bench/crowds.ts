import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../test/support/redis-server.js';
import { withRedis } from '../../test/support/redis-server.js';
import { KEYS, places, writeRecords } from './accounts.js';
import { Crowd } from './flows.js';
import { written } from './figures.js';
import type { Figure, Section } from './figures.js';
import type { Maintained } from './maintain.js';
import type { Plan } from './plan.js';
import { startProgram } from './program.js';
import { start } from './running.js';
import { median, quantile, ratiosOf } from './statistics.js';

const PREFIX = 'crowd:';
/** Processes that write the records of a crowd. */
const WRITERS = 2;
const COMMANDS = ['list', 'check', 'rekey'] as const;
type Command = (typeof COMMANDS)[number];
/** A million accounts are checked within half a minute, and sealed anew within one. */
const MOST_SECONDS: Partial<Record<Command, number>> = { check: 30, rekey: 60 };
const MARKED_ACCOUNTS = 1_000_000;

/** What is done over all accounts, and signing in, among few and among many of them. */
export async function crowds(plan: Plan): Promise<Section[]> {
  const large = await startRedis();
  const rows = new Map<Command, Figure[]>(COMMANDS.map((command) => [command, []]));
  const paces = new Map<Command, number>();
  const signingIn: Figure[] = [];
  let there = 0;
  for (const [place, accounts] of plan.crowds.entries()) {
    await fill(large.url, there, accounts - there);
    there = accounts;
    if (place === plan.crowds.length - 1) signingIn.push(...(await signInAmong(plan, large.url)));
    for (const command of COMMANDS) {
      // Each time another key seals, so that every record is sealed anew.
      const [first = '', ...older] = KEYS.slice(0, place + 2).toReversed();
      const keys = command === 'rekey' ? [first, ...older] : [...older, first];
      const expected = (paces.get(command) ?? 0) * accounts;
      const told =
        expected > plan.commandSeconds
          ? null
          : await run(plan.commandSeconds, [command, large.url, PREFIX, ...keys]);
      if (told) paces.set(command, told.seconds / accounts);
      rows.get(command)?.push(figure(command, accounts, told, expected));
    }
  }
  await large.kill();
  return [
    {
      title: 'Among many accounts',
      text:
        `Eight clients sign in by two steps, by turns in a Redis with ${written(plan.crowds[0] ?? 0)} accounts and in one with ` +
        `${written(plan.crowds.at(-1) ?? 0)}. 99 of 100 sign-ins are faster than the p99.`,
      figures: signingIn,
    },
    {
      title: 'All accounts',
      text:
        'The commands that read every account, each in a process of its own. The figures are the time, the most memory that ' +
        'the process used, and how much of that was added while it ran. The commands keep no records in memory. They ' +
        'keep the ids that they have seen, because Redis may list one twice.',
      figures: [...rows.values()].flat(),
    },
  ];
}

function figure(command: Command, accounts: number, told: Maintained | null, expected: number): Figure {
  const name = `${command} of ${written(accounts)}`;
  const limit = accounts === MARKED_ACCOUNTS ? MOST_SECONDS[command] : undefined;
  const mark = limit !== undefined && { mark: { of: 'value' as const, bound: 'most' as const, limit } };
  if (told === null) {
    const note = expected > 0 ? `at the pace of the smaller crowd: ${written(expected)} s` : 'too slow';
    return { name, value: null, unit: 's', note, ...mark };
  }
  if (told.accounts !== accounts) throw new Error(`${name}: ${String(told.accounts)} were met`);
  const megabytes = (bytes: number): string => written(Math.round(bytes / 2 ** 20));
  const note = `${megabytes(told.peak)} MB, ${megabytes(told.peak - told.before)} of them while it ran`;
  return { name, value: told.seconds, unit: 's', note, ...mark };
}

async function fill(url: string, first: number, count: number): Promise<void> {
  const share = Math.ceil(count / WRITERS);
  await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => {
      const from = writer * share;
      const args = [url, PREFIX, String(first + from), String(Math.min(share, count - from))];
      return once(startProgram('fill.ts', args), 'exit');
    }),
  );
}

/** `null`: it took longer than it may. */
async function run(limitSeconds: number, args: readonly string[]): Promise<Maintained | null> {
  const child = startProgram('maintain.ts', args);
  const told = once(child, 'message') as Promise<[Maintained]>;
  const ended = new AbortController();
  const answer = await Promise.race([
    told.then(([maintained]) => maintained),
    sleep(limitSeconds * 1000, null, { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(() => sleep(1000, null)),
  ]);
  ended.abort();
  child.kill();
  return answer;
}

async function signInAmong(plan: Plan, large: string): Promise<Figure[]> {
  const small = await startRedis();
  const few = plan.crowds[0] ?? 0;
  const many = plan.crowds.at(-1) ?? 0;
  await fill(small.url, 0, few);
  const sides = await Promise.all(
    [
      { accounts: few, url: small.url },
      { accounts: many, url: large },
    ].map(async (side) => ({
      ...side,
      running: await start({ name: 'ours', redis: [side.url], prefix: PREFIX }),
      slowest: [] as number[],
    })),
  );
  for (let round = -2; round < plan.rounds; round++) {
    for (const { accounts, url, running, slowest } of round % 2 === 0 ? sides : sides.toReversed()) {
      // All over the crowd, each as it is just after enabling.
      const stride = Math.max(1, Math.floor(accounts / plan.signIns));
      const chosen = places(0, plan.signIns).map((place) => (place * stride + round + 2) % accounts);
      await withRedis(url, (redis) => writeRecords(redis, PREFIX, chosen));
      const crowd = new Crowd(running, chosen);
      await crowd.passwords();
      await crowd.codes();
      crowd.end();
      if (round >= 0)
        slowest.push(
          quantile(
            crowd.people.map(({ milliseconds }) => milliseconds),
            0.99,
          ),
        );
    }
  }
  for (const { running } of sides) running.stop();
  await small.kill();
  const [first = [], second = []] = sides.map(({ slowest }) => slowest);
  const name = (accounts: number): string => `p99 of a sign-in among ${written(accounts)}`;
  return [
    { name: name(few), value: median(first), unit: 'ms' },
    {
      name: name(many),
      value: median(second),
      unit: 'ms',
      ratio: ratiosOf(second, first),
      against: name(few),
    },
  ];
}
