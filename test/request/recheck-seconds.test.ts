import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import session from 'express-session';
import { memoryStore } from 'passport-second-factor/memory';
import { requireSecondFactor } from 'passport-second-factor';
import type { SecondFactorOptions, Store } from 'passport-second-factor';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enable, enrolled, give, remember, said, signedIn } from '../support/people.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';

const SECONDS = 10;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describe('recheckSeconds', () => {
  let store: Store;
  let reads: number;
  let here: Panel;
  let there: Panel;

  /** Two processes of one application: what they share is the stores and the keys. */
  async function start(
    options: Partial<SecondFactorOptions<User>> = {},
    first?: (panel: Panel) => void,
    beforeRouter?: (panel: Panel) => void,
  ): Promise<void> {
    store = memoryStore();
    const { get } = store;
    reads = 0;
    store.get = (id) => {
      reads++;
      return get.call(store, id);
    };
    const keys = [randomBytes(32).toString('base64')];
    const sessions = new session.MemoryStore();
    const users = [
      { ...user('root'), level: 'root' },
      { ...user('alice'), level: 'user' },
    ];
    const startOne = () =>
      startPanel({
        store,
        users,
        session: { store: sessions },
        ...(first && { first }),
        ...(beforeRouter && { beforeRouter }),
        options: {
          keys,
          recheckSeconds: SECONDS,
          account: ({ id, login, passwordChangedAt, level = 'user' }) => ({
            id,
            name: login,
            level,
            securityStamp: passwordChangedAt,
          }),
          impersonation: { levels: ['root', 'user'] },
          rememberBrowsers: { days: 30 },
          ...options,
        },
        routes({ app }) {
          app.get('/fresh', requireSecondFactor({ maxAge: 300 }), (_req, res) => void res.json({}));
          app.get('/may/:id', async (req, res) => {
            res.json(await req.secondFactor?.mayImpersonate(req.params.id));
          });
        },
      });
    [here, there] = [await startOne(), await startOne()];
    there.now = here.now;
  }
  beforeEach(() => start());
  afterEach(stopPanels);

  const readsOf = async (act: () => Promise<unknown>): Promise<number> => {
    reads = 0;
    await act();
    return reads;
  };
  /** The same browser, sent to the other process by the load balancer. */
  const overThere = (client: Client): Client => new Client(there, client.cookies);
  const pass = (seconds: number): void => {
    here.now += seconds * 1000;
    there.now = here.now;
  };

  it('reads a record once in that time for requests of who is signed in, enrolled or not', async () => {
    const { client } = await enrolled(here);
    const root = await signedIn(here, 'root');
    for (const [who, path] of [
      [client, '/secret'],
      [root, '/me'],
    ] as const) {
      await who.get(path);
      expect(await readsOf(() => who.get(path)), path).to.equal(0);
    }
    pass(SECONDS);
    expect(await readsOf(() => client.get('/secret'))).to.equal(1);
    expect(await readsOf(() => client.get('/secret'))).to.equal(0);
  });

  it('notices at once what this process changed', async () => {
    const { client } = await enrolled(here);
    const other = new Client(here);
    await client.get('/secret');
    await here.secondFactor.admin.disable('alice', { by: 'test' });
    expect(said(await client.get('/secret'))).to.equal('enrollment-required');
    await other.login('alice');
    await enable(here, other);
    expect(said(await client.get('/secret'))).to.equal('code-required');
  });

  it('notices what another process changed when the time is over, and not before', async () => {
    const { client } = await enrolled(here);
    await overThere(client).get('/secret');
    await here.secondFactor.admin.disable('alice', { by: 'test' });
    const late = overThere(client);
    expect((await late.get('/secret')).status).to.equal(200);
    pass(SECONDS - 1);
    expect((await late.get('/secret')).status).to.equal(200);
    pass(1);
    expect(said(await late.get('/secret'))).to.equal('enrollment-required');
  });

  const CHANGES: Readonly<Record<string, () => Promise<Client>>> = {
    async enabled() {
      const owner = await signedIn(here);
      await enable(here, owner);
      return owner;
    },
    async disabled() {
      await here.secondFactor.admin.disable('alice', { by: 'test' });
      return signedIn(here);
    },
    async replaced() {
      await here.secondFactor.admin.disable('alice', { by: 'test' });
      return (await enrolled(here)).client;
    },
  };
  for (const [change, make] of Object.entries(CHANGES)) {
    it(`takes nothing from a session that began after another process ${change} a second factor`, async () => {
      const before = change === 'enabled' ? await signedIn(here) : (await enrolled(here)).client;
      await overThere(before).get('/me');
      const after = overThere(await make());
      there.told();
      const { cookie } = after;
      for (const _again of [1, 2]) expect(await after.me()).to.equal('alice');
      expect(after.cookie).to.equal(cookie);
      expect(there.told()).to.deep.equal([]);
      expect(said(await after.get('/secret'))).to.equal(
        change === 'disabled' ? 'enrollment-required' : '200',
      );
    });
  }

  it('takes no record for lost that another process made since', async () => {
    let isEnrolled = false;
    await start({
      account: ({ id, login }) => ({ id, name: login, enrolled: id === 'alice' && isEnrolled }),
      setEnrolled: (_id, enrolled) => void (isEnrolled = enrolled),
      impersonation: undefined,
    });
    const owner = await signedIn(here);
    const elsewhere = await signedIn(there);
    await overThere(owner).get('/me');
    await enable(here, owner);
    there.told();
    expect((await overThere(owner).get('/secret')).status).to.equal(200);
    expect(there.told()).to.deep.equal([]);
    expect(said(await elsewhere.get('/secret'))).to.equal('code-required');
  });

  it('finds the user on every request all the same', async () => {
    const { client } = await enrolled(here);
    await client.get('/secret');
    here.users.find(({ id }) => id === 'alice')!.passwordChangedAt = 2;
    expect(said(await client.get('/secret'))).to.equal('login-required');
  });

  it('reads always for codes, set-ups, hops, our own routes and guards with maxAge', async () => {
    const { client, phone } = await enrolled(here);
    await here.secondFactor.admin.disable('alice', { by: 'test' });
    const owner = await enrolled(here, 'alice', client);
    const root = await signedIn(here, 'root');
    await root.get('/me');
    expect(phone.code()).to.match(/^\d{6}$/);
    const code = () => owner.phone.nextCode();
    for (const [what, act] of [
      ['the settings', () => client.get('/two-step')],
      ['a code', () => give(client, 'step-up', code())],
      ['a set-up', () => client.post('/two-step/setup', { add: true })],
      ['a hop', () => root.actAs('alice')],
      ['maxAge', () => client.get('/fresh')],
      ['a first step', () => new Client(here).login('alice')],
      ['headless', () => here.secondFactor.verify('alice', code())],
    ] as const) {
      await client.get('/me');
      await root.get('/me');
      expect(await readsOf(act), what).to.be.above(0);
    }
  });

  it('says who may act as whom by what another process has changed', async () => {
    const root = await signedIn(here, 'root');
    await root.get('/me');
    expect((await root.get('/may/alice')).body).to.deep.equal({ ok: true });
    await enable(there, await signedIn(there, 'root'));
    expect((await root.get('/may/alice')).body).to.deep.equal({ ok: false, reason: 'actor-not-verified' });
  });

  it('lets no own route go by what another process has changed, where a middleware has changed the path', async () => {
    await start({}, ({ app }) => {
      app.use((req, _res, next) => {
        req.url = req.url.replace(/^\/de(?=\/)/, '');
        next();
      });
    });
    const ASKS: readonly ((client: Client) => Promise<Answer>)[] = [
      (client) => client.get('/de/two-step'),
      (client) => client.post('/de/two-step/impersonation', { account: 'alice' }),
    ];
    for (const ask of ASKS) {
      const { client } = await enrolled(here, 'root');
      const late = overThere(client);
      await late.get('/me');
      await here.secondFactor.admin.disable('root', { by: 'test' });
      there.told();
      await ask(late);
      expect(there.told()[0]).to.equal('session-demoted');
    }
  });

  it('lets no guard with maxAge go by what another process has changed', async () => {
    const { client } = await enrolled(here);
    const late = overThere(client);
    await late.get('/secret');
    await here.secondFactor.admin.disable('alice', { by: 'test' });
    expect((await late.get('/secret')).status).to.equal(200);
    expect(said(await late.get('/fresh'))).to.equal('enrollment-required');
    expect(said(await late.get('/secret'))).to.equal('enrollment-required');
  });

  it('reads always on a remembered browser, and while somebody acts', async () => {
    const owner = await enrolled(here);
    const { client } = owner;
    await remember(owner);
    await client.get('/me');
    expect(await readsOf(() => client.get('/secret')), 'remembered').to.equal(1);
    await here.secondFactor.admin.disable('alice', { by: 'test' });
    const root = await signedIn(here, 'root');
    await root.actAs('alice');
    await root.get('/me');
    expect(await readsOf(() => root.get('/me')), 'acting').to.be.above(0);
  });

  it('answers 503, and lets nobody in, where a guard with maxAge finds the store away', async () => {
    const { client } = await enrolled(here);
    await client.get('/secret');
    store.get = () => Promise.reject(new Error('away'));
    expect((await client.get('/secret')).status).to.equal(200);
    expect(await client.get('/fresh')).to.deep.include({ status: 503, body: { code: 'store-unavailable' } });
    pass(SECONDS);
    expect((await client.get('/secret')).status).to.equal(503);
  });

  it('hands an answer that it cannot give to the error handler, where the application has answered meanwhile', async () => {
    let answered = (): void => undefined;
    let asks = false;
    await start({
      policy: async () => {
        if (asks) answered();
        return Promise.resolve('optional');
      },
    });
    here.app.get(
      '/answered',
      (_req, res, next) => {
        asks = true;
        answered = () => {
          if (!res.headersSent) res.status(503).json({ late: true });
        };
        next();
      },
      requireSecondFactor({ maxAge: 300 }),
    );
    here.app.use(((error: { code?: string }, _req, _res, _next) => {
      here.errors.push(error);
    }) satisfies ErrorRequestHandler);
    const { client } = await enrolled(here);
    pass(301);
    expect((await client.get('/answered')).body).to.deep.equal({ late: true });
    expect(here.errors).to.have.length(1);
    expect(here.errors[0]).to.have.property('code', 'ERR_HTTP_HEADERS_SENT');
  });

  it('is off by default, and takes whole seconds up to a minute', async () => {
    await start({ recheckSeconds: undefined });
    const { client } = await enrolled(here);
    await client.get('/secret');
    expect(await readsOf(() => client.get('/secret'))).to.equal(1);
    for (const recheckSeconds of [-1, 61, 0.5, '1', null]) {
      const wrong = await start({ recheckSeconds: recheckSeconds as number }).catch(
        (error: unknown) => error,
      );
      expect(wrong, String(recheckSeconds)).to.include({ code: 'option-invalid' });
    }
  });

  it('never lets the password alone in where the application’s own factor has just moved elsewhere', async () => {
    const own = new Set(['alice']);
    const ask: RequestHandler = (req, res, next) => {
      if (req.secondFactor?.otherFactor) res.status(401).json({ code: 'own-code' });
      else next();
    };
    await start(
      {
        account: ({ id }) => ({ id, name: id, securityStamp: 1, otherFactor: own.has(id) }),
        setEnrolled: (id) => void own.delete(id),
      },
      undefined,
      ({ app }) => app.use(ask),
    );
    const thief = new Client(here);
    await thief.login('alice');
    const second = await signedIn(here, 'alice');
    expect(said(await thief.get('/me'))).to.equal('own-code');
    await there.secondFactor.admin.import('alice', { secret: SECRET, by: 'own code' });
    expect(own.size).to.equal(0);
    for (const client of [thief, second]) expect(await client.me()).to.equal(null);
    expect(said(await thief.get('/secret'))).to.equal('code-required');
  });
});
