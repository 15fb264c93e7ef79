import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enable, loggedIn } from '../support/people.js';

const LEVELS = ['root', 'admin', 'user'];
const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('impersonation', () => {
  let panel: LevelPanel;
  let root: Client;

  beforeEach(async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    root = new Client(panel);
    await root.login('root');
  });

  afterEach(() => panel.close());

  const leave = (client: Client, body?: unknown) => client.post('/two-step/impersonation/leave', body);
  const eventNames = () => panel.events.map(({ name }) => name);

  it('enters an account below, hops further down, and goes back level by level', async () => {
    expect((await root.actAs('admin')).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    expect((await root.actAs('alice')).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root', 'admin', 'alice']);
    expect((await leave(root)).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    expect((await leave(root)).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal(['root']);
  });

  it('K1: leaves for nobody who did not enter, and takes no parameter', async () => {
    const alice = await loggedIn(panel);
    const refused = await leave(alice, { account: 'root', to: 'root', user: 'root' });
    expect(refused.status).to.equal(409);
    expect(refused.body.code).to.equal('not-impersonating');
    expect(await whoIs(alice)).to.deep.equal(['alice']);

    await root.actAs('alice');
    await leave(root, { account: 'admin', actor: 'admin' });
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect((await leave(new Client(panel))).status).to.equal(409);
  });

  it('K2: has no GET, and nothing for anonymous and half-finished sign-ins', async () => {
    const get = await root.get('/two-step/impersonation?account=alice');
    expect(get.status).to.equal(404);
    expect((await root.post('/two-step/impersonation?account=alice', {})).body.reason).to.equal(
      'account-unknown',
    );
    expect((await new Client(panel).actAs('alice')).body.code).to.equal('login-required');
    const admin = await loggedIn(panel, 'admin');
    await enable(panel, admin);
    const pending = await loggedIn(panel, 'admin');
    expect((await pending.actAs('alice')).body.code).to.equal('code-required');
    expect(await whoIs(pending)).to.deep.equal([null]);
  });

  describe('K3: climbs for nobody', () => {
    const below: Record<string, string[]> = {
      root: ['admin', 'admin2', 'alice', 'bob'],
      admin: ['alice', 'bob'],
    };
    for (const actor of ['root', 'admin', 'alice']) {
      for (const target of ['root', 'admin', 'admin2', 'alice', 'bob', 'lost', 'nobody']) {
        const allowed = below[actor]?.includes(target) ?? false;
        it(`${allowed ? 'lets' : 'refuses'} ${actor} → ${target}`, async () => {
          const client = await loggedIn(panel, actor);
          const preview = await client.get(`/may/${target}`);
          expect(preview.body.ok).to.equal(allowed);
          const answer = await client.actAs(target);
          expect(answer.status).to.equal(allowed ? 200 : 403);
          if (!allowed)
            expect(answer.body).to.include({ code: 'impersonation-refused', reason: preview.body.reason });
          expect(await whoIs(client)).to.deep.equal(allowed ? [actor, target] : [actor]);
        });
      }
    }
  });

  for (const account of [undefined, null, 1, true, [], ['alice'], { $ne: null }, '', 'ALICE', 'alice ']) {
    it(`refuses the account ${JSON.stringify(account)}`, async () => {
      expect((await root.actAs(account)).status).to.equal(403);
      expect(await whoIs(root)).to.deep.equal(['root']);
    });
  }

  it('K4: builds no circle by hopping', async () => {
    await root.actAs('admin');
    for (const target of ['root', 'admin', 'admin2']) {
      expect((await root.actAs(target)).body.reason).to.equal('not-below');
    }
    await root.actAs('alice');
    for (const target of ['root', 'admin', 'alice', 'bob']) {
      expect((await root.actAs(target)).body.reason).to.equal('not-below');
    }
    expect(await whoIs(root)).to.deep.equal(['root', 'admin', 'alice']);
  });

  describe('M12: leaves accounts with a second factor to their owners', () => {
    it('refuses them although their record does not open', async () => {
      await panel.store.compareAndSet('alice', null, '1.nokey.AAAA');
      expect((await root.actAs('alice')).body.reason).to.equal('target-has-second-factor');
    });

    it('refuses when the store cannot tell', async () => {
      const original = panel.store.get.bind(panel.store);
      panel.store.get = (id) => (id === 'alice' ? Promise.reject(new Error('down')) : original(id));
      expect((await root.actAs('alice')).status).to.equal(503);
      panel.store.get = original;
      expect(await whoIs(root)).to.deep.equal(['root']);
    });
  });

  describe('K8: guards go by the first actor’s second factor', () => {
    it('refuses strict guards to actors without one, and lets lenient ones', async () => {
      await root.actAs('alice');
      expect((await root.get('/api/secret')).body.code).to.equal('impersonation-refused');
      expect((await root.get('/api/danger')).body.code).to.equal('impersonation-refused');
      expect((await root.get('/api/lenient')).status).to.equal(200);
    });

    it('lets strict guards, but none that asks for a fresh code, to actors with one', async () => {
      await enable(panel, root);
      await root.actAs('alice');
      expect((await root.get('/api/secret')).status).to.equal(200);
      expect((await root.get('/api/danger')).body.code).to.equal('impersonation-refused');
      expect((await root.get('/two-step')).body.amr).to.deep.equal([]);
    });
  });

  it('K11: changes no second factor and no password while acting, whatever the verb', async () => {
    await root.actAs('alice');
    const paths = ['/setup', '/setup/confirm', '/setup/cancel', '/disable', '/step-up'];
    paths.push('/recovery-codes', '/recovery-codes/confirm');
    for (const path of paths) {
      const refused = await root.post(`/two-step${path}`, { code: '123456' });
      expect([refused.status, refused.body.code], path).to.deep.equal([403, 'impersonation-refused']);
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        expect((await root.send(method, `/two-step${path}`, { code: '123456' })).status, path).to.equal(404);
      }
    }
    expect((await root.get('/two-step/setup')).body.code).to.equal('impersonation-refused');
    expect((await root.get('/two-step/step-up')).body.code).to.equal('impersonation-refused');
    expect((await root.post('/password')).body.code).to.equal('impersonation-refused');
    expect(await panel.store.get('alice')).to.equal(null);
    expect(await panel.store.get('root')).to.equal(null);
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
  });

  it('K12: refuses to enter and leave from other sites', async () => {
    const forged: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
    ];
    for (const headers of forged) {
      const refused = await root.post('/two-step/impersonation', { account: 'alice' }, headers);
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'cross-site']);
    }
    expect(await whoIs(root)).to.deep.equal(['root']);
    await root.actAs('alice');
    for (const headers of forged) {
      const refused = await root.post('/two-step/impersonation/leave', {}, headers);
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'cross-site']);
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      expect((await root.send(method, '/two-step/impersonation/leave')).status, method).to.equal(404);
    }
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
  });

  it('K14: ends after an hour, which going further down does not extend', async () => {
    await root.actAs('admin');
    panel.now += 10 * MINUTE;
    await root.actAs('alice');
    panel.now += 50 * MINUTE - 1;
    expect(await whoIs(root)).to.deep.equal(['root', 'admin', 'alice']);
    panel.now += 1;
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect(panel.events.at(-1)).to.include({
      name: 'impersonation-ended',
      accountId: 'alice',
      actorId: 'root',
    });
  });

  it('K14: ends when the clock was set back, rather than last longer', async () => {
    await root.actAs('alice');
    panel.now -= 2 * MINUTE;
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect(panel.events.at(-1)).to.include({ name: 'impersonation-ended', reason: 'expired' });
  });

  it('K14: gives the actor back their proof with its age', async () => {
    await root.actAs('alice');
    panel.now += 16 * MINUTE;
    await leave(root);
    expect((await root.actAs('alice')).body.code).to.equal('step-up-required');
  });

  it('K15: names target and first actor in every event of the span', async () => {
    panel.events.length = 0;
    await root.actAs('root');
    await root.actAs('nobody');
    await root.actAs('admin');
    await root.actAs('alice');
    await root.actAs('bob');
    await leave(root);
    await leave(root);
    expect(panel.events.map(({ name, accountId, actorId }) => [name, accountId, actorId])).to.deep.equal([
      ['impersonation-refused', 'root', 'root'],
      ['impersonation-refused', 'nobody', 'root'],
      ['impersonation-entered', 'admin', 'root'],
      ['impersonation-entered', 'alice', 'root'],
      ['impersonation-refused', 'bob', 'root'],
      ['impersonation-left', 'alice', 'root'],
      ['impersonation-left', 'admin', 'root'],
    ]);
  });

  it('K16: takes nothing but the account from any body', async () => {
    const alice = new Client(panel);
    const planted = {
      actors: ['root'],
      actor: 'root',
      impersonatedBy: 'root',
      state: 'verified',
      until: Number.MAX_SAFE_INTEGER,
      level: 'root',
      passportSecondFactor: { state: 'impersonating', account: 'alice', actors: [{ account: 'root' }] },
      ['__proto__']: { level: 'root' },
    };
    await alice.post('/login', { ...planted, username: 'alice', password: 'password' });
    expect(await whoIs(alice)).to.deep.equal(['alice']);
    for (const path of ['/impersonation', '/impersonation/leave', '/verify', '/setup', '/cancel']) {
      await alice.post(`/two-step${path}`, { ...planted, account: 'bob' });
    }
    expect(await whoIs(alice)).to.deep.equal(['alice']);

    await root.actAs('admin');
    await root.post('/two-step/impersonation', { ...planted, account: 'alice' });
    expect(await whoIs(root)).to.deep.equal(['root', 'admin', 'alice']);
    panel.now += HOUR;
    expect(await whoIs(root)).to.deep.equal(['root']);
  });

  it('K17: asks an actor with an old proof to confirm that it is them', async () => {
    const { phone } = await enable(panel, root);
    panel.now += 15 * MINUTE + 1000;
    const stale = await root.actAs('alice');
    expect(stale.status).to.equal(401);
    expect(stale.body).to.include({ code: 'step-up-required', location: '/two-step/step-up' });
    expect((await root.post('/two-step/step-up', { code: phone.code() })).status).to.equal(200);
    expect((await root.actAs('alice')).status).to.equal(200);
  });

  it('K17: asks an actor whose clock was set back for a new proof, too', async () => {
    panel.now -= HOUR;
    expect((await root.actAs('alice')).body.code).to.equal('step-up-required');
  });

  it('K18: ends what is under way when the option is turned off', async () => {
    await root.actAs('alice');
    panel = await panel.restart(undefined);
    const again = new Client(panel);
    for (const [name, value] of root.cookies) again.cookies.set(name, value);
    expect(await whoIs(again)).to.deep.equal(['root']);
    expect(panel.events.at(-1)).to.include({ name: 'impersonation-ended', reason: 'switched-off' });
    expect((await again.actAs('alice')).status).to.equal(404);
    expect((await leave(again)).status).to.equal(404);
  });

  it('K7, K19: carries nothing over, neither down nor back', async () => {
    await root.post('/note', {});
    await root.actAs('alice');
    expect((await root.get('/note')).body.note).to.equal(null);
    await root.post('/note', {});
    await leave(root);
    expect((await root.get('/note')).body.note).to.equal(null);
  });

  it('K20: is no sign-in of the target, and leaves them as they were', async () => {
    const alice = await loggedIn(panel);
    panel.now += MINUTE;
    const before = (await alice.get('/two-step')).body;
    panel.signedIn.length = panel.events.length = 0;
    await root.actAs('alice');
    await root.get('/api/secret');
    await leave(root);
    expect(panel.signedIn).to.deep.equal([]);
    expect(eventNames()).to.deep.equal(['impersonation-entered', 'impersonation-left']);
    expect((await alice.get('/two-step')).body).to.deep.equal(before);
    expect(await panel.secondFactor.status('alice')).to.deep.include({ enrolled: false });
    for await (const account of panel.store.list()) expect.fail(`a record of ${account}`);
  });

  it('gives every hop and return a new session, and copies of the old cookie nothing', async () => {
    const before = root.copy();
    await root.actAs('alice');
    const during = root.copy();
    expect(await whoIs(before)).to.deep.equal([null]);
    await leave(root);
    expect(await whoIs(during)).to.deep.equal([null]);
    expect(await whoIs(root)).to.deep.equal(['root']);
  });

  it('ends all levels at sign-out, also when the application keeps its session values', async () => {
    await root.actAs('admin');
    await root.actAs('alice');
    await root.post('/logout');
    expect(await whoIs(root)).to.deep.equal([null]);
    expect((await leave(root)).status).to.equal(409);
  });

  it('refuses to sign in as the present target, and begins anew as anybody else', async () => {
    await root.actAs('alice');
    expect((await root.login('alice')).status).to.equal(403);
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
    await root.login('bob');
    expect(await whoIs(root)).to.deep.equal(['bob']);
  });

  it('K21: never ends as admin without actors when entering and leaving race', async () => {
    await root.actAs('admin');
    const clients = Array.from({ length: 12 }, () => root.copy());
    await Promise.all(
      clients.map((client, i) => (i % 3 === 0 ? leave(client) : client.actAs(i % 3 === 1 ? 'alice' : 'bob'))),
    );
    for (const client of [...clients, root]) {
      expect([
        ['root'],
        ['root', 'admin'],
        ['root', 'admin', 'alice'],
        ['root', 'admin', 'bob'],
        [null],
      ]).to.deep.include(await whoIs(client));
    }
  });

  it('asks the application about the actor and about who signed in', async () => {
    const asked: string[] = [];
    const other = await panel.restart({
      levels: LEVELS,
      canActAs: async (actor, target) => {
        asked.push(`${actor.id} → ${target.id}`);
        return target.id !== 'bob' || actor.id === 'root';
      },
    });
    panel = other;
    const client = await loggedIn(other, 'root');
    await client.actAs('admin');
    asked.length = 0;
    expect((await client.actAs('bob')).body.reason).to.equal('not-allowed');
    expect((await client.actAs('alice')).status).to.equal(200);
    expect(asked).to.include.members(['admin → bob', 'admin → alice', 'root → alice']);
  });
});
