import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import type { NoticeName, SecondFactorEvent } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { redisStore } from 'passport-second-factor/redis';
import { eventually, until } from '../support/eventually.js';
import { holdSwap } from '../support/late-swap.js';
import { connectRedis, startRedis } from '../support/redis-server.js';
import { NOW } from '../support/records.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { timeLimit } from '../support/time-limit.js';
import type { Answer, Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel, PanelParts } from '../support/panel.js';

const BY = { by: 'operator', reason: 'asked' };
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const KEY = randomBytes(32).toString('base64');
const limit = timeLimit();

/** The request or the call that makes a change. */
type Act = () => Promise<unknown>;

/** One kind of change: everything up to it, and what is told of it. */
interface Change {
  readonly prepare: (panel: Panel) => Promise<Act>;
  readonly told: readonly SecondFactorEvent['name'][];
  readonly notices?: readonly NoticeName[];
  /** Which swap of the act it is. */
  readonly place?: number;
}

async function settingUp(panel: Panel, client: Client, wish = {}): Promise<Act> {
  const { body } = await client.post('/two-step/setup', wish);
  panel.now += 30_000;
  const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
  return () => client.post('/two-step/setup/confirm', { code: totp.generate({ timestamp: panel.now }) });
}

async function waiting(panel: Panel): Promise<{ client: Client; phone: Phone }> {
  const { phone } = await enrolled(panel);
  return { client: await loggedIn(panel), phone };
}

/** Sends a code of the phone to an operation. */
function spending(path: string, who: (panel: Panel) => Promise<{ client: Client; phone: Phone }>) {
  return async (panel: Panel): Promise<Act> => {
    const { client, phone } = await who(panel);
    return () => client.post(path, { code: phone.nextCode() });
  };
}

/** Does something to alice, who is enrolled, as an operator. */
function operating(act: (panel: Panel) => Promise<unknown>) {
  return async (panel: Panel): Promise<Act> => {
    await enrolled(panel);
    return () => act(panel);
  };
}

