import { expect } from 'chai';
import { enable, enrolled, loggedIn, signedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { connectRedis, sharedRedis, withRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

describe('J3: a failover or an eviction drops the record or the session', () => {
  let server: RedisServer;
  let panel: ExamplePanel;
  before(async () => {
    server = await sharedRedis();
    panel = await startExamplePanel(server.url);
  });
  after(async () => {
    await stopPanels();
    await panel.end();
  });

  const drop = (pattern: string): Promise<number> =>
    withRedis(server.url, async (redis) => redis.del(...(await redis.keys(pattern))));

  it('lets verified sessions fall back, and strict guards refuse, when the record is gone', async () => {
    const browser = await signedIn(panel, 'alice');
    const { phone } = await enable(panel, browser);
    const pending = await loggedIn(panel);
    expect(await drop('second-factor:alice')).to.equal(1);

    expect((await browser.get('/api/secret')).body.code).to.equal('enrollment-required');
    expect((await browser.get('/two-step/')).body.state).to.equal('signed-in');
    const late = await pending.post('/two-step/verify', { code: phone.nextCode() });
    expect(late.body.code).to.equal('sign-in-expired');
    expect((await pending.get('/api/secret')).status).to.equal(401);
  });

  it('asks to sign in again when the session is gone', async () => {
    const browser = await signedIn(panel, 'bob');
    await enable(panel, browser);
    const pending = await loggedIn(panel, 'bob');
    expect(await drop('sess:*')).to.be.at.least(2);
    for (const each of [browser, pending]) expect(await each.who()).to.equal('login-required');
    expect((await new Client(panel).login('bob')).body.code).to.equal('code-required');
  });

  it('lets nobody in where the panel itself knows that the account is enrolled', async () => {
    const redis = connectRedis(server);
    try {
      const known = new Set<string>();
      const small = await startPanel({
        redis,
        options: {
          account: ({ id, login }) => ({ id, name: login, enrolled: known.has(id) }),
          setEnrolled: (id, on) => {
            if (on) known.add(id);
            else known.delete(id);
          },
        },
      });
      const { client } = await enrolled(small);
      expect((await client.get('/secret')).status).to.equal(200);
      await drop('second-factor:alice');
      expect([(await client.get('/secret')).status, small.errors.at(-1)?.code]).to.deep.equal([
        503,
        'record-missing',
      ]);
      const next = new Client(small);
      expect((await next.login('alice')).status).to.equal(503);
      expect((await next.get('/secret')).status).to.equal(401);
    } finally {
      redis.disconnect();
    }
  });
});
