import { expect } from 'chai';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { onEachPlace } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { loggedIn } from '../support/people.js';

const LEVELS = ['root', 'admin', 'user'];

/** The example panel cannot turn it off, so this is a panel of levels that is started again. */
describe('K18: the feature is off, but its sessions still work', () => {
  onEachPlace((empty) => {
    let panel: LevelPanel;
    afterEach(() => panel.close());

    it('ends live impersonations with the restart, and knows no route of it', async () => {
      panel = await startLevelPanel({ levels: LEVELS }, await empty());
      const before = await loggedIn(panel, 'root');
      await before.actAs('alice');
      expect((await before.get('/me')).body).to.include({ user: 'alice', state: 'impersonating' });

      panel = await panel.restart(undefined);
      const client = new Client(panel);
      for (const [name, value] of before.cookies) client.cookies.set(name, value);
      expect((await client.post('/me')).status).to.equal(403);
      expect((await client.get('/me')).body).to.deep.include({ user: 'root', actors: [] });
      expect((await client.actAs('alice')).status).to.equal(404);
      expect((await client.leave()).status).to.equal(404);
      expect((await client.get('/me')).body.user).to.equal('root');
      expect(panel.events.find(({ name }) => name === 'impersonation-ended')).to.include({
        reason: 'switched-off',
        accountId: 'alice',
        actorId: 'root',
      });
    });

    it('ends those that a narrower rule no longer allows', async () => {
      panel = await startLevelPanel({ levels: LEVELS }, await empty());
      const before = await loggedIn(panel, 'root');
      await before.actAs('alice');
      panel = await panel.restart({ levels: LEVELS, canActAs: (_actor, target) => target.id !== 'alice' });
      const client = new Client(panel);
      for (const [name, value] of before.cookies) client.cookies.set(name, value);
      expect((await client.get('/me')).body).to.deep.include({ user: 'root', actors: [] });
    });
  });
});
