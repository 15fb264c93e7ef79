import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn, pending, verify } from '../support/people.js';
import { sessionId } from '../support/sessions.js';
import { attack, isOut } from '../support/attack.js';

describe('A11: changing the answer in transit', () => {
  attack('on %s', (target) => {
    it('gains nothing: after a refused code the session is what it was, whatever the client shows', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      const before = (await waiting.get('/two-step')).body;
      for (const code of phone.wrongCodes(3)) {
        const refused = await verify(waiting, code);
        expect(refused.status).to.equal(401);
        expect(refused.headers).not.to.have.property('set-cookie');
        expect(refused.body).not.to.have.any.keys('returnTo', 'state', 'token');
      }
      const after = (await waiting.get('/two-step')).body;
      expect([after.state, after.until]).to.deep.equal(['pending', before.until]);
      for (const path of ['/', '/settings', '/api/danger']) {
        expect((await waiting.get(path)).status, path).to.equal(401);
      }
      await isOut(waiting);
    });
  });

  onEachPanel((start) => {
    it('leaves in the store, byte for byte, the session that was there', async () => {
      const panel = await start();
      await enroll(panel);
      const waiting = await loggedIn(panel);
      const id = sessionId(waiting);
      const { cookie: _life, ...before } = (await panel.stored(waiting)) ?? {};
      for (const code of ['', '000000', null])
        await waiting.post('/two-step/verify', { code, state: 'verified' });
      const { cookie: _now, ...after } = (await panel.stored(waiting)) ?? {};
      expect(after).to.deep.equal(before);
      expect(after).to.have.all.keys('secondFactor');
      expect(sessionId(waiting)).to.equal(id);
      expect(await new Client(panel).get('/secret', { cookie: waiting.cookie })).to.include({ status: 401 });
    });
  });
});
