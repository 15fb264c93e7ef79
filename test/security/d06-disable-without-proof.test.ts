import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending } from '../support/people.js';

attack(
  'D6: disable with a session only, or with anything but a good code (on %s)',
  (panel) => {
    it('changes nothing without a code, with one of somebody else, or with one that was used', async () => {
      const { client, phone } = await enrolled(panel(), 'alice');
      const bob = await enrolled(panel(), 'bob');
      const tried = [
        {},
        { password: 'alice-password' },
        { code: '' },
        { code: null },
        { code: [phone.code()] },
      ];
      const codes = [{ code: phone.code() }, { code: bob.phone.code() }, { confirm: true, disable: 'yes' }];
      for (const body of [...tried, ...codes]) {
        const answer = await client.post('/two-step/disable', body);
        expect(answer.status, JSON.stringify(body)).to.be.oneOf([400, 401]);
      }
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
      expect((await new Client(panel()).login('alice')).body.code).to.equal('code-required');
    });

    it('takes from a session on a remembered browser nothing but a code', async () => {
      const { phone } = await enrolled(panel(), 'alice');
      const first = await pending(panel(), 'alice');
      await first.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      first.cookies.delete('panel.sid');
      expect((await first.login('alice')).status).to.equal(200);
      for (const code of [undefined, '000000', phone.code()]) {
        expect((await first.post('/two-step/disable', { code })).status).to.be.oneOf([400, 401]);
      }
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
    });

    it('takes a fresh code, and nothing less, long after the sign-in: the code itself is the fresh proof', async () => {
      const { client, phone } = await enrolled(panel(), 'alice');
      panel().advance(901);
      const used = phone.code();
      const waiting = await pending(panel(), 'alice');
      expect((await waiting.post('/two-step/verify', { code: used })).status).to.equal(200);
      expect((await client.post('/two-step/disable')).body.code).to.equal('code-malformed');
      const { status, body } = await client.post('/two-step/disable', { code: used });
      expect([status, body.code]).to.deep.equal([401, 'code-already-used']);
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
      expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(200);
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(false);
    });

    it('lets nobody disable by a code when the password changed since the session began', async () => {
      const { client, phone } = await enrolled(panel(), 'alice');
      panel().database.exec("UPDATE users SET stamp = 'changed' WHERE id = 'alice'");
      expect((await client.post('/two-step/disable', { code: phone.nextCode() })).status).to.equal(401);
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(true);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
