import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { enable, enroll, loggedIn, phoneWith } from '../support/people.js';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { Client } from '../support/client.js';

const LEVELS = ['root', 'admin', 'user'];

describe('impersonation, when somebody of the stack changes', () => {
  let panel: LevelPanel;
  let root: Client;

  beforeEach(async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    root = new Client(panel);
    await root.login('root');
  });

  afterEach(() => panel.close());

  const eventNames = () => panel.events.map(({ name }) => name);
  const enrollElsewhere = (login: string) => enroll(panel, login);

  describe('K5: ends when the actor changes', () => {
    beforeEach(() => root.actAs('alice'));

    it('falls back to an actor who was demoted', async () => {
      panel.users.get('root')!.level = 'user';
      expect(await whoIs(root)).to.deep.equal(['root']);
      expect(eventNames()).to.include('impersonation-ended');
    });

    it('leaves nobody signed in when the actor’s password changed', async () => {
      panel.users.get('root')!.passwordChangedAt = 2;
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('leaves nobody signed in when the actor was deleted', async () => {
      panel.users.delete('root');
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('leaves nobody signed in when the actor enabled a second factor elsewhere', async () => {
      const other = await loggedIn(panel, 'root');
      await enable(panel, other);
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('refuses the request that would have changed something, and does it for nobody', async () => {
      panel.users.get('root')!.level = 'user';
      expect((await root.post('/me')).status).to.equal(403);
      expect(await whoIs(root)).to.deep.equal(['root']);
    });
  });

  describe('K5: with a second factor of the actor', () => {
    beforeEach(async () => {
      await enable(panel, root);
      await root.actAs('alice');
      expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
    });

    it('ends as nobody when it was taken off', async () => {
      await panel.secondFactor.admin.disable('root', { by: 'test' });
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('ends as nobody when it was replaced', async () => {
      await panel.secondFactor.admin.disable('root', { by: 'test' });
      await enrollElsewhere('root');
      expect(await whoIs(root)).to.deep.equal([null]);
      expect((await root.leave()).body.code).to.equal('not-impersonating');
    });

    it('does nothing, and forgets nobody, while the store cannot tell', async () => {
      const original = panel.store.get.bind(panel.store);
      panel.store.get = () => Promise.reject(new Error('down'));
      expect((await root.get('/me')).status).to.equal(503);
      expect((await root.leave()).status).to.equal(503);
      panel.store.get = original;
      expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
    });
  });

  it('K5: ends for every browser that has the cookie when one of them signs out', async () => {
    await root.actAs('alice');
    const other = root.copy();
    await other.post('/logout');
    expect(await whoIs(root)).to.deep.equal([null]);
    expect((await root.leave()).status).to.equal(409);
  });

  const returns: Record<string, [change: () => unknown, ends: (string | null)[]]> = {
    // Still below root, but with no rights over alice any more.
    'was demoted': [() => (panel.users.get('admin')!.level = 'user'), ['root', 'admin']],
    'was promoted': [() => (panel.users.get('admin')!.level = 'root'), ['root']],
    'was deleted': [() => panel.users.delete('admin'), ['root']],
    'has another password': [() => (panel.users.get('admin')!.passwordChangedAt = 2), ['root']],
    'enabled a second factor': [() => enrollElsewhere('admin'), ['root']],
  };
  for (const [what, [change, ends]] of Object.entries(returns)) {
    it(`K4, K5: goes past an account in between that ${what}`, async () => {
      await root.actAs('admin');
      await root.actAs('alice');
      await change();
      expect((await root.post('/me')).status, 'nothing is done in a wrong name').to.equal(403);
      expect(await whoIs(root)).to.deep.equal(ends);
      expect(panel.events.filter(({ name }) => name === 'impersonation-ended')).to.have.length(1);
    });
  }

  it('K5: ends as nobody when the actor has a record that does not open', async () => {
    await root.actAs('alice');
    await panel.store.compareAndSet('root', null, '1.nokey.AAAA');
    expect(await whoIs(root)).to.deep.equal([null]);
  });

  describe('K5, K21: between evaluating the request and acting on it', () => {
    /** Does something while the record of an account is read for the nth time from now. */
    function atRead(account: string, nth: number, act: () => unknown): void {
      const original = panel.store.get.bind(panel.store);
      let reads = 0;
      panel.store.get = async (id) => {
        if (id === account && ++reads === nth) {
          panel.store.get = original;
          await act();
        }
        return original(id);
      };
    }

    /** Does something when an account is looked up for the nth time from now. */
    function atLookUp(account: string, nth: number, act: () => unknown): void {
      const original = panel.users.get.bind(panel.users);
      let lookUps = 0;
      panel.users.get = (id) => {
        if (id === account && ++lookUps === nth) {
          panel.users.get = original;
          act();
        }
        return original(id);
      };
    }

    // A request that acts looks at an account when it begins and when it acts.
    for (const nth of [1, 2]) {
      it(`does not leave to a first actor whose password has changed by look-up ${nth}`, async () => {
        await root.actAs('alice');
        atLookUp('root', nth, () => (panel.users.get('root')!.passwordChangedAt = 2));
        const { status, body } = await root.leave();
        expect(status === 200 ? body.state : status).to.be.oneOf(['anonymous', 401, 403, 409]);
        expect(await whoIs(root)).to.deep.equal([null]);
      });

      it(`does not leave to an account in between whose password has changed by look-up ${nth}`, async () => {
        await root.actAs('admin');
        await root.actAs('alice');
        atLookUp('admin', nth, () => (panel.users.get('admin')!.passwordChangedAt = 2));
        const { body } = await root.leave();
        expect(body.actors ?? []).to.deep.equal([]);
        expect([['root'], [null]]).to.deep.include(await whoIs(root));
      });

      it(`does not leave to a first actor whose second factor is gone by read ${nth}`, async () => {
        await enable(panel, root);
        await root.actAs('alice');
        atRead('root', nth, () => panel.secondFactor.admin.disable('root', { by: 'test' }));
        const { status, body } = await root.leave();
        expect(status === 200 ? body.state : status).to.be.oneOf(['anonymous', 401, 403, 409]);
        expect(await whoIs(root)).to.deep.equal([null]);
      });
    }

    it('does not enter for a session that was signed out meanwhile', async () => {
      const other = root.copy();
      atRead('alice', 1, () => other.post('/logout'));
      expect((await root.actAs('alice')).status).to.be.within(400, 499);
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('does not leave for a session that was signed out meanwhile', async () => {
      await root.actAs('admin');
      await root.actAs('alice');
      const other = root.copy();
      atRead('admin', 2, () => other.post('/logout'));
      expect((await root.leave()).status).to.be.within(400, 499);
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('leaves nobody signed in when the session store fails at the write of a hop', async () => {
      const original = panel.sessionStore.set.bind(panel.sessionStore);
      let writes = 0;
      panel.sessionStore.set = (sid, session, done) => {
        if (++writes === 1) done?.(new Error('full'));
        else original(sid, session, done);
      };
      expect((await root.actAs('alice')).status).to.be.at.least(500);
      panel.sessionStore.set = original;
      expect(await whoIs(root)).to.deep.equal([null]);
      expect(eventNames()).to.not.include('impersonation-entered');
    });
  });

  describe('K10: ends when the target changes', () => {
    it('falls back when the target enables a second factor, and is refused from then on', async () => {
      await root.actAs('alice');
      const alice = await loggedIn(panel);
      await enable(panel, alice);
      expect(await whoIs(root)).to.deep.equal(['root']);
      expect((await root.actAs('alice')).body.reason).to.equal('target-has-second-factor');
    });

    it('falls back by one level only when the lower account was promoted', async () => {
      await root.actAs('admin');
      await root.actAs('alice');
      panel.users.get('alice')!.level = 'admin';
      expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    });

    it('falls back to the first actor when the middle account changed', async () => {
      await root.actAs('admin');
      await root.actAs('alice');
      panel.users.get('admin')!.passwordChangedAt = 2;
      expect(await whoIs(root)).to.deep.equal(['root']);
    });

    it('leaves nobody signed in when the target was deleted', async () => {
      await root.actAs('alice');
      panel.users.delete('alice');
      expect(await whoIs(root)).to.deep.equal([null]);
    });

    it('tells once that acting has ended when the target was deleted', async () => {
      await root.actAs('alice');
      panel.events.length = 0;
      panel.users.delete('alice');
      await Promise.all(Array.from({ length: 8 }, () => root.copy().get('/me')));
      await whoIs(root);
      expect(panel.events.map(({ name }) => name)).to.deep.equal(['impersonation-ended']);
      expect(panel.events[0]).to.include({ accountId: 'alice', actorId: 'root', reason: 'target-changed' });
    });

    it('tells it once also to requests that come before the session is saved', async () => {
      await root.actAs('alice');
      const set = panel.sessionStore.set.bind(panel.sessionStore);
      const saves: (() => void)[] = [];
      panel.sessionStore.set = (...given) => void saves.push(() => set(...given));
      panel.events.length = 0;
      panel.users.delete('alice');
      const answers: Promise<unknown>[] = [];
      for (const nth of [1, 2, 3]) {
        answers.push(root.copy().get('/me'));
        await until('the save', () => saves.length === nth);
      }
      for (const save of saves) save();
      await Promise.all(answers);
      panel.sessionStore.set = set;
      await whoIs(root);
      expect(panel.events.map(({ name }) => name)).to.deep.equal(['impersonation-ended']);
      expect(panel.events[0]).to.include({ accountId: 'alice', actorId: 'root', reason: 'target-changed' });
    });
  });

  describe('K21: in a race', () => {
    const admins = ['admin', 'admin2'];
    /** Somebody with rights over others is there only under their own name, or with root named before them. */
    async function expectNamed(clients: readonly Client[]): Promise<void> {
      for (const client of clients) {
        const there = await whoIs(client);
        const last = there.at(-1) ?? null;
        if (last !== null && last !== 'root') expect(there[0], there.join(' > ')).to.equal('root');
        if (there.length > 1) expect(admins.includes(String(there[0]))).to.equal(false);
      }
    }

    it('never leaves an admin without their actor when entering, leaving and signing out race', async () => {
      for (const round of [0, 1, 2]) {
        const client = await loggedIn(panel, 'root');
        await client.actAs('admin');
        const clients = Array.from({ length: 24 }, () => client.copy());
        await Promise.all(
          clients.map((each, i) => {
            if (i % 4 === 0) return each.leave();
            if (i % 12 === 7 + round) return each.post('/logout');
            return each.actAs(i % 4 === 1 ? 'alice' : 'bob');
          }),
        );
        await expectNamed([...clients, client]);
      }
    });

    it('never acts for an actor who was demoted meanwhile', async () => {
      const clients = Array.from({ length: 24 }, () => root.copy());
      const entering = clients.map((client, i) => client.actAs(i % 2 === 0 ? 'admin' : 'alice'));
      panel.users.get('root')!.level = 'user';
      await Promise.all(entering);
      for (const client of [...clients, root]) {
        expect([['root'], [null]]).to.deep.include(await whoIs(client));
      }
    });

    it('never acts as a target who enabled a second factor meanwhile', async () => {
      const alice = await loggedIn(panel);
      const { body } = await alice.post('/two-step/setup');
      const clients = Array.from({ length: 12 }, () => root.copy());
      const entering = clients.map((client) => client.actAs('alice'));
      const code = phoneWith(panel, String(body.key)).code();
      const confirmed = alice.post('/two-step/setup/confirm', { code });
      await Promise.all(entering);
      expect((await confirmed).status).to.equal(200);
      for (const client of [...clients, root]) {
        expect([['root'], [null]]).to.deep.include(await whoIs(client));
        expect((await client.post('/note', {})).status).to.be.oneOf([200, 401, 403]);
      }
      expect(await whoIs(alice)).to.deep.equal(['alice']);
    });

    it('gives of many hops at once no session that does not name who acts', async () => {
      const clients = Array.from({ length: 24 }, () => root.copy());
      const answers = await Promise.all(clients.map((client) => client.actAs('alice')));
      const entered = answers.filter(({ status }) => status === 200).length;
      expect(entered).to.be.at.least(1);
      // Session stores delete without telling whether there was something: hops of one moment may all hold.
      const acting = (await Promise.all(clients.map(whoIs))).filter((there) => there.includes('alice'));
      expect(acting).to.deep.equal(Array<string[]>(entered).fill(['root', 'alice']));
      expect(await whoIs(root)).to.deep.equal([null]);
    });
  });
});
