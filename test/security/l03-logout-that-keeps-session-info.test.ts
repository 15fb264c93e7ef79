import { expect } from 'chai';
import { startLevelPanel } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { onEachPlace } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enable, loggedIn } from '../support/people.js';

describe('L3: signing out with keepSessionInfo, then the code or going back', () => {
  onEachPlace((empty) => {
    let panel: LevelPanel;
    beforeEach(async () => {
      panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] }, await empty());
    });
    afterEach(() => panel.close());

    it('brings nobody back from a waiting sign-in', async () => {
      const { phone } = await enable(panel, await loggedIn(panel, 'alice'));
      const waiting = new Client(panel);
      expect((await waiting.login('alice')).status).to.equal(401);
      const copy = waiting.copy();
      await waiting.post('/logout');
      panel.now += 30_000;
      for (const client of [waiting, copy]) {
        expect((await client.post('/two-step/verify', { code: phone.code() })).status).to.equal(401);
        expect((await client.get('/me')).body.user).to.equal(null);
      }
    });

    it('brings nobody back from acting as somebody else, on no level', async () => {
      const root = await loggedIn(panel, 'root');
      await root.actAs('admin');
      await root.actAs('alice');
      expect((await root.get('/me')).body.actors).to.deep.equal(['root', 'admin']);
      const copy = root.copy();
      await root.post('/logout');
      for (const client of [root, copy]) {
        const { status } = await client.leave();
        expect(status).to.be.within(401, 409);
        expect((await client.get('/me')).body).to.deep.include({ user: null, actors: [] });
      }
    });
  });
});
