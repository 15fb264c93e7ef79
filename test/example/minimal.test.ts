import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { Secret, TOTP } from 'otpauth';
import { compiled } from '../support/compiled.js';
import { printed, startProgram } from '../support/program.js';
import type { RunningProgram } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';

const STEP_MILLISECONDS = 30_000;
const ALICE = { username: 'alice', password: 'alice-password' };
const HTML = { accept: 'text/html' };

/** Starts example/minimal as `npm run start:minimal` does. */
function start(env: Record<string, string>): Promise<RunningProgram> {
  const given = { ...process.env, PORT: '0', NODE_ENV: 'test', ...env };
  return startProgram(compiled('example/minimal/app.ts'), given, /localhost:(\d+)\/ - sign in as alice/);
}

/** Enables the second factor of alice; gives the codes. The example has the real clock, and so has the phone. */
async function enable(client: Client): Promise<(steps: number) => string> {
  await client.post('/login', ALICE);
  const { body } = await client.post('/two-step/setup');
  const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
  const code = (steps: number): string =>
    totp.generate({ timestamp: Date.now() + steps * STEP_MILLISECONDS });
  const confirmed = await client.post('/two-step/setup/confirm', { code: code(-1) });
  expect(confirmed.body.recoveryCodes).to.have.length(10);
  return code;
}

describe('example/minimal', () => {
  let server: RedisServer | undefined;
  const running: RunningProgram[] = [];

  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    await server?.kill();
    server = undefined;
  });

  it('tells every decision with NODE_DEBUG=second-factor, and no secret', async () => {
    const app = await start({ NODE_DEBUG: 'second-factor' });
    running.push(app);
    const client = new Client(app);
    await client.get('/secret', HTML);
    const code = await enable(client);
    await client.get('/secret', HTML);
    await client.post('/logout', {}, HTML);
    await client.post('/login', ALICE);
    const right = code(0);
    const wrong = right === '123456' ? '654321' : '123456';
    await client.post('/two-step/verify', { code: wrong });
    await client.post('/two-step/verify', { code: right });
    await printed(app, /SECOND-FACTOR \d+: event signed-in: .*"method":"otp"/);
    const lines = app.output().match(/^SECOND-FACTOR .*\n/gm) ?? [];
    const output = lines.join('');
    expect(output).to.match(/: GET \/secret refused: login-required, on to \/login\n/);
    expect(output).to.match(/: session of "alice": keep signed-in\n/);
    expect(output).to.match(/: session of "alice": keep verified\n/);
    expect(output).to.match(/: POST \/two-step\/verify refused: code-invalid\n/);
    for (const secret of [
      right,
      wrong,
      ALICE.password,
      ...client.cookie.split('; ').map((pair) => pair.replace(/^[^=]*=/, '')),
    ]) {
      expect(output).to.not.include(secret);
    }
  });

  it('signs people in in two steps, on memory', async () => {
    const app = await start({});
    running.push(app);
    const client = new Client(app);
    expect((await client.get('/secret', HTML)).headers.location).to.equal('/login');
    const form = new URLSearchParams(ALICE);
    expect((await client.post('/login', form, { ...HTML, origin: 'https://evil.example' })).status).to.equal(
      403,
    );
    const first = await client.post('/login', form, HTML);
    expect(first.headers.location, 'where the guard stopped them').to.equal('/secret');
    expect((await client.get('/', HTML)).text).to.include('Signed in as alice, signed-in.');
    expect((await client.get('/secret', HTML)).headers.location).to.equal('/two-step');

    const code = await enable(client);
    expect((await client.get('/secret', HTML)).text).to.include('Only with both steps done.');
    expect((await client.post('/logout', {}, HTML)).headers.location).to.equal('/login');

    const again = new Client(app);
    expect((await again.post('/login', form, HTML)).headers.location).to.equal('/two-step/verify');
    expect((await again.get('/', HTML)).headers.location).to.equal('/login');
    const verified = await again.post('/two-step/verify', new URLSearchParams({ code: code(0) }), HTML);
    expect(verified.headers.location).to.equal('/');
    expect((await again.get('/', HTML)).text).to.include('Signed in as alice, verified.');
    expect((await again.get('/secret', HTML)).status).to.equal(200);
    await printed(app, /enrolled alice[^]*code-accepted alice/);
  });

  it('keeps second factors on Redis: they are there after a restart, and nothing readable is', async () => {
    server = await startRedis();
    const env = { REDIS_URL: server.url, SECOND_FACTOR_KEY: randomBytes(32).toString('base64') };
    const app = await start(env);
    running.push(app);
    const code = await enable(new Client(app));
    await app.stop();

    const redis = new Redis(server.url);
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    redis.disconnect();
    expect(keys).to.include('second-factor:alice');
    expect(keys.some((key) => key.startsWith('sess:'))).to.equal(true);
    expect(values.join('')).not.to.match(/alice-password|otpauth:/);

    const restarted = await start(env);
    running.push(restarted);
    const client = new Client(restarted);
    expect((await client.post('/login', ALICE)).body.code).to.equal('code-required');
    expect((await client.post('/two-step/verify', { code: code(0) })).body).to.include({ state: 'verified' });
  });
});
