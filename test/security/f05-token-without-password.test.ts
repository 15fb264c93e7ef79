import { expect } from 'chai';
import { attack } from './support/befh-panels.js';
import { enrolled, isIn, said, verify } from './support/befh-people.js';
import { REMEMBERS, comesBack, rememberedOn } from './support/befh-browsers.js';

attack(
  'F5: the token of a remembered browser alone',
  (on) => {
    it('opens nothing without the password', async () => {
      const { panel } = on;
      const owner = await enrolled(panel);
      const thief = comesBack(panel, await rememberedOn(panel, owner));
      for (const path of ['/', '/settings', '/api/me', '/api/secret', '/api/danger', '/two-step/browsers']) {
        expect((await thief.get(path)).status, path).to.equal(401);
      }
      expect(said(await thief.login('alice', 'not-the-password'))).to.equal('invalid-credentials');
      expect(said(await verify(thief, owner.nextCode()))).to.equal('sign-in-expired');
      expect(said(await thief.get('/two-step'))).to.equal('anonymous');
      expect(await isIn(thief)).to.equal(false);
    });

    it('revives no session after the sign-out', async () => {
      const { panel } = on;
      const browser = await rememberedOn(panel, await enrolled(panel));
      const before = browser.copy();
      await browser.post('/logout');
      expect(await isIn(before)).to.equal(false);
      expect(await isIn(browser)).to.equal(false);
    });
  },
  REMEMBERS,
);
