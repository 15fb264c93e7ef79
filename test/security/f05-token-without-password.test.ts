import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn } from './remembered-browsers.js';
import { attack, isIn } from '../support/attack.js';
import { enrolled, said, verify } from '../support/people.js';

attack(
  'F5: the token of a remembered browser alone %s',
  (attacked) => {
    it('opens nothing without the password', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const thief = comesBack(panel, await rememberedOn(panel, owner));
      for (const path of ['/', '/settings', '/api/me', '/api/secret', '/api/danger', '/two-step/browsers']) {
        expect((await thief.get(path)).status, path).to.equal(401);
      }
      expect(said(await thief.login('alice', 'not-the-password'))).to.equal('invalid-credentials');
      expect(said(await verify(thief, owner.phone.nextCode()))).to.equal('sign-in-expired');
      expect(said(await thief.get('/two-step'))).to.equal('anonymous');
      expect(await isIn(thief)).to.equal(false);
    });

    it('revives no session after the sign-out', async () => {
      const panel = attacked();
      const browser = await rememberedOn(panel, await enrolled(panel));
      const before = browser.copy();
      await browser.post('/logout');
      expect(await isIn(before)).to.equal(false);
      expect(await isIn(browser)).to.equal(false);
    });
  },
  REMEMBERS,
);
