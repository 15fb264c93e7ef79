import { withRedis } from '../../test/support/redis-server.js';
import { APPLICATION_NAMES } from './applications.js';
import type { ApplicationName } from './applications.js';
import type { Figure, Mark, Section } from './figures.js';
import type { Plan } from './plan.js';
import { cookieOf, guardedGets, start } from './running.js';
import type { Slice } from './running.js';
import { median, ratiosOf } from './statistics.js';

const least = (limit: number): Mark => ({ of: 'ratio', bound: 'least', limit });

/** What each application is compared with, and the mark. */
const COMPARED: Readonly<Record<ApplicationName, readonly [against: ApplicationName, mark?: Mark]>> = {
  bare: ['bare'],
  'bare, our mark': ['bare'],
  yardstick: ['bare'],
  'passport-totp': ['bare'],
  ours: ['yardstick', least(0.85)],
  'ours, fresh user': ['yardstick', least(0.85)],
  'ours, recheck': ['bare, our mark', least(0.97)],
  'ours, recheck, fresh user': ['bare, our mark', least(0.97)],
  'bare, memory': ['bare, memory'],
  'passport-totp, memory': ['bare, memory'],
  'ours, memory': ['bare, memory'],
  'ours, memory, recheck': ['bare, memory'],
};

/** A guarded GET in every application, in slices that take turns. */
export async function guarded(plan: Plan, redis: string): Promise<Section> {
  const applications = await Promise.all(
    APPLICATION_NAMES.map(async (name) => {
      const running = await start({ name, redis: [redis], prefix: `guarded:${name}:` });
      return { running, cookie: await cookieOf(running), slices: [] as Slice[] };
    }),
  );
  for (const { running, cookie } of applications) await guardedGets(running, cookie, plan.warmSeconds);
  const before = await redisWork(redis);
  for (let round = 0; round < plan.guardedRounds; round++) {
    // Every other round goes backwards, so that what grows in time is on both sides.
    for (const { running, cookie, slices } of round % 2 === 0 ? applications : applications.toReversed()) {
      slices.push(await guardedGets(running, cookie, plan.sliceSeconds));
    }
  }
  const after = await redisWork(redis);
  for (const { running } of applications) running.stop();

  const measured = new Map(applications.map(({ running, slices }) => [running.name, slices]));
  const of = (name: ApplicationName, key: keyof Slice): number[] =>
    (measured.get(name) ?? []).map((slice) => slice[key]);
  return {
    title: 'A guarded GET',
    text:
      'Requests a second over 16 connections. Sessions and records are in one Redis, or both in memory. *Bare* is ' +
      'Passport without a second factor. *Our mark* is the same with a session as large as that of this package. The ' +
      '*yardstick* also reads 640 bytes from Redis. *Fresh user* means `deserializedUserIsFresh: true`, and *recheck* ' +
      'means `recheckSeconds: 1`. A ratio is the median of all rounds, with its quartiles.',
    figures: [
      ...APPLICATION_NAMES.map((name): Figure => {
        const [against, mark] = COMPARED[name];
        return {
          name: `guarded GET: ${name}`,
          value: median(of(name, 'rate')),
          unit: 'a second',
          note: `${String(Math.round(median(of(name, 'cpu'))))} µs of a core each`,
          ...(against === name ? {} : { ratio: ratiosOf(of(name, 'rate'), of(against, 'rate')), against }),
          ...(mark && { mark }),
        };
      }),
      {
        name: 'a command in Redis',
        value: (after.cpu - before.cpu) / (after.commands - before.commands),
        unit: 'µs of a core',
        note: 'all applications together',
      },
    ],
  };
}

/** Microseconds of a core that Redis has used, and commands that it has carried out. */
function redisWork(url: string): Promise<{ cpu: number; commands: number }> {
  return withRedis(url, async (redis) => {
    const info = await redis.info('everything');
    const number = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
    const seconds = number('used_cpu_user') + number('used_cpu_sys');
    return { cpu: seconds * 1e6, commands: number('total_commands_processed') };
  });
}
