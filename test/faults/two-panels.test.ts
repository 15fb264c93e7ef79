import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { Secret, TOTP } from 'otpauth';
import { startPanelProcess } from '../support/panel-process.js';
import type { Answer, Jar, PanelProcess } from '../support/panel-process.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { makeSystemClock } from '../support/system-clock.js';

const GUESSES = 60;

describe('two panel processes on one Redis (J2, B1, C5)', () => {
  const clock = makeSystemClock();
  const folder = mkdtempSync(join(tmpdir(), 'panels-'));
  let server: RedisServer;
  let redis: Redis;
  let panels: PanelProcess[];
  let phone: TOTP;

  before(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    const env = { ...clock.env, PANEL_DB: join(folder, 'panel.db'), REDIS_URL: server.url };
    // One after the other: the first one makes the database and the secrets.
    panels = [await startPanelProcess(env)];
    panels.push(await startPanelProcess(env));
  });
  after(async () => {
    await Promise.all(panels.map((panel) => panel.stop()));
    redis.disconnect();
    await server.kill();
    clock.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await redis.flushdb();
    const jar = panels[0]!.jar();
    await jar.login('alice');
    const { body } = await jar.post('/two-step/setup');
    phone = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    expect((await jar.post('/two-step/setup/confirm', { code: code() })).status).to.equal(200);
    clock.jump(30);
  });

  const code = (): string => phone.generate({ timestamp: clock.now() });

  async function parked(at: PanelProcess): Promise<Jar> {
    const jar = at.jar();
    expect((await jar.login('alice')).body.code).to.equal('code-required');
    return jar;
  }

  /** How many wrong codes are told to be wrong, over some panels at once. */
  async function guessesTold(over: readonly PanelProcess[]): Promise<number> {
    const jars = await Promise.all([0, 1, 2, 3].map((place) => parked(over[place % over.length]!)));
    const wrong = String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0');
    const answers = await Promise.all(
      Array.from({ length: GUESSES }, (_, at) =>
        jars[at % jars.length]!.copy().post('/two-step/verify', { code: wrong }),
      ),
    );
    const right = await Promise.all(
      over.map(async (panel) => (await parked(panel)).post('/two-step/verify', { code: code() })),
    );
    for (const { body } of right) expect(body.code).to.equal('locked');
    return answers.filter(({ body }) => body.code === 'code-invalid').length;
  }

  it('tell as many guesses as one, and both are locked', async () => {
    const one = await guessesTold([panels[0]!]);
    await redis.del('second-factor:alice');
    const jar = panels[0]!.jar();
    await jar.login('alice');
    const { body } = await jar.post('/two-step/setup');
    phone = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    await jar.post('/two-step/setup/confirm', { code: code() });
    clock.jump(30);
    const two = await guessesTold(panels);
    expect(one).to.be.above(0);
    expect(two).to.equal(one);
  });

  it('make one session of one code that is given to both at once', async () => {
    const jars = await Promise.all([0, 1, 0, 1, 0, 1].map((place) => parked(panels[place]!)));
    const given = code();
    const answers = await Promise.all(jars.map((jar) => jar.post('/two-step/verify', { code: given })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    expect(await open(jars)).to.have.length(1);
  });

  it('tell nobody anything while Redis is away', async () => {
    const jars = await Promise.all(panels.map(parked));
    const wrong = String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0');
    for (const jar of jars)
      expect((await jar.post('/two-step/verify', { code: wrong })).status).to.equal(401);
    server.pause();
    const answers = await Promise.all(
      jars.flatMap((jar) => [0, 1, 2].map(() => jar.copy().post('/two-step/verify', { code: wrong }))),
    );
    server.resume();
    for (const { status } of answers) expect(status).to.equal(503);
    expect(await open(jars)).to.deep.equal([]);
  });
});

async function open(jars: readonly Jar[]): Promise<Answer[]> {
  const answers = await Promise.all(jars.map((jar) => jar.get('/api/secret')));
  return answers.filter(({ status }) => status === 200);
}
