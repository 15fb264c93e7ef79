import { burst, pending, signedIn } from '../support/people.js';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { until } from '../support/eventually.js';
import { loadSlowly } from '../support/load-slowly.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { timeLimit } from '../support/time-limit.js';
import { hush, withFreshCodes } from './bench.js';
import type { Scene } from './bench.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

const limit = timeLimit();

describe('when Redis itself is in trouble (J1, J2)', () => {
  let server: RedisServer;
  let admin: Redis;
  let panel: ExamplePanel;
  let alice: Scene;
  let loud: () => void;

  beforeEach(async () => {
    loud = hush();
    const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'yes'];
    server = await startRedis({ args });
    admin = new Redis(server.url);
    admin.on('error', () => undefined);
    panel = await startExamplePanel(server.url, {}, { storeTimeoutMs: limit.ms });
    alice = await withFreshCodes(panel, 'alice');
  });
  afterEach(async () => {
    limit.hold();
    await panel.end();
    admin.disconnect();
    await server.kill();
    loud();
  });

  async function refused(call: Promise<Answer>): Promise<void> {
    const { status, text } = await call;
    expect(status, text).to.equal(503);
  }

  /** Ends Redis; who waits for it is refused. */
  async function killRedis(): Promise<void> {
    await server.kill();
    limit.pass();
  }

  async function restartRedis(): Promise<void> {
    limit.hold();
    await server.restart();
  }

  function back(): Promise<void> {
    return until(
      'the panel to work again',
      async () => (await alice.client.get('/api/secret')).status === 200,
    );
  }

  /** Who is in is in, and the owner gets in with a fresh code. */
  async function everythingWorks(): Promise<void> {
    await back();
    const client = await pending(panel);
    expect((await client.post('/two-step/verify', { code: alice.phone!.nextCode() })).status).to.equal(200);
    expect((await client.get('/api/secret')).status).to.equal(200);
    expect((await signedIn(panel, 'bob')).cookies.size).to.equal(1);
  }

  it('refuses everything while Redis is killed, and knows a spent code after the restart', async () => {
    const [first, second] = [await pending(panel), await pending(panel)];
    const code = alice.phone!.nextCode();
    expect((await first.post('/two-step/verify', { code })).status).to.equal(200);
    await killRedis();
    await Promise.all([
      refused(first.get('/api/secret')),
      refused(second.post('/two-step/verify', { code })),
      refused(new Client(panel).login('alice')),
      refused(new Client(panel).login('bob')),
    ]);
    await restartRedis();
    await everythingWorks();
    expect((await first.get('/api/secret')).status).to.equal(200);
    expect((await second.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
    expect((await second.get('/api/me')).status).to.equal(401);
  });

  it('counts every guess that was told when Redis is killed in the middle of a burst (B11)', async () => {
    const clients = await burst(4, () => pending(panel));
    const code = alice.phone!.nextCode();
    const wrong = String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');
    const guessed = new Promise((resolve) => panel.secondFactor.events.on('code-refused', resolve));
    const guesses = Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: 5 }, () => client.copy().post('/two-step/verify', { code: wrong })),
      ),
    );
    await guessed;
    await killRedis();
    const answers = await guesses;
    await restartRedis();
    await back();
    const told = answers.filter(({ body }) => body.code === 'code-invalid').length;
    const { failures } = await panel.secondFactor.status('alice');
    expect(failures).to.be.at.least(told);
    expect(answers.every(({ status }) => status !== 200)).to.equal(true);
  });

  it('makes at most one session of one code while connections are killed (C5)', async () => {
    const clients = await burst(6, () => pending(panel));
    const code = alice.phone!.nextCode();
    const guesses = Promise.all(clients.map((client) => client.post('/two-step/verify', { code })));
    for (let i = 0; i < 5; i++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
    const answers = await guesses;
    await everythingWorks();
    const open = await Promise.all(clients.map((client) => client.get('/api/secret')));
    const inside = open.filter(({ status }) => status === 200).length;
    expect(inside).to.be.at.most(1);
    expect(answers.filter(({ status }) => status === 200).length).to.be.at.most(inside);
  });

  it('lets nobody in on a replica, where records may be old', async () => {
    const client = await pending(panel);
    await admin.replicaof(server.host, 1);
    await Promise.all([
      refused(client.post('/two-step/verify', { code: alice.phone!.nextCode() })),
      refused(new Client(panel).login('bob')),
    ]);
    // Who is in already was let in by a master.
    await until('the server to be asked whether it is one', async () => {
      const { status } = await alice.client.get('/api/secret');
      return status === 503;
    });
    await admin.replicaof('NO', 'ONE');
    await everythingWorks();
  });

  it('lets nobody in while there is no memory, and spends nothing', async () => {
    const client = await pending(panel);
    const before = await admin.get('second-factor:alice');
    await admin.config('SET', 'maxmemory', '1');
    await refused(client.post('/two-step/verify', { code: alice.phone!.nextCode() }));
    await refused(alice.client.post('/two-step/disable', { code: alice.phone!.code() }));
    await refused(new Client(panel).login('bob'));
    expect((await alice.client.get('/api/secret')).status).to.equal(200);
    await admin.config('SET', 'maxmemory', '0');
    expect(await admin.get('second-factor:alice')).to.equal(before);
    await everythingWorks();
  });

  it('lets nobody in while Redis loads its data', async () => {
    const client = await pending(panel);
    const load = await loadSlowly(server);
    await Promise.all([
      refused(alice.client.get('/api/secret')),
      refused(client.post('/two-step/verify', { code: alice.phone!.nextCode() })),
      refused(new Client(panel).login('bob')),
    ]);
    await load();
    await everythingWorks();
  });
});
