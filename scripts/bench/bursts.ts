import { Client } from '../../test/support/client.js';
import { burst, enable, pending, said, verify } from '../../test/support/people.js';
import { withRedis } from '../../test/support/redis-server.js';
import { accountId, places, wrongCodeNow, writeRecords } from './accounts.js';
import type { Figure, Section } from './figures.js';
import type { Plan } from './plan.js';
import { start } from './running.js';
import type { Running } from './running.js';
import { median } from './statistics.js';

const CODES = 40;
/** Each burst meets an account of its own. */
const BURSTS = 5;
const PREFIX = 'bursts:';

/** Wrong codes that come at once, and enabling. */
export async function bursts(plan: Plan, redis: string): Promise<Section> {
  const count = BURSTS + plan.rounds;
  await withRedis(redis, (client) => writeRecords(client, PREFIX, places(0, count)));
  const running = await start({ name: 'ours', redis: [redis], prefix: PREFIX });
  const times: number[] = [];
  let checked = 0;
  for (const place of places(0, count)) {
    const client = await pending(running, accountId(place));
    const code = wrongCodeNow();
    const began = performance.now();
    const answers = await burst(CODES, () => verify(client.copy(), code));
    times.push(performance.now() - began);
    checked = Math.max(checked, answers.filter((answer) => said(answer) === 'code-invalid').length);
  }
  const enabled = await enabling(running, plan.signIns >> 1);
  running.stop();
  return {
    title: 'Wrong codes at once, and enabling',
    text:
      `${String(CODES)} wrong codes for one account arrive at the same moment, each over its own connection. The first figure is ` +
      'the time until all are answered. The second is how many of them were checked at most: after five in a row an ' +
      'account has to wait. Enabling means the QR code and its first code, one user after the other.',
    figures: [
      { name: `${String(CODES)} wrong codes at once`, value: median(times.slice(BURSTS)), unit: 'ms' },
      {
        name: 'of them checked',
        value: checked,
        unit: '',
        mark: { of: 'value', bound: 'most', limit: 5 },
      },
      ...enabled,
    ],
  };
}

async function enabling(running: Running, count: number): Promise<Figure[]> {
  const times: number[] = [];
  let cpu = 0;
  for (const place of places(0, count)) {
    // The first half only warms up.
    if (place === count >> 1) cpu = await running.ask('cpu');
    const client = new Client(running);
    await client.login(`new-${String(place)}`);
    const began = performance.now();
    await enable({ now: Date.now() }, client);
    times.push(performance.now() - began);
  }
  const measured = times.slice(count >> 1);
  const each = ((await running.ask('cpu')) - cpu) / measured.length;
  return [
    {
      name: 'enabling',
      value: median(measured),
      unit: 'ms',
      note: `${String(Math.round(each))} µs of a core, with the password before`,
    },
  ];
}
