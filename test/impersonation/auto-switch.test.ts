import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { expect } from 'chai';
import { Client } from '../support/client.js';
import { enable, loggedIn } from '../support/people.js';

describe('impersonation, the automatic switch', () => {
  let panel: LevelPanel;
  let root: Client;

  beforeEach(async () => {
    panel = await startLevelPanel({ levels: ['root', 'admin', 'user'], autoSwitch: { root: 'admin' } });
    root = new Client(panel);
  });

  afterEach(() => panel.close());

  const me = async (client: Client) =>
    (await client.get('/me')).body as { user: string | null; actors: string[] };

  it('M10: takes root without a second factor to admin, and back only once', async () => {
    expect((await root.login('root')).body.user).to.equal('admin');
    expect(await whoIs(root)).to.deep.equal(['root', 'admin']);
    expect(panel.signedIn).to.deep.equal(['root']);
    await root.leave();
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect(await whoIs(root)).to.deep.equal(['root']);
  });

  it('M11: leaves root with a second factor where they are', async () => {
    await root.login('root');
    await root.leave();
    const { phone } = await enable(panel, root);
    const again = await loggedIn(panel, 'root');
    expect((await again.post('/two-step/verify', { code: phone.code(1) })).status).to.equal(200);
    expect(await me(again)).to.include({ user: 'root', skipped: 'actor-has-second-factor' });
    expect((await again.actAs('admin')).status).to.equal(200);
    expect(await whoIs(again)).to.deep.equal(['root', 'admin']);
  });

  it('M12: leaves root where they are when admin has a second factor', async () => {
    const admin = await loggedIn(panel, 'admin');
    await enable(panel, admin);
    await root.login('root');
    expect(await me(root)).to.include({ user: 'root', skipped: 'target-has-second-factor' });
  });

  const changes: Record<string, [change: () => void, reason: string]> = {
    'there is no such account': [() => void panel.users.delete('admin'), 'account-unknown'],
    'it is not below root any more': [() => void (panel.users.get('admin')!.level = 'root'), 'not-below'],
    'the store cannot tell': [
      () => {
        const original = panel.store.get.bind(panel.store);
        panel.store.get = (id) => (id === 'admin' ? Promise.reject(new Error('down')) : original(id));
      },
      'store-unavailable',
    ],
    'the panel cannot tell who it is': [
      () => {
        const original = panel.users.get.bind(panel.users);
        panel.users.get = (id) => {
          if (id === 'admin') throw new Error('down');
          return original(id);
        };
      },
      'find-user-failed',
    ],
  };
  for (const [why, [change, reason]] of Object.entries(changes)) {
    it(`leaves root where they are when ${why}, and says so`, async () => {
      change();
      await root.login('root');
      expect(await me(root)).to.include({ user: 'root', skipped: reason });
      const skipped = panel.events.find(({ name }) => name === 'auto-switch-skipped');
      expect(skipped).to.include({ accountId: 'root', reason });
      const outages = panel.events.filter(({ name }) => name === 'store-unavailable');
      expect(outages).to.have.length(reason === 'store-unavailable' ? 1 : 0);
    });
  }

  it('is told as a hop that nobody asked for', async () => {
    await root.login('root');
    const [entered] = panel.events.filter(({ name }) => name === 'impersonation-entered');
    expect(entered).to.include({ accountId: 'admin', actorId: 'root', automatic: true });
  });

  it('writes back no session that ended while the answer of the sign-in took its time (G3)', async () => {
    let ended = '';
    panel.whileSlow = (id) => {
      ended = id;
      return new Promise((done) => {
        panel.sessionStore.destroy(id, done);
      });
    };
    await root.post('/login/slow', { username: 'root', password: 'password' });
    expect(ended).not.to.equal('');
    const left = await new Promise((done) => {
      panel.sessionStore.get(ended, (_error, found) => {
        done(found);
      });
    });
    expect(left).to.equal(undefined);
    expect(await whoIs(root)).to.deep.equal([null]);
  });

  it('concerns nobody else', async () => {
    await root.login('alice');
    expect(await me(root)).to.include({ user: 'alice', skipped: null });
  });
});
