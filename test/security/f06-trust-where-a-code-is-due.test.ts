import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn } from './remembered-browsers.js';
import { attack, isIn } from '../support/attack.js';
import { enrolled, said } from '../support/people.js';

attack(
  'F6: a remembered browser where a code is due %s',
  (attacked) => {
    it('asks for the code to step up, disable, renew codes, replace the authenticator', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const back = comesBack(panel, await rememberedOn(panel, owner));
      await back.login('alice');
      expect(await isIn(back)).to.equal(true);
      expect(said(await back.get('/api/danger'))).to.equal('step-up-required');
      expect(said(await back.post('/two-step/setup'))).to.equal('step-up-required');
      expect(said(await back.post('/two-step/setup', { add: true }))).to.equal('step-up-required');
      expect(said(await back.post('/two-step/authenticators/remove', { id: 'x' }))).to.equal(
        'step-up-required',
      );
      for (const operation of ['step-up', 'disable', 'recovery-codes']) {
        for (const body of [{}, { code: '' }, { rememberBrowser: true }, { code: true }]) {
          expect(said(await back.post(`/two-step/${operation}`, body)), operation).to.equal('code-malformed');
        }
      }
      expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, recoveryCodesLeft: 10 });
      expect((await back.get('/two-step')).body.amr).to.deep.equal(['pwd']);
    });

    it('asks for the code to act as somebody else', async () => {
      const panel = attacked();
      const owner = await enrolled(panel, 'admin');
      const back = comesBack(panel, await rememberedOn(panel, owner));
      await back.login('admin');
      expect(said(await back.actAs('alice'))).to.equal('step-up-required');
      expect(await back.who()).to.equal('admin');
      await back.post('/two-step/step-up', { code: owner.phone.nextCode() });
      await back.actAs('alice');
      expect(await back.who()).to.equal('admin > alice');
    });
  },
  REMEMBERS,
);
