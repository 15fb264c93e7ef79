import { withRedis } from '../../test/support/redis-server.js';
import { places, writeRecords } from './accounts.js';
import type { ApplicationName } from './applications.js';
import type { Figure, Section } from './figures.js';
import { CLIENTS, Crowd } from './flows.js';
import type { Plan } from './plan.js';
import { start } from './running.js';
import type { Running, Slice } from './running.js';
import { median, ratiosOf } from './statistics.js';

const COMPARED = ['passport-totp', 'ours'] as const satisfies ApplicationName[];
/** Nobody gives a code twice: slices of more people than this would. */
const ACCOUNTS = 4000;
/** Rounds that only warm up. */
const WARM_ROUNDS = 2;

type Step = 'password' | 'wrong' | 'code';
type Steps = Readonly<Record<Step, Slice>>;

/** Signing in, in an application with passport-totp and in one with ours, in turns. */
export async function signIn(plan: Plan, redis: string): Promise<Section> {
  const applications = await Promise.all(
    COMPARED.map(async (name) => ({
      running: await start({ name, redis: [redis], prefix: prefixOf(name) }),
      slices: [] as Steps[],
    })),
  );
  for (let round = -WARM_ROUNDS; round < plan.rounds; round++) {
    for (const { running, slices } of round % 2 === 0 ? applications : applications.toReversed()) {
      const steps = await slice(running, plan.signIns, round + WARM_ROUNDS, redis);
      if (round >= 0) slices.push(steps);
    }
  }
  for (const { running } of applications) running.stop();

  const [theirs = [], own = []] = applications.map(({ slices }) => slices);
  const both = { 'passport-totp': theirs, ours: own };
  return {
    title: 'Signing in',
    text:
      `${String(CLIENTS)} clients sign in one account after the other, each with its own session: the password, then a code. Both ` +
      'applications accept any password, so the time for hashing passwords is not part of it. Only this package keeps a ' +
      'record of used and wrong codes. Reading and writing it is part of the figures.',
    figures: [
      ...rows('sign-in in two steps', both, whole),
      ...rows('first step', both, ({ password }) => password),
      ...rows('second step', both, ({ code }) => code, 0.75),
      ...rows('wrong code', both, ({ wrong }) => wrong),
    ],
  };
}

function prefixOf(name: ApplicationName): string {
  return `sign-in:${name}:`;
}

async function slice(running: Running, count: number, round: number, redis: string): Promise<Steps> {
  const accounts = places((round * count) % (ACCOUNTS - count), count);
  await withRedis(redis, (client) => writeRecords(client, prefixOf(running.name), accounts));
  const crowd = new Crowd(running, accounts);
  try {
    return { password: await crowd.passwords(), wrong: await crowd.wrongCodes(), code: await crowd.codes() };
  } finally {
    crowd.end();
  }
}

/** A sign-in is the password and the right code. */
function whole({ password, code }: Steps): Slice {
  return { rate: 1 / (1 / password.rate + 1 / code.rate), cpu: password.cpu + code.cpu };
}

type Both = Readonly<Record<(typeof COMPARED)[number], readonly Steps[]>>;

function rows(what: string, both: Both, of: (steps: Steps) => Slice, limit?: number): Figure[] {
  return COMPARED.map((name) => {
    const slices = both[name].map(of);
    const rates = slices.map(({ rate }) => rate);
    const theirs = both['passport-totp'].map((steps) => of(steps).rate);
    return {
      name: `${what}: ${name}`,
      value: median(rates),
      unit: 'a second',
      note: `${String(Math.round(median(slices.map(({ cpu }) => cpu))))} µs of a core each`,
      ...(name === 'ours' && { ratio: ratiosOf(rates, theirs), against: `${what}: passport-totp` }),
      ...(name === 'ours' &&
        limit !== undefined && { mark: { of: 'ratio' as const, bound: 'least' as const, limit } }),
    };
  });
}
