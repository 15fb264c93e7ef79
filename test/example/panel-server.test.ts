import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { PASSWORD_COST } from '../../example/panel/passwords.js';
import { secretsFile } from '../../example/panel/secrets.js';
import { printed } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import { hearScrypt } from '../support/scrypt.js';
import { timeLimit } from '../support/time-limit.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { runConsole, startPanelProcess } from '../support/example-process.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { enable, loggedIn, signedIn } from '../support/people.js';

/** How often something that takes a while is asked for. */
const POLL_MILLISECONDS = 20;

describe('the example panel as a server', () => {
  describe('answers', () => {
    let panel: ExamplePanel;
    before(async () => {
      panel = await startExamplePanel(undefined, {}, { passwordCost: PASSWORD_COST });
    });
    after(() => panel.end());
    beforeEach(() => panel.reset());

    it('tells nothing of whether a login exists', async () => {
      const [unknown, wrong] = [
        await new Client(panel).login('nobody', 'x'),
        await new Client(panel).login('root', 'x'),
      ];
      expect(unknown.status).to.equal(401);
      expect(unknown.body).to.include({ code: 'invalid-credentials', status: 401 });
      expect(unknown.headers['content-type']).to.contain('application/problem+json');
      expect(told(unknown)).to.deep.equal(told(wrong));

      const page = (username: string): Promise<Answer> =>
        new Client(panel).submit('/login', { username, password: 'x' });
      const [first, second] = [await page('nobody'), await page('root')];
      expect(first.status).to.equal(401);
      expect(first.text).to.contain('role="alert"').and.to.contain('The login or the password is not right.');
      expect(first.text.replaceAll('nobody', '')).to.equal(second.text.replace('value="root"', 'value=""'));
    });

    it('hashes as much for an unknown login', async () => {
      const scrypt = hearScrypt();
      try {
        for (const login of ['nobody', 'root']) await new Client(panel).login(login, 'x');
        expect(scrypt.costs).to.deep.equal([PASSWORD_COST, PASSWORD_COST]);
      } finally {
        scrypt.end();
      }
    });

    it('matches logins exactly, and reads them from the body only', async () => {
      for (const login of ['Root', 'root ', ' root', 'ＲＯＯＴ', 'root\u0000', ['root'], { a: 'root' }, 0]) {
        const body = { username: login, password: 'root-password' };
        expect((await new Client(panel).post('/login', body)).status, JSON.stringify(login)).to.equal(401);
      }
      const query = await new Client(panel).post('/login?username=root&password=root-password');
      expect(query.status).to.equal(401);
      const twice = 'username=root&username=root&password=root-password';
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await new Client(panel).send('POST', '/login', form, twice)).status).to.equal(401);
    });

    it('answers people with pages and programs with problem documents', async () => {
      const client = await signedIn(panel, 'alice');
      const problem = await client.get('/staff');
      expect(problem.headers['content-type']).to.contain('application/problem+json');
      expect(problem.body).to.deep.include({ status: 403, code: 'level-too-low' });
      const page = await client.open('/staff');
      expect(page.status).to.equal(403);
      expect(page.text).to.contain('<!doctype html>').and.to.contain('This place is not for your level.');
      expect((await client.get('/nothing')).body).to.include({ status: 404, code: 'not-found' });
      expect((await new Client(panel).open('/nothing')).text).to.contain('Not found');
      expect((await new Client(panel).get('/api/me')).body).to.include({
        status: 401,
        code: 'login-required',
      });
    });

    it('refuses bodies that cannot be read', async () => {
      const json = { 'content-type': 'application/json' };
      expect((await new Client(panel).send('POST', '/login', json, '{"username":')).status).to.equal(400);
      expect(
        (await new Client(panel).send('POST', '/login', json, `"${'x'.repeat(20_000)}"`)).status,
      ).to.equal(413);
      expect((await new Client(panel).send('POST', '/login', json, '[]')).status).to.equal(401);
    });

    it('answers what names no path, and what names a whole address', async () => {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        expect((await new Client(panel).send(method, '*', {}, '')).status, method).to.equal(404);
      }
      expect((await new Client(panel).send('GET', `${panel.url}/login`, {}, '')).status).to.equal(200);
    });

    it('refuses what other sites send, and changes nothing', async () => {
      const client = await signedIn(panel, 'admin');
      for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
        for (const path of ['/login', '/logout', '/staff/alice/edit', '/two-step/impersonation']) {
          const body = { password: 'another-password', account: 'alice', username: 'bob' };
          const answer = await client.post(path, body, headers);
          expect(answer.status, path).to.equal(403);
          expect(answer.body.code, path).to.equal('cross-site');
        }
      }
      expect(await client.who()).to.equal('admin');
      expect((await new Client(panel).login('alice')).status).to.equal(200);
    });

    it('sends headers that allow no script but its own, no frame and no cache', async () => {
      const client = await signedIn(panel, 'admin');
      for (const path of ['/', '/staff', '/settings', '/login', '/nothing']) {
        const { headers, text } = await client.open(path);
        expect(headers['content-security-policy'], path).to.contain("default-src 'none'");
        expect(headers['content-security-policy'], path).to.contain("frame-ancestors 'none'");
        expect(headers['cache-control'], path).to.equal('no-store');
        expect(headers['x-content-type-options'], path).to.equal('nosniff');
        expect(headers['referrer-policy'], path).to.equal('same-origin');
        expect(headers, path).not.to.have.property('x-powered-by');
        const scripts = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script ?? '');
        expect(scripts, path).to.have.length(path === '/login' ? 2 : 1);
        for (const script of scripts) {
          const hash = createHash('sha256').update(script).digest('base64');
          expect(headers['content-security-policy'], path).to.match(/; script-src( 'sha256-[^']*')+;/);
          expect(headers['content-security-policy'], path).to.contain(` 'sha256-${hash}'`);
        }
        expect(text.replace(/<script>/g, ''), path).not.to.match(/<script|<style|\sstyle=|\son\w+=/i);
      }
    });

    it('serves the style sheet without a session', async () => {
      const client = await signedIn(panel, 'admin');
      for (const path of ['/style.css', '/icon.svg']) {
        const { status, headers } = await client.open(path);
        expect(status).to.equal(200);
        expect(headers).not.to.have.property('set-cookie');
        expect(headers['cache-control']).to.contain('max-age=3600');
      }
    });

    it('escapes what was typed', async () => {
      const hostile = '"><script>alert(1)</script>';
      const { text } = await new Client(panel).submit('/login', { username: hostile, password: 'x' });
      expect(text).not.to.contain('<script>alert');
      expect(text).to.contain('&quot;&gt;&lt;script&gt;');
    });

    it('logs every event as one line of JSON, without passwords and codes', async () => {
      const client = await signedIn(panel, 'alice');
      const { phone } = await enable(panel, client);
      const code = phone.nextCode();
      await client.post('/two-step/disable', { code });
      const names = panel.log.map((line) => (JSON.parse(line) as { name: string }).name);
      expect(names).to.include.members(['signed-in', 'setup-started', 'enrolled', 'disabled']);
      for (const secret of [code, phone.key, 'alice-password']) {
        expect(panel.log.join('\n')).not.to.contain(secret);
      }
    });

    it('does not give away what went wrong inside', async () => {
      const broken = await startExamplePanel();
      const reports: unknown[][] = [];
      const { error } = console;
      console.error = (...report: unknown[]) => reports.push(report);
      try {
        await broken.close();
        const answer = await new Client(broken).login('root');
        expect(answer.status).to.equal(500);
        expect(answer.body).to.deep.equal({
          type: 'about:blank',
          title: 'Internal Server Error',
          status: 500,
        });
        expect(
          (await new Client(broken).submit('/login', { username: 'a', password: 'b' })).text,
        ).not.to.match(/driver|kysely|\.ts/i);
        expect(reports).to.have.length(2);
      } finally {
        console.error = error;
        await broken.end();
      }
    });
  });

  it('refuses with 503 while Redis is away, and works again when it is back', async () => {
    const limit = timeLimit();
    const redis = await startRedis();
    const panel = await startExamplePanel(redis.url, {}, { storeTimeoutMs: limit.ms });
    const { error } = console;
    console.error = () => undefined;
    try {
      const client = await signedIn(panel, 'alice');
      await redis.stop();
      limit.pass();
      for (const path of ['/api/me', '/api/secret', '/']) {
        expect((await client.get(path)).status, path).to.equal(503);
      }
      const refused = await new Client(panel).login('alice');
      expect(refused.status).to.equal(503);
      expect((await client.open('/')).text).to.contain('Try again');
      await redis.restart();
      limit.hold();
      const again = new Client(panel);
      while ((await again.login('alice')).status === 503) await sleep(POLL_MILLISECONDS);
      expect(await again.who()).to.equal('alice');
    } finally {
      console.error = error;
      await panel.end();
      await redis.stop();
    }
  });

  describe('started with npm start', () => {
    it('begins with the seeded accounts each time, and the console finds it by its port', async () => {
      const first = await startPanelProcess();
      const { port } = first;
      const env = { PORT: String(port) };
      try {
        const client = await loggedIn(first, 'admin');
        await client.post('/settings/password', {
          currentPassword: 'admin-password',
          newPassword: 'another-password',
        });
        expect((await new Client(first).login('admin')).status).to.equal(401);
        await printed(first, /"name":"password-changed".*"accountId":"admin"/);
        const status = await runConsole(env, 'status', 'root');
        expect(status).to.include({ code: 0, out: 'root\ntwo-step authentication: not enabled\n' });
      } finally {
        await first.stop();
      }
      const second = await startPanelProcess(env);
      try {
        expect((await new Client(second).login('admin')).status).to.equal(200);
      } finally {
        await second.stop();
      }
    });

    it('does not touch the database of a panel that has the port already', async () => {
      const panel = await startPanelProcess();
      try {
        const client = await loggedIn(panel);
        const clash = await startPanelProcess({ PORT: String(panel.port) }).catch((error: unknown) => error);
        expect(String(clash)).to.contain('EADDRINUSE');
        expect(await client.who()).to.equal('alice');
      } finally {
        await panel.stop();
      }
    });

    it('keeps accounts, second factors and keys with PANEL_DB, for its owner only', async () => {
      const kept = await startExamplePanel();
      const { env, databaseFile } = kept;
      const admin = await signedIn(kept, 'admin');
      await enable(kept, admin);
      try {
        for (const file of [databaseFile, secretsFile(databaseFile)]) {
          expect(statSync(file).mode & 0o777, file).to.equal(0o600);
        }
        const panel = await startPanelProcess(env);
        try {
          expect((await new Client(panel).login('admin')).body.code).to.equal('code-required');
        } finally {
          await panel.stop();
        }
        const status = await runConsole(env, 'status', 'admin', '--json');
        expect(JSON.parse(status.out)).to.include({ enrolled: true, readable: true });
      } finally {
        await kept.end();
      }
    });

    it('says where the key is when second factors are in Redis and the key is not in the environment', async () => {
      const redis = await startRedis();
      const panel = await startPanelProcess({ REDIS_URL: redis.url });
      try {
        await printed(panel, /WARNING[^]*panel\.db\.secrets/);
        await printed(panel, /SECOND_FACTOR_KEY/);
        expect(panel.output()).not.to.contain(redis.url);
      } finally {
        await panel.stop();
        await redis.stop();
      }
    });

    it('tells the console to start a panel when there is none', async () => {
      const ended = await runConsole({ PANEL_DB: '/nowhere/panel.db' }, 'status', 'root');
      expect(ended.code).to.equal(2);
      expect(ended.err).to.contain('start the panel first');
    });
  });
});

/** What an answer tells, without its time. */
function told({ status, body, headers }: Answer): unknown {
  const { date: _date, ...others } = headers;
  return { status, body: body as unknown, headers: others };
}
