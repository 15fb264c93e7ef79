import { Agent } from 'node:http';
import { expect } from 'chai';
import type { ApplicationName } from '../../scripts/bench/applications.js';
import { cookieOf, start } from '../../scripts/bench/running.js';
import { Client } from '../support/client.js';
import { sharedRedis } from '../support/redis-server.js';

/** What a guarded request may allocate beyond one of bare Passport with a session like ours and one read of Redis. */
const MOST_BYTES = 10_240;
/** Until all is compiled as it stays. */
const WARM_REQUESTS = 2400;
/** What the measuring itself allocates is in both, and falls out. */
const FEW_REQUESTS = 200;
const MANY_REQUESTS = 1000;
const CONNECTIONS = 4;
/** Holds what all requests of one measurement allocate. */
const ROOM_FOR_GARBAGE = ['--min-semi-space-size=128', '--max-semi-space-size=128'];

describe('what a guarded request allocates', () => {
  it('is at most 10 KB more than bare Passport with a session like ours and one read of Redis', async () => {
    const { url } = await sharedRedis();
    const measure = (name: ApplicationName): Promise<number> => bytesPerRequest(name, url);
    const [yardstick, ours] = await Promise.all([measure('yardstick'), measure('ours')]);
    expect(ours - yardstick, `${String(ours)} against ${String(yardstick)}`).to.be.within(0, MOST_BYTES);
  });
});

async function bytesPerRequest(name: ApplicationName, redis: string): Promise<number> {
  const settings = { name, redis: [redis], prefix: `allocations:${name}:` };
  const running = await start(settings, 'sources', ROOM_FOR_GARBAGE);
  const connections = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const client = new Client({ ...running, connections }, cookiesOf(await cookieOf(running)));
  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += CONNECTIONS) {
      const answers = await Promise.all(Array.from({ length: CONNECTIONS }, () => client.get('/guarded')));
      for (const { status } of answers) expect(status).to.equal(200);
    }
  };
  const allocatedBy = async (requests: number): Promise<number> => {
    await running.ask('allocated');
    await send(requests);
    return running.ask('allocated');
  };

  await send(WARM_REQUESTS);
  const few = await allocatedBy(FEW_REQUESTS);
  const many = await allocatedBy(MANY_REQUESTS);
  running.stop();
  connections.destroy();
  return (many - few) / (MANY_REQUESTS - FEW_REQUESTS);
}

function cookiesOf(header: string): Map<string, string> {
  return new Map(header.split('; ').map((pair) => pair.split('=') as [string, string]));
}
