import { expect } from 'chai';
import { RedisStore } from 'connect-redis';
import type { Redis } from 'ioredis';
import { redisStore } from 'passport-second-factor/redis';
import { enable, enrolled, loggedIn, signedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';

describe('J6: two panels share a Redis, or the Redis forgets the script', () => {
  let server: RedisServer;
  let redis: Redis;
  before(async () => {
    server = await sharedRedis();
    redis = connectRedis(server);
  });
  after(async () => {
    await stopPanels();
    redis.disconnect();
  });

  const panelOf = (prefix: string): Promise<Panel> =>
    startPanel({
      redis,
      store: redisStore(redis, { prefix: `${prefix}:second-factor:` }),
      session: { store: new RedisStore({ client: redis, prefix: `${prefix}:sess:` }) },
    });

  it('keeps accounts and sessions of two panels apart, with a prefix each', async () => {
    const [one, two] = [await panelOf('one'), await panelOf('two')];
    const { client, phone } = await enrolled(one);
    const there = new Client(two);
    expect((await there.login('alice')).status).to.equal(200);
    expect((await there.get('/secret', { cookie: client.cookie })).status).to.equal(401);
    expect((await there.get('/secret')).status).to.equal(403);
    const pending = await loggedIn(one);
    expect(
      (await new Client(two).post('/two-step/verify', { code: phone.nextCode() }, { cookie: pending.cookie }))
        .status,
    ).to.equal(401);
    await two.secondFactor.admin.disable('alice', { by: 'test' });
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('refuses a record that the other panel wrote, where the prefix is the same', async () => {
    const [one, two] = [await startPanel({ redis }), await startPanel({ redis })];
    const { client } = await enrolled(one, 'bob');
    const there = new Client(two);
    expect((await there.login('bob')).body.code ?? two.errors.at(-1)?.code).to.equal('record-unreadable');
    expect((await there.get('/secret')).status).to.equal(401);
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('goes on after SCRIPT FLUSH, in the midst of a burst', async () => {
    const panel = await startExamplePanel(server.url);
    try {
      const browser = await signedIn(panel, 'admin');
      const { phone } = await enable(panel, browser);
      const flushing = async (): Promise<void> => {
        for (let i = 0; i < 10; i++) await redis.script('FLUSH');
      };
      const asked = Array.from({ length: 30 }, () => browser.get('/api/secret'));
      const [answers] = await Promise.all([Promise.all(asked), flushing()]);
      for (const { status } of answers) expect(status).to.equal(200);
      const pending = await loggedIn(panel, 'admin');
      await redis.script('FLUSH');
      expect((await pending.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    } finally {
      await panel.end();
    }
  });
});
