import { figureOf, written } from './figures.js';
import type { Run } from './figures.js';

/** What an installation has to carry. */
export interface Load {
  /** Accounts with a second factor, each with a session. */
  readonly accounts: number;
  /** Guarded requests a second. */
  readonly requests: number;
  /** Sign-ins in two steps a second. */
  readonly signIns: number;
}

/** What it needs for that, calculated from the figures. */
interface Capacity {
  /** Cores that the middleware and an application that does nothing else use. */
  readonly cores: number;
  readonly processes: number;
  /** Commands a second that Redis gets, for sessions and records together. */
  readonly commands: number;
  /** How much of its one core they take from Redis: 1 is all of it. */
  readonly redisShare: number;
  /** What accounts and sessions take in Redis. */
  readonly gigabytes: number;
}

/** The page that shows a table of them. */
export const OPERATE = 'docs/operate.md';

/** The largest of them, which docs/performance.md explains. */
export const LARGE: Load = { accounts: 1_000_000, requests: 5_000, signIns: 50 };
const LOADS: readonly Load[] = [
  { accounts: 10_000, requests: 50, signIns: 1 },
  { accounts: 100_000, requests: 500, signIns: 5 },
  LARGE,
];
/** No more than so much of a core is planned for: the rest is for the hour when all come at once. */
const PLANNED = 0.5;

/** What a load needs on machines like the measured one. */
export function capacityFor(run: Run, { accounts, requests, signIns }: Load): Capacity {
  const of = (name: string): number => figureOf(run, name)?.value ?? Number.NaN;
  // One process has one core; what a request takes of it, and a sign-in.
  const cores = requests / of('guarded GET: ours') + signIns / of('sign-in in two steps: ours');
  const commands =
    requests * of('commands: a guarded GET') +
    signIns * (of('commands: a password, with one') + of('commands: the second step'));
  return {
    cores,
    processes: Math.ceil(cores / PLANNED),
    commands,
    redisShare: (commands * of('a command in Redis')) / 1_000_000,
    gigabytes: (accounts * (of('an account in Redis') + of('a session in Redis'))) / 1e9,
  };
}

/** The page with its table as the figures have it. */
export function withCapacity(page: string, run: Run): string {
  const head = [
    ...['accounts', 'guarded requests a second', 'sign-ins a second'],
    ...['processes', 'commands in Redis a second', 'of its core', 'memory in Redis'],
  ];
  const rows = LOADS.map((load) => {
    const { processes, commands, redisShare, gigabytes } = capacityFor(run, load);
    const share = redisShare < 0.01 ? 'under 1 %' : `${written(redisShare * 100)} %`;
    return [
      ...[load.accounts, load.requests, load.signIns, processes, commands].map(written),
      share,
      `${written(gigabytes * 1000)} MB`,
    ];
  });
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return page.replace(
    /<!-- capacity -->[^]*<!-- \/capacity -->/,
    `<!-- capacity -->\n${table}\n<!-- /capacity -->`,
  );
}
