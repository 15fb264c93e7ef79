import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enable, loggedIn } from '../support/people.js';

attack(
  'D21: an operator disabled what the policy requires (on %s)',
  (panel) => {
    it('lets the next sign-in do nothing but enroll, and the live session as well', async () => {
      const client = new Client(panel());
      expect((await client.login('admin')).body.code).to.equal('enrollment-required');
      await enable(panel(), client);
      expect((await client.get('/api/secret')).status).to.equal(200);
      await panel().secondFactor.admin.disable('admin', { by: 'test' });

      const next = await loggedIn(panel(), 'admin');
      for (const each of [client, next]) {
        for (const path of ['/', '/staff', '/settings', '/api/me', '/api/secret', '/api/danger']) {
          expect((await each.get(path)).status, path).to.be.oneOf([401, 403]);
        }
        expect((await each.actAs('alice')).status).to.be.within(400, 499);
        expect((await each.get('/two-step/')).body.state).to.equal('must-enroll');
      }
      await enable(panel(), next);
      expect(await next.who()).to.equal('admin');
    });

    it('refuses to the owner what only an operator may do, and spends no code on it', async () => {
      const client = await loggedIn(panel(), 'admin');
      const { phone } = await enable(panel(), client);
      const before = await panel().record('admin');
      const refused = await client.post('/two-step/disable', { code: phone.nextCode() });
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'disable-refused']);
      expect(await panel().record('admin')).to.equal(before);
    });
  },
  { PANEL_REQUIRE_FACTOR: 'admin' },
);
