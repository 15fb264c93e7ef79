import { expect } from 'chai';
import { REMEMBERS, rememberedOn, trustCookie } from './remembered-browsers.js';
import { attack, everythingStored } from '../support/attack.js';
import { enrolled } from '../support/people.js';

attack(
  'F8: the token of a remembered browser in the store %s',
  (attacked) => {
    it('is in no file, key or value, in no spelling, nor in what was logged', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const [, token] = trustCookie(browser);
      const bytes = Buffer.from(token, 'base64url');
      expect(bytes).to.have.length(32);
      const stored = [
        await everythingStored(attacked()),
        ...panel.log,
        JSON.stringify(await panel.secondFactor.admin.browsers('alice')),
      ];
      const all = stored.join('\n');
      expect(all).to.include('alice');
      for (const spelling of [
        token,
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('latin1'),
      ]) {
        expect(all).to.not.include(spelling);
      }
      expect((await browser.get('/two-step/browsers')).text).to.not.include(token);
    });
  },
  REMEMBERS,
);
