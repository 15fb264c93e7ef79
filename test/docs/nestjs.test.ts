import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { printed } from '../support/program.js';
import type { RunningProgram } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder, RealPhone } from '../support/doc-program.js';
import { DATABASE } from './panel-database.js';
import { Client } from '../support/client.js';

const HTML = { accept: 'text/html' };

describe('docs/nestjs.md', function () {
  this.timeout(120_000); // starts a Nest application

  let redis: RedisServer;
  let folder: ProgramFolder;
  let app: RunningProgram;
  let phone: RealPhone;
  let recoveryCodes: string[];
  let provider: Server;
  let env: Record<string, string>;

  before(async () => {
    redis = await startRedis();
    provider = await startProvider();
    folder = programOf('docs/nestjs.md', { 'database.ts': DATABASE });
    env = {
      REDIS_URL: redis.url,
      PROVIDER_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
      SECOND_FACTOR_KEY: randomBytes(32).toString('base64'),
      SESSION_SECRET: 'for tests',
    };
    app = await folder.start('main.ts', env);
  });
  after(async () => {
    await app.stop();
    folder.remove();
    provider.close();
    await redis.stop();
  });

  it('refuses strangers and wrong passwords', async () => {
    const client = new Client(app);
    expect((await client.login('alice', 'wrong')).status).to.equal(401);
    for (const path of ['/me', '/backups', '/keys', '/danger']) {
      const answer = await client.get(path);
      expect([answer.status, answer.body.code]).to.deep.equal([401, 'login-required']);
    }
    expect((await client.get('/me', HTML)).headers.location).to.equal('/login');
  });

  it('signs accounts without a second factor in by the password, and sends them to enable it', async () => {
    const client = new Client(app);
    expect((await client.login('alice')).body).to.deep.equal({ user: 'alice' });
    expect((await client.get('/me')).body).to.deep.equal({ user: 'alice' });
    const refused = await client.get('/backups');
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'enrollment-required']);
    expect((await client.get('/backups', HTML)).headers.location).to.equal('/two-step');

    const { body } = await client.post('/two-step/setup');
    phone = phoneOf(String(body.key));
    const confirmed = await client.post('/two-step/setup/confirm', { code: phone.first });
    expect(confirmed.status).to.equal(200);
    recoveryCodes = confirmed.body.recoveryCodes as string[];
    expect((await client.get('/backups')).body).to.deep.equal({ backups: ['monday'] });
  });

  it('lets the password alone in nowhere once it is enabled', async () => {
    const client = new Client(app);
    const parked = await client.login('alice');
    expect([parked.status, parked.body.code, parked.body.location]).to.deep.equal([
      401,
      'code-required',
      '/two-step/verify',
    ]);
    expect(parked.body.methods).to.deep.equal(['otp', 'recovery-code']);
    for (const path of ['/me', '/backups', '/keys', '/danger']) {
      const answer = await client.get(path);
      expect([answer.status, answer.body.code], path).to.deep.equal([401, 'code-required']);
    }
    const form = new URLSearchParams({ username: 'alice', password: 'password' });
    const browser = await new Client(app).post('/login', form, HTML);
    expect([browser.status, browser.headers.location]).to.deep.equal([303, '/two-step/verify']);

    expect((await client.post('/two-step/verify', { code: phone.next() })).body).to.include({
      state: 'verified',
    });
    expect((await client.get('/me')).body).to.deep.equal({ user: 'alice' });
    expect((await client.get('/keys')).body).to.deep.equal({ keys: ['deploy'] });
    expect((await client.get('/danger')).body).to.deep.equal({ danger: true });
  });

  it('leads who came by a provider from the code to the application, never to the spent callback', async () => {
    for (const [stoppedAt, leadsTo] of [
      ['/me', '/me'],
      [undefined, '/'],
    ] as const) {
      const client = new Client(app);
      if (stoppedAt !== undefined) await client.get(stoppedAt, HTML);
      const callback = await byProvider(client);
      const parked = await client.get(callback, HTML);
      expect([parked.status, parked.headers.location]).to.deep.equal([303, '/two-step/verify']);
      expect((await client.get('/me')).body.code).to.equal('code-required');
      const { body } = await client.post('/two-step/verify', { code: recoveryCodes.pop() });
      expect(body).to.include({ state: 'verified', returnTo: leadsTo });
      expect((await client.get('/me')).body).to.deep.equal({ user: 'alice' });
      expect((await client.get(callback, HTML)).status, 'it leads nowhere twice').to.equal(401);
    }
  });

  it('answers a record that does not open with its own status and code', async () => {
    const client = new Client(app);
    await client.login('alice');
    const records = new Redis(redis.port);
    const sealed = await records.get('second-factor:1');
    await records.set('second-factor:1', 'altered');
    try {
      const answer = await new Client(app).login('alice');
      expect([answer.status, answer.body.code]).to.deep.equal([503, 'record-unreadable']);
      await printed(app, /ERROR.*\[SecondFactorFilter\].*The second factor of this account cannot be read/);
    } finally {
      await records.set('second-factor:1', String(sealed));
      records.disconnect();
    }
    expect((await client.get('/me')).body.code).to.equal('code-required');
  });

  it('logs a mistake of the integration, and tells the client nothing of it', async () => {
    const mistaken = programOf('docs/nestjs.md', { 'database.ts': DATABASE }, (code) =>
      code.replace('app.use(secondFactor.session());\n', ''),
    );
    const without = await mistaken.start('main.ts', env);
    try {
      const answer = await new Client(without).get('/me');
      expect([answer.status, answer.body]).to.deep.equal([
        500,
        { statusCode: 500, message: 'Internal Server Error' },
      ]);
      await printed(without, /ERROR.*\[SecondFactorFilter\].*mount app\.use\(secondFactor\.session\(\)\)/);
    } finally {
      await without.stop();
      mistaken.remove();
    }
  });
});

/** An OAuth 2.0 server where everybody is alice: a code is good for one token (RFC 6749 §4.1.2). */
async function startProvider(): Promise<Server> {
  const codes = new Set<string>();
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '', 'http://provider');
    if (url.pathname === '/authorize') {
      const code = randomBytes(8).toString('hex');
      codes.add(code);
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' }));
      res.writeHead(302, { location: back.href }).end();
      return;
    }
    void text(req).then((body) => {
      const token = url.pathname === '/userinfo' || codes.delete(new URLSearchParams(body).get('code') ?? '');
      res.writeHead(token ? 200 : 400, { 'content-type': 'application/json' });
      res.end(JSON.stringify(token ? { access_token: 'of alice', sub: '1' } : { error: 'invalid_grant' }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Goes to the provider, and gives the path it sends the browser back to. */
async function byProvider(client: Client): Promise<string> {
  const away = await client.get('/login/provider', HTML);
  const back = await fetch(String(away.headers.location), { redirect: 'manual' });
  const { pathname, search } = new URL(String(back.headers.get('location')));
  return pathname + search;
}
