import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Section } from './figures.js';
import type { Plan } from './plan.js';
import { median } from './statistics.js';

const IMPORT_MOST_MILLISECONDS = 60;
const PACKAGES_MOST = 15;
/** What an application on Passport has loaded before. */
const BEFORE = ['express', 'express-session', 'passport'];
const OURS = ['passport-second-factor', 'passport-second-factor/redis'];

/** Loads what an application has, then ours, and tells the milliseconds and the bytes that each takes. */
const PROGRAM = `
const load = async (names) => {
  const began = performance.now();
  const before = process.memoryUsage();
  for (const name of names) await import(name);
  const milliseconds = performance.now() - began;
  gc();
  const after = process.memoryUsage();
  return { milliseconds, heap: after.heapUsed - before.heapUsed, resident: after.rss - before.rss };
};
gc();
const without = await load(${JSON.stringify(BEFORE)});
console.log(JSON.stringify({ without, ours: await load(${JSON.stringify(OURS)}) }));
`;

interface Load {
  readonly milliseconds: number;
  readonly heap: number;
  readonly resident: number;
}

/** What loading the package takes, and what it brings. */
export function loading(plan: Plan): Section {
  const loads = Array.from({ length: plan.loads }, load);
  const of = (which: 'without' | 'ours', key: keyof Load): number =>
    median(loads.map((each) => each[which][key]));
  const megabytes = (bytes: number): number => bytes / 2 ** 20;
  return {
    title: 'Loading it',
    text:
      `Each time is that of a new process. It loads ${BEFORE.map((name) => `\`${name}\``).join(', ')}, and then \`passport-second-factor\` with its ` +
      'store for Redis. The last figure is how many packages `npm install` adds to an application that has Express, ' +
      'express-session and Passport.',
    figures: [
      { name: 'import of Express and Passport', value: of('without', 'milliseconds'), unit: 'ms' },
      {
        name: 'import of ours on top',
        value: of('ours', 'milliseconds'),
        unit: 'ms',
        mark: { of: 'value', bound: 'most', limit: IMPORT_MOST_MILLISECONDS },
      },
      { name: 'memory of ours: heap', value: megabytes(of('ours', 'heap')), unit: 'MB' },
      { name: 'memory of ours: process', value: megabytes(of('ours', 'resident')), unit: 'MB' },
      {
        name: 'packages added',
        value: packagesAdded(),
        unit: '',
        mark: { of: 'value', bound: 'most', limit: PACKAGES_MOST },
      },
    ],
  };
}

function load(): Record<'without' | 'ours', Load> {
  const args = ['--expose-gc', '--input-type=module', '--eval', PROGRAM];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<'without' | 'ours', Load>;
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packages that ours needs, less those that an application has; from the lock file. */
function packagesAdded(): number {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = (name: string, from: string): string => {
    for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      if (place in packages) return place;
      if (folder === '') throw new Error(`${name} is not in package-lock.json`);
    }
  };
  const needed = (from: string, names: readonly string[], all = new Set<string>()): Set<string> => {
    for (const place of names.map((name) => found(name, from))) {
      if (all.has(place)) continue;
      all.add(place);
      needed(place, Object.keys(packages[place]?.dependencies ?? {}), all);
    }
    return all;
  };
  const there = needed('', BEFORE);
  return [...needed('', Object.keys(packages['']?.dependencies ?? {}))].filter((place) => !there.has(place))
    .length;
}
