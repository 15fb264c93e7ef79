import { LARGE, capacityFor } from './capacity.js';
import { figureOf, rowsOf, written } from './figures.js';
import type { Figures, Machine, Run, Section } from './figures.js';

/** What the scripts write. */
export const DOCUMENT = 'docs/performance.md';
/** The picture in it. */
export const PICTURE = 'docs/performance.svg';

/** The document, as the figures have it. */
export function documentOf({ bench, soak }: Figures): string {
  return `# What it costs

\`npm run bench\` measures all of this and writes this page. \`npm run bench -- --quick\` takes a minute and writes nothing. The
benchmark builds the package, starts Redis servers of its own, and installs autocannon and passport-totp in a folder of its
own. Every application is a process of its own. The applications are measured in turns, in short slices, and a ratio compares two
slices of the same round. So a ratio says more than a single figure. On other machines the figures are different.

${onMachine(bench.machine)}

![Guarded GETs a second, by application](performance.svg)

## What a bigger installation needs

${needs(bench)}

${bench.sections.map(sectionOf).join('\n\n')}

${soak.sections.map(sectionOf).join('\n\n')}

\`npm run soak\` measures this section in ten minutes and writes it here. For a quick look: \`npm run soak -- --minutes 1\`. ${onMachine(soak.machine)}

## What is counted and not timed

\`npm test\` checks what does not depend on a machine: the commands of every kind of request (\`test/request/cost-commands.test.ts\`),
and the bytes that a guarded request allocates beyond the yardstick (\`test/request/allocations.test.ts\`).
`;
}

function onMachine({ cores, processor, node, redis }: Machine): string {
  return `Measured with ${String(cores)} cores (${processor}), Node ${node} and Redis ${redis}, all on one machine.`;
}

function sectionOf(section: Section): string {
  const [head = [], ...rows] = rowsOf(section);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${section.title}\n\n${section.text}\n\n${lines.join('\n')}`;
}

/** The paragraph that is reckoned from the figures. */
function needs(run: Run): string {
  const of = (name: string): number => figureOf(run, name)?.value ?? Number.NaN;
  const requests = of('guarded GET: ours');
  const signIns = of('sign-in in two steps: ours');
  const { cores, processes, commands, redisShare, gigabytes } = capacityFor(run, LARGE);
  const seconds = (command: string): string => {
    const { value, note = '' } = figureOf(run, `${command} of ${written(LARGE.accounts)}`) ?? {};
    return value === null || value === undefined
      ? `longer than the benchmark waits (${note})`
      : `${written(value)} s`;
  };
  return `Take ${written(LARGE.accounts)} accounts with a second factor, ${written(LARGE.requests)} guarded requests a second and ${written(LARGE.signIns)} sign-ins a second, which
is far more than most have. One process on this machine answers ${written(requests)} guarded requests a second or ${written(signIns)} sign-ins, so the
middleware and an application that does nothing else need ${written(cores)} cores: plan for ${written(processes)} processes, which are then half busy. Redis
gets ${written(commands)} commands a second for sessions and records together. Every account takes ${written(of('an account in Redis'))} bytes there and every session
${written(of('a session in Redis'))}, so ${written(LARGE.accounts)} of both take ${written(gigabytes)} GB. \`second-factor check\` takes ${seconds('check')} and \`rekey\` ${seconds('rekey')}, while
sign-ins go on. Add processes first: they share nothing but Redis.
\`deserializedUserIsFresh\` saves a look-up of your database on every request, and \`recheckSeconds\` a read of Redis. A command
takes Redis ${written(of('a command in Redis'))} µs of its one core, so all of them take ${written(redisShare * 100)} % of it. From half of it on, use a cluster: the keys of sessions and
records spread over its masters. [operate.md](operate.md#capacity) has a table for smaller installations, too.`;
}
