import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startPanel } from '../support/panel-process.js';
import type { Answer, Jar, RunningPanel } from '../support/panel-process.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { enrolled, hush } from './bench.js';
import type { Scene } from './bench.js';

/** Every answer comes within this. */
const ANSWER_MILLISECONDS = 5000;
/** Full function is back within a second, and what a busy machine adds. */
const RECOVERY_MILLISECONDS = 1000 + 500;
/** Long enough for a client that waits longer from try to try. */
const AWAY_MILLISECONDS = 45_000;

describe('when Redis itself is in trouble (J1, J2)', () => {
  let server: RedisServer;
  let admin: Redis;
  let panel: RunningPanel;
  let alice: Scene;
  let loud: () => void;

  beforeEach(async () => {
    loud = hush();
    const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'yes'];
    server = await startRedis({ args });
    admin = new Redis(server.url);
    admin.on('error', () => undefined);
    panel = await startPanel(server.url);
    alice = await enrolled(panel, 'alice');
  });
  afterEach(async () => {
    await panel.end();
    admin.disconnect();
    await server.kill();
    loud();
  });

  async function parked(): Promise<Jar> {
    const jar = panel.jar();
    expect((await jar.login('alice')).body.code).to.equal('code-required');
    return jar;
  }

  async function refused(call: Promise<Answer>): Promise<void> {
    const started = performance.now();
    const { status, text } = await call;
    expect(status, text).to.equal(503);
    expect(performance.now() - started).to.be.below(ANSWER_MILLISECONDS);
  }

  /** Who is in is in, and the owner gets in with a fresh code. */
  async function everythingWorks(): Promise<void> {
    const started = performance.now();
    while ((await alice.jar.get('/api/secret')).status !== 200) {
      expect(performance.now() - started).to.be.below(RECOVERY_MILLISECONDS);
      await sleep(10);
    }
    const jar = await parked();
    expect((await jar.post('/two-step/verify', { code: alice.phone!.nextCode() })).status).to.equal(200);
    expect((await jar.get('/api/secret')).status).to.equal(200);
    expect((await panel.signedIn('bob')).cookies.size).to.equal(1);
  }

  it('refuses everything while Redis is killed, and knows a spent code after the restart', async () => {
    const [first, second] = [await parked(), await parked()];
    const code = alice.phone!.nextCode();
    expect((await first.post('/two-step/verify', { code })).status).to.equal(200);
    await server.kill();
    await Promise.all([
      refused(first.get('/api/secret')),
      refused(second.post('/two-step/verify', { code })),
      refused(panel.jar().login('alice')),
      refused(panel.jar().login('bob')),
    ]);
    await server.restart();
    await everythingWorks();
    expect((await first.get('/api/secret')).status).to.equal(200);
    expect((await second.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
    expect((await second.get('/api/me')).status).to.equal(401);
  });

  if (process.env.FAULTS === 'all') {
    it('works within a second after Redis was away for long', async function () {
      this.timeout(AWAY_MILLISECONDS * 2);
      await server.kill();
      await sleep(AWAY_MILLISECONDS);
      await server.restart();
      await everythingWorks();
    });
  }

  it('counts every guess that was told when Redis is killed in the middle of a burst (B11)', async () => {
    const jars = await Promise.all(Array.from({ length: 4 }, parked));
    const code = alice.phone!.nextCode();
    const wrong = String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');
    const burst = Promise.all(
      jars.flatMap((jar) =>
        Array.from({ length: 5 }, () => jar.copy().post('/two-step/verify', { code: wrong })),
      ),
    );
    await sleep(10);
    await server.kill();
    const answers = await burst;
    await server.restart();
    while ((await alice.jar.get('/api/me')).status !== 200) await sleep(10);
    const told = answers.filter(({ body }) => body.code === 'code-invalid').length;
    const { failures } = await panel.secondFactor.status('alice');
    expect(failures).to.be.at.least(told);
    expect(answers.every(({ status }) => status !== 200)).to.equal(true);
  });

  it('makes at most one session of one code while connections are killed (C5)', async () => {
    const jars = await Promise.all(Array.from({ length: 6 }, parked));
    const code = alice.phone!.nextCode();
    const burst = Promise.all(jars.map((jar) => jar.post('/two-step/verify', { code })));
    for (let i = 0; i < 5; i++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await sleep(4);
    }
    const answers = await burst;
    await everythingWorks();
    const open = await Promise.all(jars.map((jar) => jar.get('/api/secret')));
    const inside = open.filter(({ status }) => status === 200).length;
    expect(inside).to.be.at.most(1);
    expect(answers.filter(({ status }) => status === 200).length).to.be.at.most(inside);
  });

  it('lets nobody in on a replica, where records may be old', async () => {
    const jar = await parked();
    await admin.replicaof(server.host, 1);
    await Promise.all([
      refused(alice.jar.get('/api/secret')),
      refused(jar.post('/two-step/verify', { code: alice.phone!.nextCode() })),
      refused(panel.jar().login('bob')),
    ]);
    await admin.replicaof('NO', 'ONE');
    await everythingWorks();
  });

  it('lets nobody in while there is no memory, and spends nothing', async () => {
    const jar = await parked();
    const before = await admin.get('second-factor:alice');
    await admin.config('SET', 'maxmemory', '1');
    await refused(jar.post('/two-step/verify', { code: alice.phone!.nextCode() }));
    await refused(alice.jar.post('/two-step/disable', { code: alice.phone!.code() }));
    await refused(panel.jar().login('bob'));
    expect((await alice.jar.get('/api/secret')).status).to.equal(200);
    await admin.config('SET', 'maxmemory', '0');
    expect(await admin.get('second-factor:alice')).to.equal(before);
    await everythingWorks();
  });

  it('lets nobody in while Redis loads its data', async () => {
    const jar = await parked();
    await admin.call('DEBUG', 'POPULATE', '3000');
    await admin.config('SET', 'loading-process-events-interval-bytes', '1024', 'key-load-delay', '400');
    const loaded = admin.call('DEBUG', 'RELOAD');
    await sleep(100);
    await Promise.all([
      refused(alice.jar.get('/api/secret')),
      refused(jar.post('/two-step/verify', { code: alice.phone!.nextCode() })),
      refused(panel.jar().login('bob')),
    ]);
    await loaded;
    await everythingWorks();
  });
});
