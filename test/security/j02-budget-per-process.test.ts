import { burst, loggedIn, pending } from '../support/people.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { whenBack } from './when-back.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startPanelProcess } from '../support/example-process.js';
import type { PanelProcess } from '../support/example-process.js';

describe('J2: each process has a budget of guesses of its own', function () {
  let server: RedisServer;
  let folder: string;
  let panels: PanelProcess[] = [];
  before(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    folder = mkdtempSync(join(tmpdir(), 'two-panels-'));
    const env = { PANEL_DB: join(folder, 'panel.db'), REDIS_URL: server.url };
    const first = await startPanelProcess(env);
    panels = [first, await startPanelProcess(env)];
  });
  after(async () => {
    await Promise.all(panels.map((panel) => panel.stop()));
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  /** Enables two-step authentication; gives a code that was not used yet. */
  async function enrolled(login: string): Promise<() => string> {
    const owner = await loggedIn(panels[0]!, login);
    const { body } = await owner.post('/two-step/setup');
    const phone = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    const { status } = await owner.post('/two-step/setup/confirm', { code: phone.generate() });
    expect(status).to.equal(200);
    return () => phone.generate({ timestamp: Date.now() + 30_000 });
  }

  it('makes no two sessions of one code that is given to both at once (C5)', async () => {
    const next = await enrolled('bob');
    const clients = await Promise.all([0, 1, 0, 1, 0, 1].map((place) => pending(panels[place]!, 'bob')));
    const code = next();
    const answers = await Promise.all(clients.map((client) => client.post('/two-step/verify', { code })));
    const open = await Promise.all(clients.map((client) => client.get('/api/secret')));
    expect(answers.filter(({ status }) => status === 200)).to.have.length.at.most(1);
    expect(open.filter(({ status }) => status === 200)).to.have.length.at.most(1);
  });

  it('tells five guesses in all, over two processes, and none while Redis is away', async () => {
    const [one, two] = panels as [PanelProcess, PanelProcess];
    const next = await enrolled('alice');
    const client = await pending(one, 'alice');
    const there = new Client(two, client.cookies);
    const guess = (each: Client) => each.post('/two-step/verify', { code: '000000' });
    expect((await guess(client)).body.code).to.equal('code-invalid');
    expect((await guess(there)).body.code).to.equal('code-invalid');

    await server.kill();
    const away = await burst(20, (i) => guess(i % 2 ? client : there));
    for (const { status } of away) expect(status).to.equal(503);
    await server.restart();
    for (const each of [client, there]) await whenBack(() => each.get('/two-step/'));

    const answers = await burst(40, (i) => guess(i % 2 ? client : there));
    const told = answers.filter(({ body: { code: reason } }) => reason === 'code-invalid');
    expect(told.length).to.be.at.most(3);
    expect(answers.some(({ status }) => status === 200)).to.equal(false);
    let last = await guess(client);
    for (let known = told.length; known < 3 && last.status !== 429; known++) {
      expect(last.body.code).to.equal('code-invalid');
      last = await guess(client);
    }
    expect(last.status).to.equal(429);
    expect((await there.post('/two-step/verify', { code: next() })).status).to.equal(429);
    expect((await there.get('/api/secret')).status).to.equal(401);
  });
});
