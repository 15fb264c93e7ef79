import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { expect } from 'chai';
import type { Policy } from '../../lib/index.js';
import { Client } from '../support/client.js';

describe('impersonation/stay', () => {
  let panel: LevelPanel;
  let root: Client;
  let policy: Policy;
  let canActAs: () => boolean;

  beforeEach(async () => {
    policy = 'optional';
    canActAs = () => true;
    const options = {
      policy: ({ level }: { level: string | null }) => (level === 'root' ? policy : 'optional'),
    };
    const levels = ['root', 'admin', 'user'];
    panel = await startLevelPanel({ levels, canActAs: () => canActAs() }, undefined, options);
    root = new Client(panel);
    await root.login('root');
    await root.actAs('alice');
  });
  afterEach(() => panel.close());

  it('ends with the next request when the policy requires a second factor of the actor, who has none', async () => {
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);
    policy = 'required';
    expect(await whoIs(root)).to.deep.equal([null]);
    expect(panel.events.at(-1)).to.include({ name: 'impersonation-ended', reason: 'actor-changed' });
  });

  it('does not lead back to an actor who must enable one first', async () => {
    const original = panel.users.get.bind(panel.users);
    let lookUps = 0;
    // Required from when the request acts on, after it was checked.
    panel.users.get = (id) => {
      if (id === 'root' && ++lookUps === 2) policy = 'required';
      return original(id);
    };
    await root.leave();
    expect(lookUps).to.be.at.least(2);
    expect(await whoIs(root)).to.deep.equal([null]);
  });

  it('tells the request that finds it over why, and no further one', async () => {
    panel.now += 3_601_000;
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect(panel.last?.ended).to.equal('expired');
    expect(await whoIs(root)).to.deep.equal(['root']);
    expect(panel.last?.ended).to.equal(null);
  });

  it('ends, and leaves a way out, when canActAs throws', async () => {
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    canActAs = () => {
      throw new Error('no database');
    };
    expect(await whoIs(root)).to.deep.equal(['root']);
    const refused = await root.actAs('alice');
    expect(refused.status, 'nobody begins by an error').to.equal(500);
    expect((await root.post('/logout')).status).to.equal(200);
    expect(await whoIs(root)).to.deep.equal([null]);
    process.off('warning', warned);
    expect(warnings.join()).to.include('canActAs() threw').and.to.include('no database');
  });

  it('is told apart by recheck(), and renews nobody', async () => {
    expect((await root.get('/recheck')).body.state).to.equal('impersonating');
    const refused = await root.post('/renew');
    expect(refused.status).to.equal(403);
    expect(await whoIs(root)).to.deep.equal(['root', 'alice']);

    const original = panel.users.get.bind(panel.users);
    let lookUps = 0;
    // Changed after the request was checked, before it asks again.
    panel.users.get = (id) => {
      if (id === 'alice' && ++lookUps === 3)
        panel.users.set('alice', { ...original('alice')!, passwordChangedAt: 2 });
      return original(id);
    };
    expect((await root.get('/recheck')).body.state).to.equal('anonymous');
    expect(lookUps).to.be.at.least(3);
  });
});
