import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack(
  'K9: the policy of the target traps the actor on the enrollment page',
  (panel) => {
    it('lets the actor in and out, and enrolls nobody', async () => {
      const jar = await panel().signedIn('admin');
      expect((await jar.actAs('alice')).status).to.equal(200);
      expect(await jar.who()).to.equal('admin > alice');
      expect((await jar.open('/')).status).to.equal(200);
      expect((await jar.post('/two-step/setup')).body.code).to.equal('impersonation-refused');
      expect((await jar.post('/two-step/setup/confirm', { code: '000000' })).status).to.equal(403);
      expect(await panel().record('alice')).to.equal(null);
      expect((await jar.leave()).status).to.equal(200);
      expect(await jar.who()).to.equal('admin');
      expect((await new Client(panel()).login('alice')).body.code).to.equal('enrollment-required');
    });
  },
  { PANEL_REQUIRE_FACTOR: 'user' },
);
