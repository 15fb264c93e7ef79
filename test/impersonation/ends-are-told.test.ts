import { expect } from 'chai';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelJar, LevelPanel } from '../support/level-panel.js';

describe('impersonation: how it ended is told', () => {
  let panel: LevelPanel;
  let root: LevelJar;

  beforeEach(async () => {
    panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    root = panel.jar();
    await root.login('root');
    await root.post('/two-step/impersonation', { account: 'alice' });
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
    const bob = panel.jar();
    await bob.login('bob');
    await panel.enrol(bob);
    for (const [login, next] of [
      ['admin', 'signed-in'],
      ['bob', 'code-required'],
    ] as const) {
      const jar = panel.jar();
      await jar.login('root');
      await jar.post('/two-step/impersonation', { account: 'alice' });
      panel.events.length = 0;
      await jar.login(login);
      expect(told()).to.deep.equal([
        ['impersonation-ended', 'alice', 'root', 'new-sign-in'],
        [next, login, undefined],
      ]);
    }
  });

  it('and nothing of the kind where nobody acted', async () => {
    await root.post('/two-step/impersonation/leave');
    panel.events.length = 0;
    await root.login('admin');
    await root.post('/logout');
    expect(told()).to.deep.equal([
      ['signed-in', 'admin', undefined],
      ['signed-out', 'admin', undefined],
    ]);
  });
});
