import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn, trustCookie } from './remembered-browsers.js';
import { startExamplePanel } from '../support/example-panel.js';
import { attack, isIn } from '../support/attack.js';
import { enrolled, said } from '../support/people.js';

attack(
  'F2: a token that is not bound to the user %s',
  (attacked) => {
    it('asks B for the code on the browser that A remembers, under either name of the cookie', async () => {
      const panel = attacked();
      const alice = await rememberedOn(panel, await enrolled(panel, 'alice'));
      const bob = await rememberedOn(panel, await enrolled(panel, 'bob'));
      const thief = comesBack(panel, alice);
      expect(said(await thief.login('bob'))).to.equal('code-required');
      thief.cookies.set(trustCookie(bob)[0], trustCookie(alice)[1]);
      expect(said(await thief.login('bob'))).to.equal('code-required');
      expect(await isIn(thief)).to.equal(false);
      // And it is not the cookie that is broken.
      expect(said(await comesBack(panel, alice).login('alice'))).to.equal('200');
    });

    it('asks for the code with the token of another panel with the same accounts', async () => {
      const panel = attacked();
      const other = await startExamplePanel(undefined, REMEMBERS);
      try {
        await rememberedOn(panel, await enrolled(panel));
        const foreign = await rememberedOn(other, await enrolled(other));
        expect(said(await comesBack(panel, foreign).login('alice'))).to.equal('code-required');
      } finally {
        await other.end();
      }
    });
  },
  REMEMBERS,
);
