import { join } from 'node:path';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { RequestSecondFactor, SecondFactor } from 'passport-second-factor';
import { OPERATE, withCapacity } from '../../scripts/bench/capacity.js';
import { kept } from '../../scripts/bench/report.js';
import { Client } from '../support/client.js';
import { runConsole } from '../support/console.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { startLevelPanel } from '../support/level-panel.js';
import { read, tableAfter, unquoted } from '../support/markdown.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { printed } from '../support/program.js';
import { sharedRedis } from '../support/redis-server.js';
import type { Panel } from '../support/panel.js';
import { enroll, loggedIn, pending, signedIn, verify } from '../support/people.js';

type Instance = Pick<SecondFactor, 'events'>;
interface Line {
  readonly level: number;
  readonly event: string;
  readonly accountId: string;
  readonly at: string;
}
interface ActClaim {
  readonly sub: string;
  readonly act?: ActClaim;
}

const WARN = pino.levels.values.warn;
const ERROR = pino.levels.values.error;

/** An application with a connection of its own, in which something is under way when it stops. */
const STOPPING = `
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { Redis } from 'ioredis';
import passport from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { redisStore } from 'passport-second-factor/redis';
import { closeOnStop } from './stop.js';

const secondFactor = createSecondFactor<{ id: string }>({
  passport,
  issuer: 'Stopping',
  account: ({ id }) => ({ id, name: id, securityStamp: 1 }),
  findUser: (id) => ({ id }),
  store: redisStore(new Redis(process.env['REDIS_URL'] ?? '')),
  keys: [randomBytes(32).toString('base64')],
});
export const server = createServer(express()).listen(0, '127.0.0.1');
await secondFactor.status('alice');
const close = secondFactor.close.bind(secondFactor);
closeOnStop(server, {
  ...secondFactor,
  async close() {
    const told = new Promise((resolve) => process.once('SIGUSR2', resolve));
    console.log('closing');
    await close();
    await told;
    console.log('closed');
  },
});
`;

describe(OPERATE, () => {
  const text = read(OPERATE);
  let folder: ProgramFolder;
  before(() => {
    folder = programOf(OPERATE, { 'stopping.ts': STOPPING });
  });
  after(() => folder.remove());
  afterEach(stopPanels);

  const load = async <T>(file: string): Promise<T> => (await import(join(folder.path, file))) as T;

  /** A code that is wrong, and one that is right. */
  async function something(panel: Panel): Promise<void> {
    const phone = await enroll(panel);
    const client = await pending(panel);
    await verify(client, phone.wrongCode());
    await verify(client, phone.nextCode());
  }

  it('helps who enabled it after the backup that was restored, by what its table says', async () => {
    const flags = new Map<string, boolean>();
    const panel = await startPanel({
      options: {
        account: ({ id }) => ({ id, name: id, securityStamp: 1, enrolled: flags.get(id) ?? false }),
        setEnrolled: (id, on) => void flags.set(id, on),
      },
    });
    await enroll(panel);
    await panel.store.compareAndSet('alice', await panel.store.get('alice'), null); // the restored backup has no record
    expect((await new Client(panel).login('alice')).body).to.deep.equal({ code: 'record-missing' });
    const [, , help = ''] = tableAfter(text, 'After you restore an older backup:\n')[0] ?? [];
    const [command = ''] = unquoted(help).filter((code) => code.startsWith('second-factor '));
    await runConsole(panel, [...command.split(' ').slice(1), 'alice', '--yes']);
    expect((await (await loggedIn(panel)).post('/two-step/setup')).status).to.equal(200);
  });

  it('ends a process whose connections are open, once the instance is closed, also if it is told twice', async () => {
    const { url } = await sharedRedis();
    const program = await folder.start('stopping.ts', { REDIS_URL: url });
    program.kill('SIGTERM');
    await printed(program, /closing/);
    program.kill('SIGTERM');
    program.kill('SIGUSR2');
    await printed(program, /closed/);
    await program.stop();
  });

  it('alerts on events that there are, and says of each what to do', () => {
    const rows = tableAfter(text, '## Alerts');
    const names = tableAfter(read('docs/events.md'), '## The list').flatMap(([name = '']) => unquoted(name));
    for (const [event = '', , , help] of rows) {
      expect(names, event).to.include.members(unquoted(event));
      expect(help, event).to.have.length.above(5);
    }
    expect(rows).to.have.length.above(10);
  });

  it('writes every event as one line of pino, the worst as errors', async () => {
    const { logEvents } = await load<{ logEvents(instance: Instance, log: Logger): void }>('logs.ts');
    const lines: Line[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Line) });
    const panel = await startPanel();
    logEvents(panel.secondFactor, log);
    await something(panel);
    expect(lines.map(({ event }) => event)).to.deep.equal(panel.events.map(({ name }) => name));
    const refused = lines.find(({ event }) => event === 'code-refused');
    expect(refused).to.include({ level: WARN, accountId: 'alice', operation: 'sign-in' });
    expect(Number.isNaN(Date.parse(refused?.at ?? ''))).to.equal(false);

    panel.store.get = () => Promise.reject(new Error('gone'));
    await panel.secondFactor.verify('alice', '123456').catch(() => undefined);
    expect(lines.at(-1)).to.include({ level: ERROR, event: 'store-unavailable' });
  });

  it('counts events by name and operation with OpenTelemetry', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    try {
      const { countEvents } = await load<{ countEvents(instance: Instance): void }>('metrics.ts');
      const panel = await startPanel();
      countEvents(panel.secondFactor);
      await something(panel);
      const { resourceMetrics } = await reader.collect();
      const [counter] = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      expect(counter?.descriptor.name).to.equal('second_factor.events');
      const counted = counter?.dataPoints.map(({ attributes, value }) => ({ ...attributes, value }));
      expect(counted).to.deep.include({ event: 'code-refused', operation: 'sign-in', value: 1 });
      expect(counted).to.deep.include({ event: 'code-accepted', operation: 'sign-in', value: 1 });
    } finally {
      await reader.shutdown();
      metrics.disable();
    }
  });

  it('names actors in a claim, the present one outside (RFC 8693 §4.1)', async () => {
    type Claim = (of: Pick<RequestSecondFactor, 'actors'>) => ActClaim | undefined;
    const { actClaim } = await load<{ actClaim: Claim }>('act-claim.ts');
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    try {
      const root = await signedIn(panel, 'root');
      expect(actClaim(panel.last!)).to.equal(undefined);
      await root.actAs('admin');
      await root.actAs('alice');
      expect(await root.me()).to.equal('alice');
      expect(actClaim(panel.last!)).to.deep.equal({ sub: 'admin', act: { sub: 'root' } });
    } finally {
      await panel.close();
    }
  });

  it('says what an installation needs as the figures have it', () => {
    expect(text).to.equal(withCapacity(text, kept().bench));
    expect(tableAfter(text, '<!-- capacity -->')).to.have.length(3);
  });
});
