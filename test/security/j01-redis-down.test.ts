import { expect } from 'chai';
import { whenBack } from './when-back.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';

const limit = timeLimit();

describe('J1: Redis is down, and the limits or the guard with it', () => {
  let server: RedisServer;
  let panel: ExamplePanel;
  before(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    panel = await startExamplePanel(server.url, {}, { storeTimeoutMs: limit.ms });
  });
  after(async () => {
    await panel.end();
    await server.stop();
  });

  it('lets nobody through at any point, and works again when Redis is back', async () => {
    const verified = await signedIn(panel, 'alice');
    const { phone } = await enable(panel, verified);
    const pending = await loggedIn(panel);
    const plain = await signedIn(panel, 'bob');
    await server.kill();
    limit.pass();

    const fresh = new Client(panel);
    const answers = await Promise.all([
      fresh.login('alice'),
      new Client(panel).login('bob'),
      pending.post('/two-step/verify', { code: phone.nextCode() }),
      pending.get('/api/secret'),
      verified.get('/api/secret'),
      verified.get('/api/me'),
      verified.post('/two-step/disable', { code: phone.code() }),
      verified.post('/two-step/step-up', { code: phone.code() }),
      verified.post('/two-step/setup'),
      plain.get('/api/me'),
      plain.actAs('alice'),
    ]);
    for (const { status, text } of answers) expect(status, text).to.equal(503);

    limit.hold();
    await server.restart();
    expect((await whenBack(() => verified.get('/api/secret'))).status).to.equal(200);
    expect(await fresh.who()).to.equal('login-required');
    expect((await pending.get('/api/secret')).body.code).to.equal('code-required');
    // Refused with 503, so the code was not spent.
    expect((await pending.post('/two-step/verify', { code: phone.code() })).status).to.equal(200);
    expect(await pending.who()).to.equal('alice');
  });

  it('counts what was guessed before the outage', async () => {
    const client = new Client(panel);
    expect((await client.login('alice')).body.code).to.equal('code-required');
    for (let i = 0; i < 3; i++) await client.post('/two-step/verify', { code: '000000' });
    await server.kill();
    limit.pass();
    for (let i = 0; i < 3; i++) {
      expect((await client.post('/two-step/verify', { code: '000000' })).status).to.equal(503);
    }
    limit.hold();
    await server.restart();
    await whenBack(() => client.get('/two-step/'));
    expect((await panel.secondFactor.status('alice')).failures).to.equal(3);
    for (let i = 0; i < 2; i++) await client.post('/two-step/verify', { code: '000000' });
    expect((await client.post('/two-step/verify', { code: '000000' })).body.code).to.equal('locked');
  });
});
