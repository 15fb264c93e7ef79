import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack(
  'K9: the policy of the target traps the actor on the enrollment page (on %s)',
  (panel) => {
    it('lets the actor in and out, and enrolls nobody', async () => {
      const client = await signedIn(panel(), 'admin');
      expect((await client.actAs('alice')).status).to.equal(200);
      expect(await client.who()).to.equal('admin > alice');
      expect((await client.open('/')).status).to.equal(200);
      expect((await client.post('/two-step/setup')).body.code).to.equal('impersonation-refused');
      expect((await client.post('/two-step/setup/confirm', { code: '000000' })).status).to.equal(403);
      expect(await panel().record('alice')).to.equal(null);
      expect((await client.leave()).status).to.equal(200);
      expect(await client.who()).to.equal('admin');
      expect((await new Client(panel()).login('alice')).body.code).to.equal('enrollment-required');
    });
  },
  { PANEL_REQUIRE_FACTOR: 'user' },
);
