import { expect } from 'chai';
import express from 'express';
import session from 'express-session';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { Client } from '../support/client.js';
import { burst, enable, loggedIn } from '../support/people.js';
import { SlowSessions } from '../support/slow-sessions.js';

describe('impersonation: how it ended is told', () => {
  let panel: LevelPanel;
  let root: Client;

  /** What becomes of the ends of sessions. */
  let destroys: 'as asked' | 'never' | 'late';

  beforeEach(async () => {
    destroys = 'as asked';
    const sessions = new session.MemoryStore();
    const destroy = sessions.destroy.bind(sessions);
    sessions.destroy = (id, done) => {
      if (destroys === 'as asked') destroy(id, done);
      else if (destroys === 'late') destroy(id, () => done?.(new Error('late')));
      else done?.(new Error('away'));
    };
    panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] }, { sessions });
    root = new Client(panel);
    await root.login('root');
    await root.actAs('alice');
    panel.events.length = 0;
  });
  afterEach(() => panel.close());

  const told = (): unknown[] =>
    panel.events.map(({ name, accountId, actorId, ...rest }) => [
      name,
      accountId,
      actorId,
      ...('reason' in rest ? [rest.reason] : []),
    ]);

  it('by signing out, with who really did', async () => {
    await root.post('/logout');
    expect(told()).to.deep.equal([
      ['impersonation-ended', 'alice', 'root', 'signed-out'],
      ['signed-out', 'alice', 'root'],
    ]);
  });

  it('by signing in to another account, with a second factor or without', async () => {
    const bob = await loggedIn(panel, 'bob');
    await enable(panel, bob);
    for (const [login, next] of [
      ['admin', 'signed-in'],
      ['bob', 'code-required'],
    ] as const) {
      const client = await loggedIn(panel, 'root');
      await client.actAs('alice');
      panel.events.length = 0;
      await client.login(login);
      expect(told()).to.deep.equal([
        ['impersonation-ended', 'alice', 'root', 'new-sign-in'],
        [next, login, undefined],
      ]);
    }
  });

  it('once, whatever else asks at that moment', async () => {
    const many = (ask: (client: Client) => Promise<unknown>) => burst(5, () => ask(root.copy()));
    await many((client) => client.leave());
    expect(told()).to.deep.equal([['impersonation-left', 'alice', 'root']]);

    for (const [changes, reason] of [
      ['alice', 'target-changed'],
      ['root', 'actor-changed'],
    ] as const) {
      root = new Client(panel);
      await root.login('root');
      await root.actAs('alice');
      panel.events.length = 0;
      panel.users.get(changes)!.passwordChangedAt++;
      await many((client) => client.get('/me'));
      expect(told()).to.deep.equal([['impersonation-ended', 'alice', 'root', reason]]);
    }
  });

  it('once, however many sign out or in at that moment', async () => {
    const { get } = panel.sessionStore;
    for (const reason of ['signed-out', 'new-sign-in'] as const) {
      const client = await loggedIn(panel, 'root');
      await client.actAs('alice');
      panel.events.length = 0;
      // Each is let in before one of them ends the session.
      let waiting: (() => void)[] = [];
      panel.sessionStore.get = (id, done) => {
        waiting.push(() => get.call(panel.sessionStore, id, done));
        if (waiting.length < 5) return;
        for (const go of waiting) go();
        waiting = [];
        panel.sessionStore.get = get;
      };
      const end = (copy: Client) => (reason === 'signed-out' ? copy.post('/logout') : copy.login('admin'));
      await burst(5, () => end(client.copy()));
      const ends = panel.events.filter(({ name }) => name === 'impersonation-ended');
      expect(ends).to.have.length(1);
      expect(ends[0]).to.include({ accountId: 'alice', actorId: 'root', reason });
    }
  });

  it('once, where somebody goes back and signs out or in at the same moment', async () => {
    const slow = await startLevelPanel(
      { levels: ['root', 'admin', 'user'] },
      { sessions: new SlowSessions(), users: panel.users },
    );
    const back = (at: Client): Promise<unknown> => at.leave();
    const out = (at: Client): Promise<unknown> => at.post('/logout');
    const inAgain = (at: Client): Promise<unknown> => at.login('admin');
    for (const ways of [
      [back, out],
      [out, back],
      [back, inAgain],
      [inAgain, back],
    ]) {
      const client = await loggedIn(slow, 'root');
      await client.actAs('alice');
      slow.events.length = 0;
      await Promise.all(ways.map((ask) => ask(client.copy())));
      const ends = slow.events.filter(({ name }) => /^impersonation-(left|ended)$/.test(name));
      expect(ends).to.have.lengthOf(1);
    }
    await slow.close();
  });

  it('not while it goes on because the sessions are away', async () => {
    const destroy = panel.sessionStore.destroy.bind(panel.sessionStore);
    const get = panel.sessionStore.get.bind(panel.sessionStore);
    let reads = 0;
    panel.sessionStore.get = (id, done) => {
      if (++reads % 2 === 0) done(new Error('away'));
      else get(id, done);
    };
    expect((await root.leave()).status).to.equal(500);
    Object.assign(panel.sessionStore, { get, destroy });
    expect((await root.get('/me')).body.actors).to.deep.equal(['root']);
    expect(told()).to.deep.equal([]);
  });

  it('not when signing out fails and it goes on', async () => {
    const set = panel.sessionStore.set.bind(panel.sessionStore);
    panel.sessionStore.set = (_id, _session, done) => done?.(new Error('away'));
    expect((await root.post('/logout')).status).to.equal(500);
    panel.sessionStore.set = set;
    expect((await root.get('/me')).body.actors).to.deep.equal(['root']);
    expect(told()).to.deep.equal([]);
  });

  it('when signing out fails and it is over all the same', async () => {
    panel.sessionStore.destroy = (_id, done) => done?.(new Error('away'));
    expect((await root.post('/logout')).status).to.equal(500);
    expect((await root.get('/me')).body.user).to.equal(null);
    expect(told()).to.deep.equal([
      ['impersonation-ended', 'alice', 'root', 'signed-out'],
      ['signed-out', 'alice', 'root'],
    ]);
  });

  for (const login of ['admin', 'bob'] as const) {
    const next = login === 'admin' ? 'signed in' : 'asked for a code';

    it(`when a sign-in fails that would be ${next}, once, and only if it is over`, async () => {
      if (login === 'bob') {
        const bob = await loggedIn(panel, 'bob');
        await enable(panel, bob);
        panel.events.length = 0;
      }
      const [set, destroy] = [panel.sessionStore.set, panel.sessionStore.destroy];
      panel.sessionStore.destroy = (_id, done) => done?.(new Error('away'));
      expect((await root.copy().login(login)).status).to.equal(500);
      panel.sessionStore.destroy = destroy;
      expect((await root.get('/me')).body.actors).to.deep.equal(['root']);
      expect(told()).to.deep.equal([]);

      panel.sessionStore.set = (_id, _session, done) => done?.(new Error('away'));
      expect((await root.login(login)).status).to.equal(500);
      panel.sessionStore.set = set;
      expect((await root.get('/me')).body.user ?? null).to.equal(null);
      expect(told()).to.deep.equal([['impersonation-ended', 'alice', 'root', 'new-sign-in']]);
    });
  }

  for (const [login, next] of [
    ['admin', 'signed in'],
    ['bob', 'asked for a code'],
  ] as const) {
    describe(`when a sign-in fails that would be ${next}`, () => {
      beforeEach(async () => {
        if (login === 'admin') return;
        const bob = await loggedIn(panel, 'bob');
        await enable(panel, bob);
        panel.events.length = 0;
      });

      it('because the store says too late that the session is gone', async () => {
        destroys = 'late';
        expect((await root.copy().login(login)).status).to.equal(500);
        expect((await root.get('/me')).body.user).to.equal(null);
        expect(told()).to.deep.equal([['impersonation-ended', 'alice', 'root', 'new-sign-in']]);
      });

      it('because the store is away once the session is gone', async () => {
        const { get, set, destroy } = panel.sessionStore;
        panel.sessionStore.destroy = (id, done) => {
          destroy.call(panel.sessionStore, id, done);
          panel.sessionStore.get = (_id, failed) => failed(new Error('away'));
          panel.sessionStore.set = (_id, _session, failed) => failed?.(new Error('away'));
          panel.sessionStore.destroy = (_id, failed) => failed?.(new Error('away'));
        };
        expect((await root.copy().login(login)).status).to.equal(500);
        Object.assign(panel.sessionStore, { get, set, destroy });
        expect((await root.get('/me')).body.user).to.equal(null);
        expect(told()).to.deep.equal([['impersonation-ended', 'alice', 'root', 'new-sign-in']]);
      });

      it('not because the store could not end the session, and could do all else', async () => {
        const { destroy } = panel.sessionStore;
        panel.sessionStore.destroy = (_id, done) => {
          panel.sessionStore.destroy = destroy;
          done?.(new Error('away'));
        };
        expect((await root.copy().login(login)).status).to.equal(500);
        expect((await root.get('/me')).body.actors).to.deep.equal(['root']);
        expect(told()).to.deep.equal([]);
      });
    });
  }

  describe('of an admin in between, where the sessions cannot be saved', () => {
    const unsaved = async (act: () => Promise<{ status: number }>): Promise<unknown[]> => {
      const { set } = panel.sessionStore;
      panel.events.length = 0;
      panel.sessionStore.set = (_id, _session, done) => done?.(new Error('full'));
      expect((await act()).status).to.be.oneOf([500, 503]);
      panel.sessionStore.set = set;
      expect((await root.get('/me')).body.user).to.equal(null);
      return told();
    };
    const ended = ['impersonation-ended', 'admin', 'root', 'save-failed'];

    beforeEach(async () => {
      await root.leave();
      await root.actAs('admin');
    });

    it('by going on to a further account', async () => {
      expect(await unsaved(() => root.actAs('alice'))).to.deep.equal([ended]);
    });

    it('by going back to them', async () => {
      await root.actAs('alice');
      const left = ['impersonation-left', 'alice', 'root'];
      expect(await unsaved(() => root.leave())).to.deep.equal([left, ended]);
    });

    it('by falling back to them', async () => {
      await root.actAs('alice');
      panel.users.get('alice')!.passwordChangedAt++;
      const changed = ['impersonation-ended', 'alice', 'root', 'target-changed'];
      expect(await unsaved(() => root.get('/me'))).to.deep.equal([changed, ended]);
    });

    it('once, however many go on or back at that moment', async () => {
      expect(await unsaved(async () => (await burst(4, () => root.copy().actAs('alice')))[0]!)).to.deep.equal(
        [ended],
      );
    });

    it('not where the store fails to end their session for one of two requests, and the other goes on', async () => {
      await panel.close();
      const sessions = new session.MemoryStore();
      const [get, destroy] = [sessions.get.bind(sessions), sessions.destroy.bind(sessions)];
      let fail = (): void => undefined;
      let second: Promise<{ status: number }> | undefined;
      sessions.get = (id, done) => {
        get(id, (error, found) => {
          fail(); // the second request has found the session
          done(error, found);
        });
      };
      let isSecondDue = false;
      let left: string | undefined;
      sessions.destroy = (id, done) => {
        if (isSecondDue) {
          isSecondDue = false;
          left = id;
          fail = () => {
            fail = () => undefined;
            done?.(new Error('away'));
          };
          second = root.copy().actAs('alice');
        } else if (second && id !== left) void second.then(() => destroy(id, done));
        else destroy(id, done);
      };
      panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] }, { sessions });
      root = new Client(panel);
      await root.login('root');
      await root.actAs('admin');
      panel.events.length = 0;
      isSecondDue = true;
      expect((await root.copy().actAs('alice')).status).to.equal(500);
      expect((await second)?.status).to.equal(200);
      expect(told()).to.deep.equal([['impersonation-entered', 'alice', 'root']]);
    });

    it('not where one of several requests goes on', async () => {
      panel.events.length = 0;
      await burst(4, () => root.copy().actAs('alice'));
      expect(told()).to.deep.equal([['impersonation-entered', 'alice', 'root']]);
    });
  });

  for (const [ending, name] of [
    ['going back', 'impersonation-left'],
    ['a change of the actor', 'impersonation-ended'],
    ['a change of the account', 'impersonation-ended'],
  ] as const) {
    const end = async (client: Client): Promise<number> => {
      if (ending === 'going back') return (await client.leave()).status;
      panel.users.get(ending.endsWith('actor') ? 'root' : 'alice')!.passwordChangedAt++;
      return (await client.get('/me')).status;
    };

    it(`by ${ending}, only once the session is gone`, async () => {
      destroys = 'never';
      expect(await end(root.copy())).to.equal(500);
      expect(told()).to.deep.equal([]);
      destroys = 'as asked';
      await end(root);
      expect(panel.events.map((event) => [event.name, event.actorId])).to.deep.equal([[name, 'root']]);
    });

    it(`by ${ending}, where the store is away once the session is gone, or says so too late`, async () => {
      const { set } = panel.sessionStore;
      destroys = 'late';
      panel.sessionStore.set = (_id, _session, done) => done?.(new Error('away'));
      expect(await end(root)).to.equal(500);
      panel.sessionStore.set = set;
      expect(panel.events.map((event) => [event.name, event.actorId])).to.deep.equal([[name, 'root']]);
    });
  }

  it('and beside that a sign-in to another account, which is refused, with nobody who acts as it', async () => {
    panel.app.post('/login/token', express.json(), panel.passport.authenticate('local', { session: false }));
    await enable(panel, await loggedIn(panel, 'bob'));
    panel.events.length = 0;
    const refused = await root.post('/login/token', { username: 'bob', password: 'password' });
    expect(refused.body.code).to.equal('code-required');
    expect(panel.events).to.have.length(1);
    expect(panel.events[0]).to.include({ name: 'sign-in-refused', accountId: 'bob', ip: '127.0.0.1' });
    expect(panel.events[0]).not.to.have.property('actorId');
    expect((await root.get('/me')).body.user).to.equal('alice');
  });

  it('and an outage meanwhile, for everybody whose record is asked for, with who really is there', async () => {
    const get = panel.store.get.bind(panel.store);
    panel.store.get = () => Promise.reject(new Error('away'));
    expect((await root.get('/me')).status).to.equal(503);
    panel.store.get = get;
    expect(told()).to.have.deep.members([
      ['store-unavailable', 'root', 'root'],
      ['store-unavailable', 'alice', 'root'],
    ]);
  });

  it('and nothing of the kind where nobody acted', async () => {
    await root.leave();
    panel.events.length = 0;
    await root.login('admin');
    await root.post('/logout');
    expect(told()).to.deep.equal([
      ['signed-in', 'admin', undefined],
      ['signed-out', 'admin', undefined],
    ]);
  });
});
