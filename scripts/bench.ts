import { once } from 'node:events';
import { startRedis } from '../test/support/redis-server.js';
import { bursts } from './bench/bursts.js';
import { cluster } from './bench/cluster.js';
import { commands } from './bench/commands.js';
import { crowds } from './bench/crowds.js';
import { guarded } from './bench/guarded.js';
import { loading } from './bench/loading.js';
import type { Section } from './bench/figures.js';
import { installPeers } from './bench/peers.js';
import { planOf } from './bench/plan.js';
import { startProgram } from './bench/program.js';
import { keep, machine, show } from './bench/report.js';
import { signIn } from './bench/sign-in.js';

/** Writes the page of what was measured last, in the words of today. */
if (process.argv.includes('--page')) {
  keep({});
  process.exit();
}

/** All phases, one after the other: nothing else is measured meanwhile. */
installPeers();
const plan = planOf(process.argv);
const redis = await startRedis();
const phases: readonly (() => Promise<Section | Section[]> | Section)[] = [
  () => guarded(plan, redis.url),
  () => signIn(plan, redis.url),
  () => bursts(plan, redis.url),
  () => commands(redis.url),
  codes,
  () => loading(plan),
  () => crowds(plan),
  () => cluster(plan),
];
const began = performance.now();
const sections: Section[] = [];
for (const phase of phases) {
  const measured = [await phase()].flat();
  measured.forEach(show);
  sections.push(...measured);
}
console.log(`\n${String(Math.round((performance.now() - began) / 1000))} s`);
if (!process.argv.includes('--quick')) keep({ bench: { machine: await machine(redis.url), sections } });
await redis.kill();
process.exit();

async function codes(): Promise<Section> {
  const [section] = (await once(startProgram('codes.ts', []), 'message')) as [Section];
  return section;
}
