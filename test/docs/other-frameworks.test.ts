import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { printed } from '../support/program.js';
import type { RunningProgram } from '../support/program.js';
import { connectRedis, startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { DATABASE } from './panel-database.js';
import { Client } from '../support/client.js';

const PAGE = 'docs/other-frameworks.md';
const HTML = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' };
/** What is for the log. */
const MESSAGE = /The second factor of this account cannot be read/;
const PASSWORD = new URLSearchParams({ username: 'alice', password: 'password' });

describe('docs/other-frameworks.md', function () {
  let redis: RedisServer;
  let folder: ProgramFolder;
  let app: RunningProgram | undefined;

  before(async () => {
    redis = await startRedis();
    folder = programOf(PAGE, { 'database.mjs': DATABASE });
  });
  after(async () => {
    folder.remove();
    await redis.stop();
  });
  afterEach(() => app?.stop());

  for (const [name, file] of [
    ['Koa', 'koa-app.mjs'],
    ['Fastify', 'fastify-app.mjs'],
  ] as const) {
    it(`enables, asks for the code, guards a route, and signs out, on ${name}`, async () => {
      const key = randomBytes(32).toString('base64');
      app = await folder.start(file, {
        REDIS_URL: redis.url,
        SECOND_FACTOR_KEY: key,
        SESSION_SECRET: 'for tests',
      });
      const { port } = app;
      const newClient = (): Client => new Client({ port });
      const where = async (client: Client, path: string): Promise<string | undefined> =>
        (await client.get(path, HTML)).headers.location;

      const first = newClient();
      expect(await where(first, '/')).to.equal('/login');
      expect((await first.get('/login', HTML)).text).to.contain('name="password"');
      expect(
        (await first.post('/login', new URLSearchParams({ username: 'alice', password: 'no' }), HTML)).headers
          .location,
      ).to.equal('/login');
      expect((await first.post('/login', PASSWORD, HTML)).headers.location).to.equal('/');
      expect((await first.get('/', HTML)).text).to.contain('Hello alice');
      expect(await where(first, '/backups')).to.equal('/two-step');
      expect((await first.post('/login', PASSWORD, { 'sec-fetch-site': 'cross-site' })).status).to.equal(403);

      await first.post('/two-step/setup', {});
      const phone = phoneOf((await first.get('/two-step/setup')).body.key as string);
      const confirmed = await first.post('/two-step/setup/confirm', { code: phone.first });
      const [recoveryCode] = confirmed.body.recoveryCodes as string[];
      expect((await first.get('/backups', HTML)).text).to.equal('All backups');

      const second = newClient();
      expect((await second.post('/login', PASSWORD, HTML)).headers.location).to.equal('/two-step/verify');
      expect(await where(second, '/')).to.equal('/login');
      for (const path of [
        '/backups',
        '/backups/',
        '//backups',
        '/%62ackups',
        '/Backups',
        '/backups?a=/two-step/',
      ]) {
        const half = newClient();
        await half.post('/login', PASSWORD, HTML);
        for (const client of [half, newClient()])
          expect((await client.get(path, HTML)).text, path).not.to.contain('All backups');
      }
      const form = await second.get('/two-step/verify', HTML);
      expect(form.text).to.contain('one-time-code');
      const verified = await second.post(
        '/two-step/verify',
        new URLSearchParams({ code: phone.next() }),
        HTML,
      );
      expect(verified.headers.location).to.equal('/');
      expect((await second.get('/backups', HTML)).text).to.equal('All backups');

      expect((await second.post('/logout', {}, HTML)).headers.location).to.equal('/login');
      expect(await where(second, '/')).to.equal('/login');
      expect((await first.get('/backups', HTML)).text).to.equal('All backups');
      expect((await first.post('/two-step/disable', { code: recoveryCode })).status).to.equal(200);
    });

    it(`tells the message of an error to the log alone, on ${name}`, async () => {
      app = await folder.start(file, {
        REDIS_URL: redis.url,
        SECOND_FACTOR_KEY: randomBytes(32).toString('base64'),
        SESSION_SECRET: 'for tests',
        NODE_ENV: 'production',
      });
      const client = new Client(app);
      await client.post('/login', PASSWORD, HTML);
      await client.post('/two-step/setup', {});
      const phone = phoneOf((await client.get('/two-step/setup')).body.key as string);
      await client.post('/two-step/setup/confirm', { code: phone.first });
      const direct = connectRedis(redis);
      const [record = ''] = await direct.keys('second-factor:*');
      await direct.multi().del(record).sadd(record, 'no text').exec();
      for (const path of ['/', '/backups', '/two-step']) {
        const { status, text } = await client.get(path, HTML);
        expect(status, path).to.equal(503);
        expect(text, path).not.to.match(MESSAGE);
      }
      await direct.del(record);
      direct.disconnect();
      await printed(app, MESSAGE);
    });
  }
});
