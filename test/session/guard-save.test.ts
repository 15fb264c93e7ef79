import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { Client, enrol, enrolled, stopPanels } from '../docs/trap-panel.js';
import { connectRedis, loggedIn, startSessionPanel } from '../support/session-panel.js';
import type { SessionPanel } from '../support/session-panel.js';
import { startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';

/** A panel with a route that holds its session until the test says go. */
async function startSlow(resave: boolean, redis: Redis) {
  let arrived = (): void => undefined;
  let go = (): void => undefined;
  const panel: SessionPanel = await startSessionPanel({
    redis,
    session: { resave, rolling: resave },
    routes({ app }) {
      app.post('/slow', async (req, res) => {
        const gate = new Promise<void>((open) => (go = open));
        arrived();
        await gate;
        Object.assign(req.session, { note: 'written late' });
        res.json({ user: req.user ? 'still' : null });
      });
    },
  });
  /** Runs something while a slow request of a client is under way. */
  const during = async (client: Client, act: () => Promise<unknown>): Promise<void> => {
    const { cookie } = client;
    const reached = new Promise<void>((done) => (arrived = done));
    const slow = new Client(panel).post('/slow', {}, { cookie });
    await reached;
    await act();
    go();
    await slow;
  };
  return { panel, during };
}

for (const resave of [true, false]) {
  describe(`session/guard-save with resave: ${resave} (G3)`, () => {
    let server: RedisServer;
    let redis: Redis;

    before(async () => {
      server = await startRedis();
      redis = connectRedis(server);
    });
    afterEach(async () => {
      await stopPanels();
      await redis.flushall();
    });
    after(async () => {
      redis.disconnect();
      await server.kill();
    });

    /** The session that the slow request held is not there any more, and brings nobody back. */
    async function staysDead(panel: SessionPanel, cookie: string): Promise<void> {
      expect(await panel.stored(cookie)).to.equal(null);
      const late = new Client(panel);
      expect((await late.get('/me', { cookie })).body.user).to.equal(null);
      expect((await new Client(panel).get('/secret', { cookie })).body.code).to.equal('login-required');
    }

    it('does not bring a session back that was signed out meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client } = await enrolled(panel);
      const { cookie } = client;
      await during(client, () => client.post('/logout'));
      await staysDead(panel, cookie);
    });

    it('does not bring a parked sign-in back whose code was given meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const phone = await enrol(panel);
      const client = await loggedIn(panel);
      const { cookie } = client;
      await during(client, () => client.post('/two-step/verify', { code: phone() }));
      await staysDead(panel, cookie);
      expect(await client.me()).to.equal('alice');
    });

    it('does not bring a session back that was parked because the factor was enabled elsewhere', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const other = await loggedIn(panel);
      const { cookie } = other;
      await during(other, async () => {
        await enrol(panel);
        await other.get('/me');
      });
      await staysDead(panel, cookie);
      expect((await other.get('/two-step')).body.state).to.equal('pending');
    });

    it('does not bring a session back whose second factor was disabled meanwhile', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client, phone } = await enrolled(panel);
      const { cookie } = client;
      await during(client, () => client.post('/two-step/disable', { code: phone() }));
      await staysDead(panel, cookie);
    });

    it('writes as always while the session is there', async () => {
      const { panel, during } = await startSlow(resave, redis);
      const { client } = await enrolled(panel);
      await during(client, () => client.get('/me'));
      expect(await panel.stored(client)).to.include({ note: 'written late' });
      expect(await client.me()).to.equal('alice');
    });

    it('does not act on a session that ended while the body of the request was under way', async () => {
      const { panel } = await startSlow(resave, redis);
      const phone = await enrol(panel);
      const client = await loggedIn(panel);
      const [first, second] = [phone(), phone()];
      const headers = {
        cookie: client.cookie,
        'content-type': 'application/json',
        accept: 'application/json',
      };
      const late = request({
        port: panel.port,
        path: '/two-step/verify',
        method: 'POST',
        headers,
        agent: false,
      });
      const answered = once(late, 'response') as Promise<[IncomingMessage]>;
      late.write('{"code":');
      await client.post('/two-step/verify', { code: first });
      const sealed = await panel.store.get('alice');
      late.end(JSON.stringify(second) + '}');
      const [answer] = await answered;
      expect(answer.statusCode).to.equal(401);
      expect(await panel.store.get('alice'), 'the code was not spent').to.equal(sealed);
    });
  });
}