const CHANGES: Record<string, Change> = {
  enabling: {
    prepare: async (panel) => settingUp(panel, await loggedIn(panel)),
    told: ['enrolled'],
    notices: ['enabled'],
  },
  'adding an authenticator': {
    prepare: async (panel) => settingUp(panel, (await enrolled(panel)).client, { add: true }),
    told: ['authenticator-added'],
    notices: ['authenticator-added'],
  },
  'replacing the authenticators': {
    prepare: async (panel) => settingUp(panel, (await enrolled(panel)).client),
    told: ['authenticator-replaced'],
    notices: ['authenticator-replaced'],
  },
  'removing an authenticator': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
      await (
        await settingUp(panel, client, { add: true })
      )();
      return () => client.post('/two-step/authenticators/remove', { id: authenticators[0]?.id });
    },
    told: ['authenticator-removed'],
    notices: ['authenticator-removed'],
  },
  disabling: {
    prepare: spending('/two-step/disable', enrolled),
    place: 2,
    told: ['disabled'],
    notices: ['disabled'],
  },
  'spending the code to disable': {
    prepare: spending('/two-step/disable', enrolled),
    told: ['code-accepted'],
  },
  'making new recovery codes': {
    prepare: spending('/two-step/recovery-codes', enrolled),
    told: ['code-accepted', 'recovery-codes-regenerated'],
    notices: ['recovery-codes-regenerated'],
  },
  'saying that recovery codes are saved': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { recoveryCodesSet: set } = (await client.get('/two-step')).body;
      return () => client.post('/two-step/recovery-codes/confirm', { set });
    },
    told: ['recovery-codes-confirmed'],
  },
  'revoking browsers': {
    async prepare(panel) {
      const { client, phone } = await waiting(panel);
      await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      return () => client.post('/two-step/browsers/revoke', { all: true });
    },
    told: ['browsers-revoked'],
  },
  'a code at sign-in': { prepare: spending('/two-step/verify', waiting), told: ['code-accepted'] },
  'a code at step-up': { prepare: spending('/two-step/step-up', enrolled), told: ['code-accepted'] },
  'a recovery code at sign-in': {
    async prepare(panel) {
      const { client } = await waiting(panel);
      const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', BY))!;
      return () => client.post('/two-step/verify', { code });
    },
    told: ['code-accepted', 'recovery-code-used'],
    notices: ['recovery-code-used'],
  },
  'the wrong code that brings a wait': {
    async prepare(panel) {
      const { client } = await waiting(panel);
      const guess: Act = () => client.post('/two-step/verify', { code: '000000' });
      for (let guesses = 0; guesses < 4; guesses++) await guess();
      return guess;
    },
    told: ['code-refused', 'locked'],
    notices: ['locked'],
  },
  'a code through verify()': {
    async prepare(panel) {
      const { phone } = await enrolled(panel);
      return () =>
        panel.secondFactor.verify('alice', phone.nextCode(), { ip: '203.0.113.7', userAgent: 'imap' });
    },
    told: ['code-accepted'],
  },
  'an operator who disables': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.disable('alice', BY)),
    told: ['disabled'],
    notices: ['disabled'],
  },
  'an operator who unlocks': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.unlock('alice', BY)),
    told: ['unlocked'],
  },
  'an operator who makes recovery codes': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.recoveryCodes('alice', BY)),
    told: ['recovery-codes-regenerated'],
    notices: ['recovery-codes-regenerated'],
  },
  'an operator who revokes browsers': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.revokeBrowsers('alice', BY)),
    told: ['browsers-revoked'],
  },
  'an operator who imports': {
    prepare: ({ secondFactor }) =>
      Promise.resolve(() => secondFactor.admin.import('alice', { secret: SECRET, ...BY })),
    told: ['imported'],
    notices: ['enabled'],
  },
  'deleting an account': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.forget('alice')),
    told: ['forgotten'],
  },
  'sealing with a new key': {
    async prepare(panel) {
      const { store, events } = panel;
      await enrolled(panel);
      const keys = [randomBytes(32).toString('base64'), KEY];
      const next = await startPanel({ store, options: { keys, storeTimeoutMs: limit.ms } });
      next.secondFactor.events.on('*', (event) => events.push(event));
      return () => next.secondFactor.admin.rekey();
    },
    told: ['resealed'],
  },
};

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
  async function tell(change: Change, how: 'in time' | 'late'): Promise<object[]> {
    const panel = await start();
    panel.now = NOW;
    const act = await change.prepare(panel);
    await turn();
    notices = [];
    let before = panel.events.length;
    if (how === 'in time') await act();
    else {
      const answer = holdSwap(panel.store, limit, change.place);
      await isRefused(act);
      expect(notices, 'before it is known').to.deep.equal([]);
      before = panel.events.length;
      answer.come();
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
      expect(await tell(change, 'late')).to.deep.equal(inTime.map((event) => ({ ...event, late: true })));
    });
  }

  for (const [trouble, instead] of [
    ['was not made', false],
    ['stays unknown', new Error('connection lost')],
  ] as const) {
    it(`is told to nobody when the late answer is that it ${trouble}`, async () => {
      for (const change of [CHANGES.enabling!, CHANGES.disabling!, CHANGES['an operator who unlocks']!]) {
        const panel = await start();
        const act = await change.prepare(panel);
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

  it('is told of a Redis whose answer is on its way', async () => {
    const server = await startRedis();
    const proxy = await startTcpProxy(server);
    const [near, far] = [
      connectRedis(server),
      connectRedis({ ...server, url: `redis://${proxy.host}:${proxy.port}` }),
    ];
    try {
      const panel = await start({ store: redisStore(far) });
      const { client, phone } = await enrolled(panel);
      const before = await near.get('second-factor:alice');
      const swap = panel.store.compareAndSet.bind(panel.store);
      panel.store.compareAndSet = (...given) => {
        proxy.holdAnswers();
        return swap(...given);
      };
      const refused = isRefused(() => client.post('/two-step/recovery-codes', { code: phone.nextCode() }));
      await until('the swap to be made', async () => (await near.get('second-factor:alice')) !== before);
      await limit.passOnce();
      await refused;
      panel.told();
      proxy.restore();
      await eventually('the late events', () => {
        expect(panel.events.filter(({ late }) => late).map(({ name }) => name)).to.deep.equal([
          'code-accepted',
          'recovery-codes-regenerated',
        ]);
      });
    } finally {
      for (const redis of [near, far]) redis.disconnect();
      await proxy.close();
      await server.kill();
    }
  });
});
