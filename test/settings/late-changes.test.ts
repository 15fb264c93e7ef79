import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { Secret, TOTP } from 'otpauth';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';
import { eventually, until } from '../support/eventually.js';
import { holdSwap } from '../support/late-swap.js';
import type { RedisServer } from '../support/redis-server.js';
import { connectRedis, startRedis } from '../support/redis-server.js';
import { NOW } from '../support/records.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { timeLimit } from '../support/time-limit.js';
import type { Answer } from '../support/client.js';
import { KEYS } from '../support/key-panel.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';
import { BY, CHANGES, KEY } from './changes.js';
import type { Act, Change } from './changes.js';

const limit = timeLimit();

describe('session: a change that was made, though the store told so too late', () => {
  let notices: string[];

  beforeEach(() => (notices = []));
  afterEach(stopPanels);

  const start = (parts: PanelParts = {}): Promise<Panel> =>
    startPanel({
      ...parts,
      options: {
        keys: [KEY],
        storeTimeoutMs: limit.ms,
        webauthn: KEYS,
        rememberBrowsers: { days: 30 },
        notify: (_account, { name }) => notices.push(name),
        ...parts.options,
      },
    });

  async function isRefused(act: Act): Promise<void> {
    const answer = await act().catch((error: unknown) => error as { code?: string });
    const code = (answer as { code?: string }).code ?? (answer as Answer).body.code;
    expect(code).to.equal('store-unavailable');
  }

  /** Makes a change in a panel of its own, and gives what was told of it. */
  async function tell(change: Change, how: 'in time' | 'late' | 'lost'): Promise<object[]> {
    const panel = await start();
    panel.now = NOW;
    const act = await change.prepare(panel, limit.ms);
    await turn();
    notices = [];
    let before = panel.events.length;
    if (how === 'in time') await act();
    else {
      const answer = holdSwap(panel.store, limit, change.place);
      await isRefused(act);
      expect(notices, 'before it is known').to.deep.equal([]);
      before = panel.events.length;
      answer.come(how === 'lost' ? new Error('connection lost') : undefined);
      await turn();
      expect(notices).to.deep.equal(change.notices ?? []);
      expect(panel.events.slice(before).map(({ name }) => name)).to.deep.equal(change.told);
    }
    return panel.events
      .slice(before)
      .filter(({ name }) => change.told.includes(name))
      .map(({ at: _at, ...event }) => event);
  }

  for (const [name, change] of Object.entries(CHANGES)) {
    it(`is told when it is known, as it would have been: ${name}`, async () => {
      const inTime = await tell(change, 'in time');
      expect(inTime).to.have.length(change.told.length);
      const late = inTime.map((event) => ({ ...event, late: true }));
      expect(await tell(change, 'late')).to.deep.equal(late);
      expect(await tell(change, 'lost'), 'by what the store has, if the answer is lost').to.deep.equal(late);
    });
  }

  for (const [trouble, instead] of [
    ['was not made', false],
    ['stays unknown', new Error('connection lost')],
  ] as const) {
    it(`is told to nobody when the late answer is that it ${trouble}`, async () => {
      for (const change of [CHANGES.enabling!, CHANGES.disabling!, CHANGES['an operator who unlocks']!]) {
        const panel = await start();
        const act = await change.prepare(panel, limit.ms);
        await turn();
        notices = [];
        const answer = holdSwap(panel.store, limit, change.place, false);
        await isRefused(act);
        const before = panel.events.length;
        const record = await panel.store.get('alice');
        answer.come(instead);
        await turn();
        expect(panel.events.slice(before)).to.deep.equal([]);
        expect(notices).to.deep.equal([]);
        expect(await panel.store.get('alice'), 'no further round').to.equal(record);
      }
    });
  }

  it('lets the owner in with the next code, and says that nobody saw the recovery codes', async () => {
    const panel = await start();
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    const code = (): string => totp.generate({ timestamp: (panel.now += 30_000) });
    const readsSo = async (): Promise<void> => {
      expect((await client.get('/two-step')).body.recoveryCodesConfirmed).to.equal(false);
      const { text } = await client.get('/two-step', { accept: 'text/html' });
      expect(text).to.include('If you did not save them');
    };

    const enabled = holdSwap(panel.store, limit);
    await isRefused(() => client.post('/two-step/setup/confirm', { code: code() }));
    enabled.come();
    expect(await client.me(), 'enabled, as everywhere').to.equal(null);
    const spent = holdSwap(panel.store, limit);
    await isRefused(() => client.post('/two-step/verify', { code: code() }));
    spent.come();
    expect((await client.post('/two-step/verify', { code: code() })).body).to.include({ state: 'verified' });
    await readsSo();

    const { recoveryCodesSet: set } = (await client.get('/two-step')).body;
    await client.post('/two-step/recovery-codes/confirm', { set });
    const made = holdSwap(panel.store, limit);
    await isRefused(() => client.post('/two-step/recovery-codes', { code: code() }));
    made.come();
    await readsSo();
  });

  it('is waited for when the instance closes, before its store does, and its notice too', async () => {
    const order: string[] = [];
    const panel = await start({
      store: { ...memoryStore(), close: async () => void order.push('closed') },
      options: { notify: async (_account, { name }) => void (await turn(), order.push(name)) },
    });
    await enrolled(panel);
    await panel.secondFactor.close();
    order.length = 0;
    const answer = holdSwap(panel.store, limit);
    await isRefused(() => panel.secondFactor.admin.disable('alice', BY));
    const closing = panel.secondFactor.close();
    await turn();
    expect(order).to.deep.equal([]);
    answer.come();
    await closing;
    expect(order).to.deep.equal(['disabled', 'closed']);
  });

  describe('on Redis', () => {
    let server: RedisServer;
    let proxy: TcpProxy;
    let near: Redis;
    let far: Redis;
    let panel: Panel;

    beforeEach(async () => {
      server = await startRedis();
      proxy = await startTcpProxy(server);
      near = connectRedis(server);
      far = connectRedis({ ...server, url: `redis://${proxy.host}:${proxy.port}` });
      panel = await start({ store: redisStore(far) });
    });
    afterEach(async () => {
      for (const redis of [near, far]) redis.disconnect();
      await proxy.close();
      await server.kill();
    });

    /** Makes a change whose answer the proxy holds. */
    async function hold(act: Act): Promise<{ refused: Promise<void> }> {
      const before = await near.get('second-factor:alice');
      const swap = panel.store.compareAndSet.bind(panel.store);
      panel.store.compareAndSet = (...given) => {
        proxy.holdAnswers();
        return swap(...given);
      };
      const refused = isRefused(act);
      await until('the swap to be made', async () => (await near.get('second-factor:alice')) !== before);
      panel.told();
      return { refused };
    }
    const told = (...names: string[]): Promise<void> =>
      eventually('the late events', () => {
        const late = panel.events.filter((event) => event.late).map(({ name }) => name);
        expect(late).to.deep.equal(names);
      });

    it('is told when the answer comes', async () => {
      const { client, phone } = await enrolled(panel);
      const { refused } = await hold(() =>
        client.post('/two-step/recovery-codes', { code: phone.nextCode() }),
      );
      await limit.passOnce();
      await refused;
      proxy.restore();
      await told('code-accepted', 'recovery-codes-regenerated');
    });

    it('is told when the connection broke before the answer came', async () => {
      await enrolled(panel);
      const { refused } = await hold(() => panel.secondFactor.admin.disable('alice', BY));
      proxy.breakAll();
      await refused;
      await told('disabled');
    });
  });
});
