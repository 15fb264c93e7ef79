import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn, pending, verify } from '../support/people.js';
import { attack, isOut } from '../support/attack.js';

describe('C13: a code spent although the sign-in failed for another reason', () => {
  attack('on %s', (target) => {
    it('is not: neither by a foreign page, nor by a sign-in that ran out, nor by a body that breaks off', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const late = await pending(target(), 'alice');
      target().advance(601);
      const waiting = await pending(target(), 'alice');
      const code = phone.nextCode();
      const before = await target().record('alice');
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await verify(waiting, code, {}, foreign)).body.code).to.equal('cross-site');
      expect((await verify(late, code)).status).to.equal(401);
      expect((await verify(new Client(target()), code)).body.code).to.equal('sign-in-expired');
      const broken = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      expect((await verify(waiting, code, {}, broken)).body.code).to.equal('body-malformed');
      expect(await target().record('alice'), 'nothing was spent').to.equal(before);
      await isOut(waiting);
      expect((await verify(waiting, code)).status).to.equal(200);
    });
  });

  onEachPanel((start) => {
    it('lets nobody in and tells to try the next code where the session could not be saved', async () => {
      const panel = await start({
        first: ({ app }) => app.set('env', 'test'), // no stack traces on the console
      });
      const phone = await enroll(panel);
      const waiting = await loggedIn(panel);
      const { cookie } = waiting;
      const code = phone.nextCode();
      const { sessionStore } = panel;
      const set = sessionStore.set.bind(sessionStore);
      sessionStore.set = (_sid, _session, done) => done?.(new Error('no space left'));
      expect((await waiting.post('/two-step/verify', { code })).status).to.equal(500);
      sessionStore.set = set;
      for (const sent of [cookie, waiting.cookie]) {
        expect((await new Client(panel).get('/secret', { cookie: sent })).status).to.equal(401);
      }
      const again = await loggedIn(panel);
      expect((await again.post('/two-step/verify', { code })).body.code).to.equal('code-already-used');
      expect((await again.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    });
  });
});
