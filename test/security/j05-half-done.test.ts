import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enrolled, loggedIn } from '../support/people.js';

describe('J5: half of a sign-in is done, and the other half fails', () => {
  onEachPanel((start) => {
    for (let nth = 1; nth <= 3; nth++) {
      it(`makes no session without a spent code, and spends none twice, when write ${nth} fails`, async () => {
        const panel = await start();
        const { phone } = await enrolled(panel);
        const pending = await loggedIn(panel);
        const copy = pending.cookie;
        const set = panel.sessionStore.set.bind(panel.sessionStore);
        let writes = 0;
        panel.sessionStore.set = (sid, session, done) => {
          if (++writes === nth) done?.(new Error('full'));
          else set(sid, session, done);
        };
        const code = phone.nextCode();
        const answer = await pending.post('/two-step/verify', { code });
        panel.sessionStore.set = set;
        const failed = answer.status >= 500;
        expect(writes).to.be.at.least(nth);
        // The third one only repeats what the second one wrote, when the answer is on its way.
        expect(failed, 'a failed write is told').to.equal(nth < 3);
        expect(await pending.me()).to.equal(failed ? null : 'alice');
        expect((await new Client(panel).get('/secret', { cookie: copy })).status).to.equal(401);

        const again = await loggedIn(panel);
        const replayed = await again.post('/two-step/verify', { code });
        expect(replayed.body.code).to.equal('code-already-used');
        expect(await again.me()).to.equal(null);
        expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      });
    }

    it('tells nobody a result, and signs in nobody, when the record cannot be written', async () => {
      const panel = await start();
      const { phone } = await enrolled(panel);
      const pending = await loggedIn(panel);
      const swap = panel.store.compareAndSet.bind(panel.store);
      panel.store.compareAndSet = () => Promise.reject(new Error('down'));
      const code = phone.nextCode();
      for (const tried of [code, '000000']) {
        expect((await pending.post('/two-step/verify', { code: tried })).body.code).to.equal(
          'store-unavailable',
        );
      }
      panel.store.compareAndSet = swap;
      expect(await pending.me()).to.equal(null);
      expect((await pending.post('/two-step/verify', { code })).status).to.equal(200);
    });
  });
});
