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

This page shows how much time, memory and traffic two-step sign-in adds to an application. \`npm run bench\` measures it
and writes this page. \`npm run bench -- --quick\` takes a minute and writes nothing.

The benchmark builds the package, starts Redis servers of its own, and installs autocannon and passport-totp in a folder
of its own. Each application runs in its own process. They are measured by turns, in short slices. A ratio compares two
slices of the same round, so it says more than a single figure. Other machines have other figures.

${onMachine(bench.machine)}

![Guarded GETs a second, by application](performance.svg)

## What a bigger installation needs

${needs(bench)}

${bench.sections.map(sectionOf).join('\n\n')}

${soak.sections.map(sectionOf).join('\n\n')}

\`npm run soak\` measures this section in ten minutes and writes it here. For a quick look: \`npm run soak -- --minutes 1\`. ${onMachine(soak.machine)}

## What is counted and not timed

\`npm test\` checks what does not depend on a machine: the commands that each kind of request sends
(\`test/request/cost-commands.test.ts\`), and the bytes that a guarded request allocates more than the yardstick
(\`test/request/allocations.test.ts\`).
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

/** What is calculated from the figures. */
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
  return `Take ${written(LARGE.accounts)} accounts with a second factor, ${written(LARGE.requests)} guarded requests a second and ${written(LARGE.signIns)} sign-ins a second.
Few installations have as many.

- **Processes:** on this machine one process answers ${written(requests)} guarded requests or ${written(signIns)} sign-ins a second. So the
  middleware, and an application that does nothing else, need ${written(cores)} cores. Plan for ${written(processes)} processes, which are then half
  busy. Add processes first when there is more to do: they share nothing but Redis.
- **Redis:** it gets ${written(commands)} commands a second for sessions and records together. One command takes ${written(of('a command in Redis'))} µs of its
  one core, so all of them take ${written(redisShare * 100)} % of it. From half of it on, use a cluster: the keys of sessions and records
  spread over its masters.
- **Memory:** in Redis every account takes ${written(of('an account in Redis'))} bytes and every session ${written(of('a session in Redis'))}, so ${written(LARGE.accounts)} of both take ${written(gigabytes)} GB.
- **Commands over all accounts:** \`second-factor check\` takes ${seconds('check')}, and \`rekey\` ${seconds('rekey')}. Sign-ins go on
  meanwhile.
- **Savings:** \`deserializedUserIsFresh\` saves a look-up in your database on every request, and \`recheckSeconds\` a read
  from Redis.

[operate.md](operate.md#capacity) has a table for smaller installations, too.`;
}
