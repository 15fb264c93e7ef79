import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import type { Phone } from '../support/panel-process.js';
import type { Client } from '../support/client.js';

attack(
  'D9: what is left over after disabling or enrolling anew',
  (panel) => {
    /** A jar with everything an enrollment gives: verified, remembered, and a sign-in that waits. */
    async function artefacts(): Promise<{
      jar: Client;
      phone: Phone;
      remembered: Client;
      pending: Client;
      recoveryCode: string;
    }> {
      const { jar, phone } = await panel().enrolled('alice');
      const codes = await jar.post('/two-step/recovery-codes', { code: phone.nextCode() });
      const remembered = await panel().pending('alice');
      await remembered.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      const pending = await panel().pending('alice');
      return { jar, phone, remembered, pending, recoveryCode: String(codes.body.recoveryCodes[0]) };
    }

    const ways: Record<string, (jar: Client, phone: Phone) => Promise<unknown>> = {
      'the owner disabled it': (jar, phone) => jar.post('/two-step/disable', { code: phone.nextCode() }),
      'an operator disabled it': () => panel().secondFactor.admin.disable('alice', { by: 'test' }),
    };
    for (const [way, disable] of Object.entries(ways)) {
      it(`honours nothing of the first enrollment in a second one, after ${way}`, async () => {
        const { jar, phone, remembered, pending, recoveryCode } = await artefacts();
        await disable(jar, phone);
        expect(await panel().record('alice')).to.equal(null);
        const late = await pending.post('/two-step/verify', { code: phone.nextCode() });
        expect(late.body.code).to.equal('sign-in-expired');
        expect(await pending.who()).to.equal('login-required');

        const stale = remembered.copy();
        await panel().enrolled('alice');
        expect(await stale.who()).to.be.oneOf(['code-required', 'login-required']);
        stale.cookies.delete('panel.sid');
        expect((await stale.login('alice')).body.code).to.equal('code-required');
        for (const code of [phone.nextCode(), recoveryCode]) {
          expect((await stale.post('/two-step/verify', { code })).body.code).to.equal('code-invalid');
        }
        expect((await stale.get('/api/secret')).status).to.equal(401);
        expect(await jar.who()).to.be.oneOf(['code-required', 'login-required']);
      });
    }

    it('honours nothing of the old phone after a new one took its place, but the recovery codes', async () => {
      const { jar, phone, remembered, pending, recoveryCode } = await artefacts();
      await panel().enroll(jar);
      panel().advance(30);
      const late = await pending.post('/two-step/verify', { code: phone.code() });
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
