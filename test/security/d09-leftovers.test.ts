import { expect } from 'chai';
import type { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import type { Phone } from '../support/people.js';
import { enrolled, pending, enable } from '../support/people.js';

attack(
  'D9: what is left over after disabling or enrolling anew (on %s)',
  (panel) => {
    /** A client with everything an enrollment gives: verified, remembered, and a sign-in that waits. */
    async function artefacts(): Promise<{
      client: Client;
      phone: Phone;
      remembered: Client;
      waiting: Client;
      recoveryCode: string;
    }> {
      const { client, phone } = await enrolled(panel(), 'alice');
      const codes = await client.post('/two-step/recovery-codes', { code: phone.nextCode() });
      const remembered = await pending(panel(), 'alice');
      await remembered.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      const waiting = await pending(panel(), 'alice');
      return { client, phone, remembered, waiting, recoveryCode: String(codes.body.recoveryCodes[0]) };
    }

    const ways: Record<string, (client: Client, phone: Phone) => Promise<unknown>> = {
      'the owner disabled it': (client, phone) =>
        client.post('/two-step/disable', { code: phone.nextCode() }),
      'an operator disabled it': () => panel().secondFactor.admin.disable('alice', { by: 'test' }),
    };
    for (const [way, disable] of Object.entries(ways)) {
      it(`honours nothing of the first enrollment in a second one, after ${way}`, async () => {
        const { client, phone, remembered, waiting, recoveryCode } = await artefacts();
        await disable(client, phone);
        expect(await panel().record('alice')).to.equal(null);
        const late = await waiting.post('/two-step/verify', { code: phone.nextCode() });
        expect(late.body.code).to.equal('sign-in-expired');
        expect(await waiting.who()).to.equal('login-required');

        const stale = remembered.copy();
        await enrolled(panel(), 'alice');
        expect(await stale.who()).to.be.oneOf(['code-required', 'login-required']);
        stale.cookies.delete('panel.sid');
        expect((await stale.login('alice')).body.code).to.equal('code-required');
        for (const code of [phone.nextCode(), recoveryCode]) {
          expect((await stale.post('/two-step/verify', { code })).body.code).to.equal('code-invalid');
        }
        expect((await stale.get('/api/secret')).status).to.equal(401);
        expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
      });
    }

    it('honours nothing of the old phone after a new one took its place, but the recovery codes', async () => {
      const { client, phone, remembered, waiting, recoveryCode } = await artefacts();
      await enable(panel(), client);
      panel().advance(30);
      const late = await waiting.post('/two-step/verify', { code: phone.code() });
      expect(late.body.code).to.equal('sign-in-expired');
      expect(await remembered.who()).to.be.oneOf(['code-required', 'login-required']);
      remembered.cookies.delete('panel.sid');
      expect((await remembered.login('alice')).body.code).to.equal('code-required');
      const old = await remembered.post('/two-step/verify', { code: phone.code() });
      expect(old.body.code).to.equal('code-invalid');
      const recovered = await remembered.post('/two-step/verify', { code: recoveryCode });
      expect(recovered.status).to.equal(200);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
