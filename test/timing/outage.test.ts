import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { signedIn, enable } from '../support/people.js';

/** How long the panel waits for one command. */
const TIMEOUT_MILLISECONDS = 1000;
/** Every answer comes within this. */
const ANSWER_MILLISECONDS = 5000;
/** Full function is back within a second, and a little for the test itself. */
const RECOVERY_MILLISECONDS = 1000 + 300;
/** Long enough for a client that waits longer from try to try. */
const AWAY_MILLISECONDS = 45_000;

describe('the time of an outage (J1)', () => {
  let server: RedisServer;
  let panel: ExamplePanel;
  let verified: Client;
  let parked: Client;

  before(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    panel = await startExamplePanel(server.url, {}, { storeTimeoutMs: TIMEOUT_MILLISECONDS });
    verified = await signedIn(panel, 'alice');
    await enable(panel, verified);
    parked = new Client(panel);
    await parked.login('alice');
  });
  after(async () => {
    await panel.end();
    await server.kill();
  });

  async function back(): Promise<void> {
    const began = performance.now();
    await until('the panel to work again', async () => (await verified.get('/api/secret')).status === 200);
    expect(performance.now() - began).to.be.below(RECOVERY_MILLISECONDS);
  }

  it('is within 5 s until a request is refused, and a second until all works again, when Redis hangs', async () => {
    server.pause();
    for (const send of [
      () => verified.get('/api/secret'),
      () => verified.post('/two-step/setup'),
      () => parked.post('/two-step/verify', { code: '000000' }),
      () => new Client(panel).login('alice'),
      () => new Client(panel).login('bob'),
    ]) {
      const began = performance.now();
      expect((await send()).status).to.equal(503);
      expect(performance.now() - began).to.be.below(ANSWER_MILLISECONDS);
    }
    server.resume();
    await back();
  });

  it('is a second until all works again after Redis was away for long', async () => {
    await server.kill();
    await sleep(AWAY_MILLISECONDS);
    await server.restart();
    await back();
  });
});
