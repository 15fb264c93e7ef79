import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { expect } from 'chai';
import type { ImpersonationOptions, SecondFactorOptions } from '../../lib/index.js';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelPanel, LevelUser } from '../support/level-panel.js';
import { warningsOf } from '../support/warnings.js';
import { enable, loggedIn } from '../support/people.js';

const LEVELS = ['root', 'admin', 'user'];
const MINUTE = 60_000;

describe('impersonation/enter', () => {
  let panel: LevelPanel;

  afterEach(() => panel.close());

  const start = async (
    impersonation: ImpersonationOptions = { levels: LEVELS },
    options: Partial<SecondFactorOptions<LevelUser>> = {},
  ): Promise<LevelPanel> => (panel = await startLevelPanel(impersonation, undefined, options));

  it('tells in its answer who is there, and so does going back', async () => {
    await start({ levels: ['root', 'admin', 'user', 'nowhere'] });
    const root = await loggedIn(panel, 'root');
    const logins = async (answer: Promise<Answer>) =>
      ((await answer).body as { actors: { id: string }[] }).actors.map(({ id }) => id);
    expect(await logins(root.actAs('admin'))).to.deep.equal(['root']);
    expect(await logins(root.actAs('alice'))).to.deep.equal(['root', 'admin']);
    expect(await logins(root.actAs('lost'))).to.deep.equal(['root', 'admin', 'alice']);
    const leave = (): Promise<Answer> => root.leave();
    expect(await logins(leave())).to.deep.equal(['root', 'admin']);
    expect(await logins(leave())).to.deep.equal(['root']);
    expect(await logins(leave())).to.deep.equal([]);
  });

  it('refuses an id that the look-up does not take, or that cannot be described, and warns', async () => {
    const findUser = (id: string): LevelUser | undefined => {
      if (!/^[a-z]+$/.test(id)) throw new Error('invalid input syntax for type uuid');
      return panel.users.get(id);
    };
    const account = ({ id, level, passwordChangedAt: stamp }: LevelUser) => ({
      id,
      name: id === 'bob' ? '' : id,
      level,
      securityStamp: stamp,
    });
    await start({ levels: LEVELS }, { findUser, account });
    const root = await loggedIn(panel, 'root');
    for (const [id, why] of [
      ["x' OR 1", 'findUser(accountId) threw: invalid input syntax for type uuid'],
      ['bob', 'account() was asked about a user that findUser gave: account().name must be'],
    ] as const) {
      const warnings = await warningsOf(async () => {
        const { status, body } = await root.actAs(id);
        expect([status, body.reason]).to.deep.equal([403, 'account-unknown']);
        const may = await root.get(`/may/${encodeURIComponent(id)}`);
        expect(may.body).to.deep.equal({ ok: false, reason: 'account-unknown' });
      });
      expect(warnings).to.have.length(2);
      for (const { message } of warnings) expect(message).to.include(why);
      expect(panel.events.at(-1)).to.include({ name: 'impersonation-refused', accountId: id });
    }
    expect((await root.get('/me')).body.user).to.equal('root');
  });

  it('takes who still has the factor of before for somebody with one, as target, as actor and by itself', async () => {
    const has = new Set(['alice', 'admin']);
    const account = ({ id, level, passwordChangedAt: stamp }: LevelUser) => ({
      ...{ id, name: id, level, securityStamp: stamp },
      otherFactor: has.has(id),
    });
    await start({ levels: LEVELS, autoSwitch: { root: 'admin' } }, { account });
    const root = await loggedIn(panel, 'root');
    expect((await root.get('/me')).body).to.include({ user: 'root', skipped: 'target-has-second-factor' });
    expect((await root.actAs('alice')).body.reason).to.equal('target-has-second-factor');
    expect((await root.actAs('bob')).status).to.equal(200);
    expect((await (await loggedIn(panel, 'admin')).actAs('bob')).body.reason).to.equal('actor-not-verified');

    has.add('bob');
    expect((await root.get('/me')).body).to.include({ user: 'root' });
    await root.actAs('bob');
    has.delete('bob');
    await root.actAs('bob');
    has.add('root');
    expect((await root.get('/me')).body, 'as who gets a record while acting').to.include({ user: null });
    has.delete('admin');
    expect((await (await loggedIn(panel, 'root')).get('/me')).body.skipped).to.equal(
      'actor-has-second-factor',
    );
  });

  it('is told as a hop that somebody asked for', async () => {
    await start();
    await (await loggedIn(panel, 'root')).actAs('alice');
    const entered = { name: 'impersonation-entered', accountId: 'alice', actorId: 'root', automatic: false };
    expect(panel.events.at(-1)).to.include(entered);
  });

  it('tells of a refusal the account that was named, cut where it is endless, and the rule', async () => {
    await start();
    const root = await loggedIn(panel, 'root');
    const refusal = { name: 'impersonation-refused', actorId: 'root' };
    for (const [named, accountId, reason] of [
      ['root', 'root', 'not-below'],
      ['nobody', 'nobody', 'account-unknown'],
      ['x'.repeat(9_000), 'x'.repeat(255), 'account-unknown'],
      [['alice'], '', 'account-unknown'],
    ] as const) {
      await root.actAs(named);
      expect(panel.events.at(-1)).to.include({ ...refusal, accountId, reason });
    }
  });

  it('looks up no account for who may act as nobody, nor for what can be no account', async () => {
    await start();
    const [root, alice] = [await loggedIn(panel, 'root'), await loggedIn(panel, 'alice')];
    const looked: unknown[] = [];
    const original = panel.users.get.bind(panel.users);
    panel.users.get = (id) => {
      looked.push(id);
      return original(id);
    };
    for (const account of ['bob', 'nobody', 'alice', 'root']) {
      expect((await alice.actAs(account)).body.reason, account).to.equal('not-below');
    }
    expect(new Set(looked)).to.deep.equal(new Set(['alice']));
    for (const account of [{ id: 'bob' }, ['bob'], '', null, 'a\0b']) {
      expect((await root.actAs(account)).body.reason).to.equal('account-unknown');
    }
    expect(new Set(looked)).to.deep.equal(new Set(['alice', 'root']));
  });

  it('asks for a new proof only where that is what is missing', async () => {
    await start();
    const admin = await loggedIn(panel, 'admin');
    await enable(panel, admin);
    const root = await loggedIn(panel, 'root');
    panel.now += 16 * MINUTE;
    expect((await root.actAs('admin')).body.reason).to.equal('target-has-second-factor');
    expect((await root.actAs('alice')).body.code).to.equal('step-up-required');
  });

  it('refuses a hop further down with a proof too old: there is no step-up while acting', async () => {
    await start();
    const root = await loggedIn(panel, 'root');
    await root.actAs('admin');
    panel.now += 16 * MINUTE;
    const { status, body } = await root.actAs('alice');
    expect(status).to.equal(403);
    expect(body).to.include({ code: 'impersonation-refused', reason: 'proof-too-old' });
  });

  it('asks for a code on a remembered browser (F6, K17)', async () => {
    await start({ levels: LEVELS }, { rememberBrowsers: { days: 30 } });
    const { phone } = await enable(panel, await loggedIn(panel, 'root'));
    const root = await loggedIn(panel, 'root');
    await root.post('/two-step/verify', { code: phone.code(1), rememberBrowser: true });
    await root.post('/logout');
    await root.login('root');
    expect((await root.get('/me')).body).to.include({ user: 'root', state: 'remembered' });
    expect((await root.get('/may/alice')).body).to.deep.equal({ ok: false, reason: 'actor-not-verified' });
    const { status, body } = await root.actAs('alice');
    expect(status).to.equal(401);
    expect(body).to.include({ code: 'step-up-required', location: '/two-step/step-up' });
  });

  it('asks canActAs once of each actor, and only of what the rules allow', async () => {
    const asked: string[] = [];
    const canActAs: ImpersonationOptions['canActAs'] = (actor, target) => {
      asked.push(`${actor.id} ${target.id}`);
      return true;
    };
    await start({ levels: LEVELS, canActAs });
    const root = await loggedIn(panel, 'root');
    const askedFor = async (account: string): Promise<string[]> => {
      asked.length = 0;
      await root.get(`/may/${account}`);
      return asked.filter((each) => each.endsWith(` ${account}`));
    };
    expect(await askedFor('alice')).to.deep.equal(['root alice']);
    expect(await askedFor('root')).to.deep.equal([]);
    expect(await askedFor('lost')).to.deep.equal([]);
    await root.actAs('admin');
    expect(await askedFor('alice')).to.deep.equal(['admin alice', 'root alice']);
    expect(await askedFor('admin2')).to.deep.equal([]);
  });

  describe('mayImpersonate()', () => {
    it('has nobody sign in for others without being there', async () => {
      await start();
      const { phone } = await enable(panel, await loggedIn(panel, 'root'));
      const no = { ok: false, reason: 'login-required' };
      expect((await new Client(panel).get('/may/alice')).body).to.deep.equal(no);
      const pending = await loggedIn(panel, 'root');
      expect((await pending.get('/may/alice')).body).to.deep.equal(no);
      await pending.post('/two-step/verify', { code: phone.code(1) });
      expect((await pending.get('/may/alice')).body).to.deep.equal({ ok: true });
    });

    it('allows nothing where the option is off', async () => {
      panel = await startLevelPanel(undefined);
      const root = await loggedIn(panel, 'root');
      expect((await root.get('/may/alice')).body).to.deep.equal({ ok: false, reason: 'not-allowed' });
    });
  });

  it('tells why acting as somebody has ended', async () => {
    await start();
    for (const [account, reason] of [
      ['root', 'actor-changed'],
      ['alice', 'target-changed'],
    ] as const) {
      const root = await loggedIn(panel, 'root');
      await root.actAs('alice');
      panel.users.get(account)!.passwordChangedAt++;
      await root.get('/me');
      const ended = panel.events.find(({ name }) => name === 'impersonation-ended');
      expect(ended).to.include({ accountId: 'alice', actorId: 'root', reason });
      panel.events.length = 0;
    }
  });
});
