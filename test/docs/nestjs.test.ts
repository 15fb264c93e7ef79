import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { phoneOf, programOf } from './doc-program.js';
import type { ProgramFolder, RunningProgram } from './doc-program.js';
import { DATABASE } from './panel-database.js';
import { Client } from './trap-panel.js';

const HTML = { accept: 'text/html' };

describe('docs/nestjs.md', function () {
  this.timeout(120_000); // starts a Nest application

  let redis: RedisServer;
  let folder: ProgramFolder;
  let app: RunningProgram;
  let phone: { first: string; second: string };

  before(async () => {
    redis = await startRedis();
    folder = programOf('docs/nestjs.md', { 'database.ts': DATABASE });
    const key = randomBytes(32).toString('base64');
    app = await folder.start('main.ts', {
      REDIS_URL: redis.url,
      SECOND_FACTOR_KEY: key,
      SESSION_SECRET: 'for tests',
    });
  });
  after(async () => {
    await app.stop();
    folder.remove();
    await redis.stop();
  });

  it('refuses strangers and wrong passwords', async () => {
    const client = new Client(app);
    expect((await client.login('alice', 'wrong')).status).to.equal(401);
    for (const path of ['/me', '/backups', '/danger']) {
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
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'enrolment-required']);
    expect((await client.get('/backups', HTML)).headers.location).to.equal('/two-step');

    const { body } = await client.post('/two-step/setup');
    phone = phoneOf(String(body.key));
    expect((await client.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
    expect((await client.get('/backups')).body).to.deep.equal({ backups: [] });
  });

  it('lets the password alone in nowhere once it is enabled', async () => {
    const client = new Client(app);
    const parked = await client.login('alice');
    expect([parked.status, parked.body.code, parked.body.location]).to.deep.equal([
      401,
      'code-required',
      '/two-step/verify',
    ]);
    for (const path of ['/me', '/backups', '/danger']) {
      const answer = await client.get(path);
      expect([answer.status, answer.body.code], path).to.deep.equal([401, 'code-required']);
    }
    const form = new URLSearchParams({ username: 'alice', password: 'password' });
    const browser = await new Client(app).post('/login', form, HTML);
    expect([browser.status, browser.headers.location]).to.deep.equal([303, '/two-step/verify']);

    expect((await client.post('/two-step/verify', { code: phone.second })).body).to.include({
      state: 'verified',
    });
    expect((await client.get('/me')).body).to.deep.equal({ user: 'alice' });
    expect((await client.get('/danger')).body).to.deep.equal({ danger: true });
  });

  it('answers a record that does not open with its own status and code', async () => {
    const client = new Client(app);
    await client.login('alice');
    const records = new Redis(redis.port);
    const sealed = await records.get('second-factor:1');
    await records.set('second-factor:1', 'altered');
    try {
      const answer = await new Client(app).login('alice');
      expect([answer.status, answer.body]).to.deep.equal([503, { code: 'record-unreadable' }]);
    } finally {
      await records.set('second-factor:1', String(sealed));
      records.disconnect();
    }
    expect((await client.get('/me')).body.code).to.equal('code-required');
  });
});
