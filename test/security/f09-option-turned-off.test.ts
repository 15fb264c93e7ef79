import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn, trustCookie } from './remembered-browsers.js';
import { Client } from '../support/client.js';
import { attack, isIn } from '../support/attack.js';
import { restarted } from '../support/example-panel.js';
import { enrolled, said, verify } from '../support/people.js';

attack(
  'F9: a remembered browser after the option was turned off %s',
  (attacked) => {
    it('asks for the code, and ends the sessions that came in without one', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const inside = comesBack(panel, browser);
      await inside.login('alice');
      expect(await isIn(inside)).to.equal(true);

      const off = await restarted(attacked(), {});
      const control = await restarted(attacked(), REMEMBERS);
      try {
        // With the option on the very same restart asks for none.
        const other = new Client(control, new Map([trustCookie(inside)]));
        expect(said(await other.login('alice'))).to.equal('200');

        const back = new Client(off, new Map([trustCookie(browser)]));
        expect(said(await back.login('alice'))).to.equal('code-required');
        expect(await isIn(back)).to.equal(false);
        expect(said(await verify(back, owner.phone.nextCode(), { rememberBrowser: true }))).to.equal(
          'verified',
        );
        expect((await back.get('/two-step/browsers')).status).to.equal(404);
        // Sessions in Redis outlive the restart.
        expect(await isIn(new Client(off, inside.cookies))).to.equal(false);
      } finally {
        await off.end();
        await control.end();
      }
    });
  },
  REMEMBERS,
);
